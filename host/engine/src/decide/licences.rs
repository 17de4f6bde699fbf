//! Licences: issue, release with the bundle, end. Identifiers derive from the case, never from an order.

use banshi_model::case::Case;
use banshi_model::checkdigit::LicenceId;
use banshi_model::command::{EndLicence, Ending, IssueLicence};
use banshi_model::definition::{Business, Partial};
use banshi_model::draft::Outcome;
use banshi_model::effect::{Effect, PartnerKind};
use banshi_model::event::Event;
use banshi_model::ids::Digest;
use banshi_model::licence::{Ended, Licence, LicenceStatus};
use banshi_model::text::Text;
use serde_json::json;

use super::{Context, Deciding, Refused, limits};

impl Deciding<'_> {
    /// Issues a licence after a grant: valid at once, or a draft until the bundle releases it.
    pub(super) fn issue_licence(&mut self, wish: &IssueLicence) -> Result<(), Refused> {
        let granted = self.case.decision.as_ref().is_some_and(|decision| decision.outcome == Outcome::Granted);
        if !granted {
            return Err(Refused::rule(
                "licence.before-grant",
                "a licence is issued after `grant`, in the same step or a later one",
            ));
        }
        let status = if self.case.parent.is_some() { LicenceStatus::Draft } else { LicenceStatus::Valid };
        let licence = self.new_licence(wish, status)?;
        if status == LicenceStatus::Valid {
            self.tell_issued(&licence);
        }
        self.emit(Effect::LicenceIssued(Box::new(licence.clone())));
        self.out.licences.push(licence);
        Ok(())
    }

    fn new_licence(&self, wish: &IssueLicence, status: LicenceStatus) -> Result<Licence, Refused> {
        let Some(kind) = self.ctx.definition.issues.iter().find(|kind| kind.licence_type == wish.licence_type) else {
            return Err(Refused::rule(
                "licence.type",
                format!("the definition does not issue `{}`", wish.licence_type),
            ));
        };
        if !wish.content.is_object() {
            return Err(Refused::rule("licence.content", "a licence's content is a JSON object"));
        }
        let mut licence = draft_licence(self.ctx, &self.case, wish, kind.title.clone())?;
        licence.status = status;
        let known = |id: &String| self.case.licences.contains(id);
        if known(&licence.id) {
            return Err(Refused::rule(
                "licence.exists",
                format!("a licence of type `{}` was issued before", wish.licence_type),
            ));
        }
        Ok(licence)
    }

    fn tell_issued(&mut self, licence: &Licence) {
        let data = json!({ "to": "subject", "template": "licence-issued", "case": self.case.id, "licence": licence.id, "title": licence.title });
        self.send(PartnerKind::Notice, "notice", data, None);
    }

    /// The parts' licences and, where the place's row allows one, the composite: in one commit.
    pub(super) fn release_parts(&mut self, composite: Option<&IssueLicence>) -> Result<(), Refused> {
        let Some(bundle) = &self.ctx.definition.bundle else {
            return Err(Refused::rule("release.bundle", "only a bundle releases parts"));
        };
        if self.case.parts.is_empty() || self.case.parts.iter().any(|part| part.result.is_none()) {
            return Err(Refused::rule("release.parts-open", "parts are released when all of them have ended"));
        }
        let granted: Vec<String> = self
            .case
            .parts
            .iter()
            .filter_map(|part| part.result.as_ref())
            .filter(|result| result.outcome == Outcome::Granted)
            .filter_map(|result| result.licence.clone())
            .filter(|id| self.releasable(id))
            .collect();
        let all = granted.len() == self.case.parts.len();
        if bundle.partial == Partial::AllOrNone && !all {
            return Err(Refused::rule(
                "release.all-or-none",
                "a part was not granted, and this bundle releases all or none",
            ));
        }
        if granted.is_empty() {
            return Err(Refused::rule("release.none-granted", "no part was granted; `close` without release"));
        }
        let composite = match composite {
            Some(wish) => Some(self.composite(wish, &granted)?),
            None => None,
        };
        self.grant_bundle();
        let released = self.release(&granted);
        match composite {
            Some(licence) => {
                self.tell_issued(&licence);
                self.emit(Effect::LicenceIssued(Box::new(licence.clone())));
                self.out.licences.push(licence);
            }
            // The composite's notice stands for its permits; without one, each is told of.
            None => released.iter().for_each(|licence| self.tell_issued(licence)),
        }
        Ok(())
    }

    /// A draft that was ended before its bundle could release it stays ended.
    fn releasable(&self, id: &str) -> bool {
        self.ctx.licences.iter().all(|licence| licence.id != id || licence.status == LicenceStatus::Draft)
    }

    /// The composite (综合许可证): at least as many permits as the place's row asks; it replaces none.
    fn composite(&self, wish: &IssueLicence, granted: &[String]) -> Result<Licence, Refused> {
        let scope = limits::scope(&self.case, self.ctx.definition, self.ctx.today);
        let Some(row) = self.ctx.law.composite(&scope) else {
            return Err(Refused::rule(
                "law.no-composite-row",
                "no law row of this place provides for a composite certificate",
            ));
        };
        if granted.len() < usize::from(row.value.min_permits) {
            let zh = format!("综合许可证须含 {} 个以上许可，本件为 {} 个", row.value.min_permits, granted.len());
            let en = format!("a composite takes {} permits, here are {}", row.value.min_permits, granted.len());
            return Err(row.row.refuse(Text::new(zh, en)).into());
        }
        let mut licence = self.new_licence(wish, LicenceStatus::Valid)?;
        licence.members = granted.to_vec();
        Ok(licence)
    }

    /// The bundle's own outcome follows from its parts, each decided by a person.
    fn grant_bundle(&mut self) {
        let reasons = self
            .case
            .parts
            .iter()
            .filter_map(|part| part.result.as_ref())
            .filter(|result| result.outcome == Outcome::Granted)
            .flat_map(|result| result.reasons.clone())
            .collect();
        let outcome = Outcome::Granted;
        self.emit(Effect::Decided { outcome, ground: None, task: None, reasons, remedy: None, row: None });
    }

    fn release(&mut self, granted: &[String]) -> Vec<Licence> {
        let drafts = self.ctx.licences.iter().filter(|licence| granted.contains(&licence.id));
        let valid = |draft: &Licence| Licence { status: LicenceStatus::Valid, issued: self.ctx.now, ..draft.clone() };
        let released: Vec<Licence> = drafts.map(valid).collect();
        self.out.licences.extend(released.iter().cloned());
        self.emit(Effect::LicencesReleased(granted.to_vec()));
        released
    }

    /// 撤销、撤回、注销、吊销: of this case's or its subject's licence, on an officer's verdict.
    pub(super) fn end_licence(&mut self, wish: &EndLicence) -> Result<(), Refused> {
        // A plugin never learns the number of what it issued: the type names the case's own licence of it.
        let own_of_type = |licence: &&Licence| licence.case == self.case.id && licence.licence_type == wish.licence;
        let by_number = self.ctx.licences.iter().find(|licence| licence.id == wish.licence);
        let Some(licence) = by_number.or_else(|| self.ctx.licences.iter().find(own_of_type)) else {
            return Err(Refused::rule(
                "licence.unknown",
                format!("no licence `{}` of this case or its subject", wish.licence),
            ));
        };
        // As an earlier command of this step has left it.
        let licence =
            self.out.licences.iter().rev().find(|changed| changed.id == licence.id).unwrap_or(licence).clone();
        let own = licence.case == self.case.id;
        let named =
            self.case.draft.licence.as_ref() == Some(&licence.id) && licence.holder.id == self.case.draft.subject.id;
        if !(own || (named && licence.matter == self.case.pin.chain.matter)) {
            return Err(Refused::rule(
                "licence.foreign",
                "a case ends only its own licence, or the one that it is about",
            ));
        }
        match &wish.verdict {
            Some(verdict) => {
                let favourable = wish.ending == Ending::Cancelled;
                self.person_decided(verdict, "end-licence", favourable)?;
            }
            None if wish.ending == Ending::Cancelled && self.case.draft.business == Business::Cancel => {}
            None => {
                return Err(Refused::rule(
                    "case.verdict",
                    "a licence is ended against its holder only on an officer's verdict",
                ));
            }
        }
        if !matches!(licence.status, LicenceStatus::Draft | LicenceStatus::Valid) {
            // An officer ended it before the plugin asked: a licence ends once.
            return Ok(());
        }
        let by = "case".to_owned();
        let ended = Ended { ending: wish.ending, reason: wish.reason.clone(), at: self.ctx.now, by };
        let changed = end(&licence, &ended);
        self.emit(Effect::LicenceEnded { id: licence.id.clone(), ended });
        if own && let Some(told) = tell_bundle(&self.case, &licence.id) {
            self.emit(told);
        }
        let data = json!({ "to": "subject", "template": "licence-ended", "case": self.case.id, "licence": changed.id, "ending": wish.ending });
        self.send(PartnerKind::Notice, "notice", data, None);
        self.out.licences.push(changed);
        Ok(())
    }
}

/// A part tells its bundle that its licence has ended: the composite over it may have too little left to stand on.
pub(crate) fn tell_bundle(case: &Case, licence: &str) -> Option<Effect> {
    let to = case.parent.clone()?;
    Some(Effect::EventSent { to, event: Event::LicenceEnded(licence.to_owned()) })
}

/// A licence as it is after an ending.
pub(crate) fn end(licence: &Licence, ended: &Ended) -> Licence {
    let status = match ended.ending {
        Ending::Revoked => LicenceStatus::Revoked,
        Ending::WithdrawnByAuthority => LicenceStatus::WithdrawnByAuthority,
        Ending::Cancelled => LicenceStatus::Cancelled,
        Ending::Punished => LicenceStatus::Punished,
    };
    Licence { status, ended: Some(ended.clone()), ..licence.clone() }
}

/// A licence of a case, with an identifier (GB/T 36904) whose serial number derives from the case.
pub(crate) fn draft_licence(
    ctx: &Context<'_>,
    case: &Case,
    wish: &IssueLicence,
    title: Text,
) -> Result<Licence, Refused> {
    let serial = serial(case, &wish.licence_type);
    let id = LicenceId::new(&wish.licence_type, ctx.issuer, &serial, 1)
        .map_err(|error| Refused::rule("licence.identifier", error.to_string()))?
        .to_string();
    let capability = Some((ctx.capability)(&id));
    Ok(Licence {
        capability,
        id,
        licence_type: wish.licence_type.clone(),
        title,
        matter: case.pin.chain.matter.clone(),
        case: case.id.clone(),
        division: case.draft.division.clone(),
        department: ctx.definition.department.clone(),
        holder: case.draft.subject.clone(),
        content: wish.content.clone(),
        members: Vec::new(),
        issued: ctx.now,
        valid_until: wish.valid_until,
        status: LicenceStatus::Valid,
        ended: None,
    })
}

/// Year of receipt and twelve digits derived from the case: the same in every replay, whatever the order
/// of commits.
fn serial(case: &Case, licence_type: &str) -> String {
    let digest = Digest::of(format!("{}/{licence_type}", case.id).as_bytes());
    let number = digest.0.iter().take(8).fold(0_u64, |sum, byte| sum.wrapping_mul(256).wrapping_add(u64::from(*byte)));
    let year = banshi_model::time::date_of(case.received).year();
    format!("{year:04}{:012}", number % 1_000_000_000_000)
}
