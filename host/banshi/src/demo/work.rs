//! Days at the office: officers work through what lies in their inboxes, and partners answer in between.

use std::time::{Duration, Instant};

use banshi_engine::api::cases::CaseView;
use banshi_model::case::Phase;
use banshi_model::ids::CaseId;
use banshi_model::task::TaskStatus;
use jiff::civil::Date;

use super::cast::PLATFORM;
use super::officers::{self, Waiting};
use super::plot::{Plot, moment};
use crate::failure::{Failure, Kind, Result};

/// When officers answer what lies before them; what comes of it waits for the next working day.
pub const OFFICE_HOUR: i8 = 10;
/// When they answer what is due on the same day.
const GOING_HOME: i8 = 16;
/// How long partners may take to answer, on the real clock.
const PARTNERS_WITHIN: Duration = Duration::from_secs(30);
/// How often it is looked whether they have.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// What must not move on a case when rules change around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pinned {
    layers: Vec<String>,
    limits: String,
}

impl Plot {
    /// One day at the office: in the morning what lies there, before going home what is due today.
    pub(super) async fn round(&mut self, day: Date) -> Result {
        self.until(moment(day, OFFICE_HOUR)).await?;
        let waiting = officers::inboxes(&self.cast, &self.actors, day).await?;
        self.worked(waiting).await?;
        let left = officers::inboxes(&self.cast, &self.actors, day).await?;
        let due: Vec<Waiting> = left.into_iter().filter(|task| task.is_due(day)).collect();
        if !due.is_empty() {
            self.until(moment(day, GOING_HOME)).await?;
            self.worked(due).await?;
        }
        Ok(())
    }

    /// Officers answer these tasks, division by division; what comes of it is told.
    async fn worked(&mut self, waiting: Vec<Waiting>) -> Result {
        for together in waiting.chunk_by(|a, b| a.view.division == b.view.division) {
            for task in together {
                self.doing = format!("{} {}：{}", task.view.task.id, task.view.task.title.zh, task.officer);
                let case = officers::approve(&self.cast, &self.actors, task).await?;
                self.tell_of(&case).await?;
            }
            // The same instant again: the host takes up everything that the verdicts brought about before it answers.
            self.until(self.now).await?;
            self.partners_answer().await?;
        }
        Ok(())
    }

    /// Tells what is new in all cases.
    pub(super) async fn tell(&mut self) -> Result {
        for filed in &mut self.filed {
            filed.teller.catch_up(&mut self.screen, self.actors.of(&filed.shop)?, &filed.case).await?;
        }
        Ok(())
    }

    /// Tells what is new in the one case that was just worked on.
    async fn tell_of(&mut self, case: &CaseId) -> Result {
        for filed in &mut self.filed {
            let reader = self.actors.of(&filed.shop)?;
            if filed.case == *case {
                filed.teller.catch_up(&mut self.screen, reader, case).await?;
            } else {
                filed.teller.catch_up_with(&mut self.screen, reader, case).await?;
            }
        }
        Ok(())
    }

    /// Waits until the case that was filed last lies in somebody's inbox: its signers have been verified by then.
    pub(super) async fn somebody_has_to_act(&mut self) -> Result {
        let Some(last) = self.filed.last() else { return Ok(()) };
        let (place, shop, case) = (last.place.clone(), last.shop.clone(), last.case.clone());
        self.doing = format!("{place} 身份核验 the partner verifies the signer");
        let open = |case: &CaseView| case.tasks.iter().any(|task| task.status == TaskStatus::Open);
        self.awaited(&shop, &case, open).await?;
        Ok(())
    }

    /// Waits for the courier wherever a certificate is on its way.
    async fn partners_answer(&mut self) -> Result {
        for at in 0..self.filed.len() {
            let Some(filed) = self.filed.get(at).filter(|filed| !filed.closed) else { continue };
            let (place, shop, case) = (filed.place.clone(), filed.shop.clone(), filed.case.clone());
            let now = self.actors.of(&shop)?.case(&case).await?;
            no_fault(&now)?;
            if now.summary.phase == Phase::Decided {
                self.doing = format!("{place} 送达 the courier delivers");
                self.awaited(&shop, &case, |case| case.summary.phase == Phase::Closed).await?;
            }
            if let Some(filed) = self.filed.get_mut(at) {
                filed.closed = matches!(now.summary.phase, Phase::Decided | Phase::Closed);
            }
        }
        self.tell().await
    }

    async fn awaited(&self, shop: &str, case: &CaseId, met: impl Fn(&CaseView) -> bool) -> Result<CaseView> {
        let (client, began) = (self.actors.of(shop)?, Instant::now());
        loop {
            let now = client.case(case).await?;
            no_fault(&now)?;
            if met(&now) {
                // What the callback brought about beyond this case is taken up too.
                self.actors.of(PLATFORM)?.set_clock(self.now).await?;
                return Ok(now);
            }
            if began.elapsed() > PARTNERS_WITHIN {
                let what = format!("{case}: no partner answered within {} s", PARTNERS_WITHIN.as_secs());
                return Err(Failure::new(Kind::Refused, what));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// What a shop's case is pinned to, and its limits.
    pub(super) async fn pinned(&mut self, shop: &str) -> Result<Pinned> {
        self.doing = format!("查询 {shop} 的办件 looking at its case");
        let Some(filed) = self.filed.iter().find(|filed| filed.shop == shop) else {
            return Err(Failure::new(Kind::Failed, format!("`{shop}` has not filed")));
        };
        let case = self.actors.of(shop)?.case(&filed.case).await?;
        let layers =
            case.layers.iter().map(|layer| format!("{}@{} {}", layer.name, layer.version, layer.package)).collect();
        Ok(Pinned { layers, limits: serde_json::to_string(&case.limits)? })
    }

    /// Says that a running case stands as it stood, or fails.
    pub(super) async fn unmoved(&mut self, shop: &str, before: &Pinned) -> Result {
        let now = self.pinned(shop).await?;
        let Some(filed) = self.filed.iter().find(|filed| filed.shop == shop) else { return Ok(()) };
        if now != *before {
            return Err(Failure::new(
                Kind::Refused,
                format!("case {} moved: {before:?} before, {now:?} now", filed.case),
            ));
        }
        self.screen.line(&format!(
            "  ✓ {}在办件不受影响 its running case stands as pinned, layers and limits: {}",
            filed.place, filed.case
        ))
    }
}

/// A parked step is not how the story goes.
fn no_fault(case: &CaseView) -> Result {
    let Some(parked) = &case.fault else { return Ok(()) };
    let what = format!(
        "case {}: the step `{}` is parked: {}: {}",
        case.summary.id, parked.event, parked.fault.code, parked.fault.text
    );
    Err(Failure::new(Kind::Refused, what))
}
