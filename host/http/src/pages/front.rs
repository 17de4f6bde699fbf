//! `/`: what runs here.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use banshi_engine::api::registry::MatterSummary;
use banshi_engine::{Principal, Role};
use banshi_model::ids::Division;

use super::{beijing, page};
use crate::problem::Problem;
use crate::state::AppState;

/// How many divisions the page lists; the API lists all.
const DIVISIONS_MAX: usize = 20;

#[derive(Template)]
#[template(path = "front.html")]
struct FrontPage {
    version: &'static str,
    now: String,
    simulated: bool,
    divisions: Vec<Place>,
    /// Divisions that are not listed.
    more: usize,
}

struct Place {
    division: Division,
    matters: Vec<MatterSummary>,
}

/// What runs here: version, clock, and what is in force where.
pub(super) async fn show(State(state): State<AppState>) -> Response {
    match front(&state).await {
        Ok(front) => page(&front),
        Err(problem) => problem.into_response(),
    }
}

async fn front(state: &AppState) -> Result<FrontPage, Problem> {
    let engine = &state.engine;
    // What is in force is public; the page looks it up in the platform's name and shows codes and titles only.
    let who = Principal { name: "front-page".to_owned(), role: Role::Platform };
    let (now, today) = (engine.now(), engine.today());
    let enactments = engine.enactments(&who, None, None)?;
    let in_force = enactments.into_iter().filter(|enactment| enactment.in_force(now, today));
    let all: BTreeSet<Division> = in_force.map(|enactment| enactment.authority.division).collect();
    let more = all.len().saturating_sub(DIVISIONS_MAX);
    let mut divisions = Vec::new();
    for division in all.into_iter().take(DIVISIONS_MAX) {
        let matters = engine.matters(&division).await?;
        divisions.push(Place { division, matters });
    }
    let (version, simulated) = (env!("CARGO_PKG_VERSION"), engine.simulated());
    Ok(FrontPage { version, now: beijing(now), simulated, divisions, more })
}

#[cfg(test)]
mod tests {
    use banshi_model::definition::MatterType;
    use banshi_model::text::Text;

    use super::*;

    fn front(divisions: Vec<Place>) -> FrontPage {
        FrontPage { version: "0.1.0", now: "2021-04-26 09:00".to_owned(), simulated: true, divisions, more: 0 }
    }

    #[test]
    fn what_is_in_force_is_listed_by_division_and_escaped() {
        let matter = MatterSummary {
            code: "B01".parse().unwrap(),
            title: Text::new("便利店<b>", "Convenience store"),
            department: "市场监督管理局".to_owned(),
            matter_type: MatterType::Licence,
            bundle: true,
            layers: 2,
            samples: vec![],
        };
        let html = front(vec![Place { division: "310115".parse().unwrap(), matters: vec![matter] }]).render().unwrap();
        assert!(html.contains("href=\"/api/v1/divisions/310115/matters/B01\""), "{html}");
        assert!(html.contains("便利店&#60;b&#62;") && html.contains("2 层"), "{html}");
    }

    #[test]
    fn an_empty_host_says_how_to_begin_and_that_its_clock_is_simulated() {
        let html = front(vec![]).render().unwrap();
        assert!(html.contains("banshi package publish") && html.contains("Simulated clock"), "{html}");
    }
}
