//! `/cases…`: to submit, to find, to read. What is done to a case is in `acts`.

mod acts;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use banshi_engine::Principal;
use banshi_engine::api::Page;
use banshi_engine::api::cases::{CaseFilter, CaseSummary, CaseView, JournalLine};
use banshi_engine::api::intake::Application;
use banshi_model::case::Phase;
use banshi_model::frozen::Frozen;
use banshi_model::ids::{CaseId, Division, MatterCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::answer::created;
use crate::cursor::List;
use crate::extract::{Ask, Caller, IdempotencyHeader, InPath, InQuery, Write};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(list, submit))
        .routes(routes!(search))
        .routes(routes!(show))
        .routes(routes!(journal))
        .merge(acts::routes())
}

/// Which cases are wanted, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// In this division and those within it. An officer's, and an applicant's list, need none.
    division: Option<Division>,
    /// Of this matter.
    matter: Option<MatterCode>,
    /// In this phase.
    phase: Option<Phase>,
    /// Only those whose step is parked.
    #[serde(default)]
    parked: bool,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 unless said.
    limit: Option<usize>,
}

/// Which cases are wanted, also by subject. A subject's id is personal: it comes in the body, because addresses are logged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CaseSearch {
    /// Of the subject with this citizen number or unified social credit code.
    #[serde(default)]
    subject: Option<String>,
    /// In this division and those within it.
    #[serde(default)]
    division: Option<Division>,
    /// Of this matter.
    #[serde(default)]
    matter: Option<MatterCode>,
    /// In this phase.
    #[serde(default)]
    phase: Option<Phase>,
    /// Only those whose step is parked.
    #[serde(default)]
    parked: bool,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// How many, 1 to 200; 50 unless said.
    #[serde(default)]
    limit: Option<usize>,
}

/// Which page of a journal is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct JournalQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 unless said.
    limit: Option<usize>,
}

/// Submits an application. It is received, pinned to what is in force now, and its journal begins.
#[utoipa::path(
    post, path = "/cases", tag = "cases", operation_id = "submit_case",
    params(IdempotencyHeader), request_body = Application,
    responses(
        (status = 201, description = "Received", body = CaseView, headers(
            ("Location" = String, description = "The case's address"),
            ("Idempotency-Replayed" = Option<String>, description = "`true` where the answer is that of an earlier request with the same key"),
        )),
        Problems,
    ),
)]
async fn submit(State(state): State<AppState>, write: Write<Application>) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    let done = state.write(async move { engine.submit(&who, key.as_ref(), body).await }).await?;
    created(done, |case: &Frozen<CaseView>| format!("/api/v1/cases/{}", case.summary.id))
}

/// The cases that the caller may see, newest first.
#[utoipa::path(
    get, path = "/cases", tag = "cases", operation_id = "list_cases", params(ListQuery),
    responses((status = 200, description = "A page", body = Page<CaseSummary>), Problems),
)]
async fn list(
    State(state): State<AppState>,
    Caller(who): Caller,
    InQuery(query): InQuery<ListQuery>,
) -> Result<Json<Page<CaseSummary>>, Problem> {
    let ListQuery { division, matter, phase, parked, cursor, limit } = query;
    let filter = CaseFilter { division, matter, phase, subject: None, parked };
    page_of(&state, &who, filter, cursor.as_deref(), limit).await
}

/// The cases that the caller may see, also by subject.
#[utoipa::path(
    post, path = "/cases/search", tag = "cases", operation_id = "search_cases", request_body = CaseSearch,
    responses((status = 200, description = "A page", body = Page<CaseSummary>), Problems),
)]
async fn search(State(state): State<AppState>, ask: Ask<CaseSearch>) -> Result<Json<Page<CaseSummary>>, Problem> {
    let CaseSearch { subject, division, matter, phase, parked, cursor, limit } = ask.body;
    let filter = CaseFilter { division, matter, phase, subject, parked };
    page_of(&state, &ask.who, filter, cursor.as_deref(), limit).await
}

async fn page_of(
    state: &AppState,
    who: &Principal,
    filter: CaseFilter,
    cursor: Option<&str>,
    limit: Option<usize>,
) -> Result<Json<Page<CaseSummary>>, Problem> {
    let list = List::new("cases", &FilterWords::of(&filter))?;
    let wanted = list.wanted(cursor, limit)?;
    Ok(Json(list.page(state.engine.cases(who, filter, wanted).await?)))
}

/// A filter as its cursors are bound to it.
#[derive(Serialize)]
struct FilterWords<'a>(Option<&'a Division>, Option<&'a MatterCode>, Option<Phase>, Option<&'a str>, bool);

impl<'a> FilterWords<'a> {
    fn of(filter: &'a CaseFilter) -> Self {
        Self(filter.division.as_ref(), filter.matter.as_ref(), filter.phase, filter.subject.as_deref(), filter.parked)
    }
}

/// A case, whole.
#[utoipa::path(
    get, path = "/cases/{id}", tag = "cases", operation_id = "show_case",
    params(("id" = CaseId, Path, description = "The case")),
    responses((status = 200, description = "As it stands", body = CaseView), Problems),
)]
async fn show(
    State(state): State<AppState>,
    Caller(who): Caller,
    InPath(id): InPath<CaseId>,
) -> Result<Json<CaseView>, Problem> {
    Ok(Json(state.engine.case(&who, &id).await?))
}

/// A case's journal, oldest first.
#[utoipa::path(
    get, path = "/cases/{id}/journal", tag = "cases", operation_id = "show_journal",
    params(("id" = CaseId, Path, description = "The case"), JournalQuery),
    responses((status = 200, description = "A page", body = Page<JournalLine>), Problems),
)]
async fn journal(
    State(state): State<AppState>,
    Caller(who): Caller,
    InPath(id): InPath<CaseId>,
    InQuery(query): InQuery<JournalQuery>,
) -> Result<Json<Page<JournalLine>>, Problem> {
    let list = List::new("journal", &id)?;
    let wanted = list.wanted(query.cursor.as_deref(), query.limit)?;
    Ok(Json(list.page(state.engine.journal(&who, &id, wanted).await?)))
}
