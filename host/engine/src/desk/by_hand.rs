//! Finishing a case by hand: lawful where its plugin cannot, with reasons and remedy, and journaled.

use banshi_model::case::{Case, Phase};
use banshi_model::command::Command;
use banshi_model::definition::{Definition, Partial};
use banshi_model::draft::Outcome;
use banshi_model::effect::Effect;
use banshi_model::entry::{Actor, Cause, HostAct};
use banshi_model::frozen::Frozen;
use banshi_model::ids::CaseId;
use banshi_model::licence::LicenceStatus;
use banshi_model::text::Text;
use banshi_model::time;
use serde_json::json;

use crate::api::cases::{CaseView, FinishRequest};
use crate::decide::{self, licences::draft_licence, limits};
use crate::drive::context::Gathered;
use crate::drive::{Change, Work, notice};
use crate::error::Error;
use crate::principal::Principal;
use crate::{Done, Engine, Idempotency};

impl Engine {
    /// An officer finishes a case whose plugin cannot: lawful, with reasons and remedy, and journaled.
    pub async fn finish_by_hand(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &CaseId,
        request: FinishRequest,
    ) -> Result<Done<Frozen<CaseView>>, Error> {
        self.write(who, key, id, |mut work, mut change, department| async move {
            self.deciding_officer(who, &change.case, &department)?;
            check_finish(&change, &request)?;
            let effects = self.finishing(&mut work, &change, &request).await?;
            let by = Actor::Principal(who.name.clone());
            change.record(work.now, by, Cause::Host(HostAct::FinishedByHand), effects)?;
            self.settle_parts(&mut work, &change).await?;
            Ok((work, change))
        })
        .await
    }

    async fn finishing(&self, work: &mut Work, change: &Change, request: &FinishRequest) -> Result<Vec<Effect>, Error> {
        let mut effects = Vec::new();
        let mut case = change.case.clone();
        let effective = self.effective_of(&case.pin).await?;
        let gathered = self.gather(&case, effective.clone(), &[]).await?;
        let seq = change.seq() + 1;
        if case.accepted.is_none() {
            let today = time::date_of(work.now);
            let promised = effective.definition.promised;
            let limits = gathered
                .with(work.now, seq, |ctx| limits::at_acceptance(ctx, &case, today, promised))
                .map_err(|refused| Error::Internal(refused.text))?;
            effects.push(Effect::Accepted { on: today, limits, deemed: false });
        }
        let released = release_of(&effective.definition, &case);
        effects.extend(match (released, request.outcome) {
            (false, _) => decided(work, &gathered, &case, seq, request)?,
            (true, Outcome::Granted) => released_by_hand(work, &gathered, &case, seq, request)?,
            (true, _) => {
                let zh = "单项许可已由各自机关准予，手工办结只能准予并发放";
                let en = "its permits were granted, each by its own authority; by hand they are released";
                return Err(Error::Rule { rule: "finish.parts", text: Text::new(zh, en) });
            }
        });
        for effect in &effects {
            case.apply(effect, work.now);
        }
        let decided = Change::open(case);
        effects.extend(crate::drive::ending(&decided, request.outcome));
        Ok(effects)
    }
}

/// Whether a bundle has permits to release: its outcome follows from its parts, each decided by a person.
fn release_of(definition: &Definition, case: &Case) -> bool {
    let Some(bundle) = &definition.bundle else { return false };
    let results = case.parts.iter().filter_map(|part| part.result.as_ref());
    let granted = results.filter(|result| result.outcome == Outcome::Granted).count();
    granted > 0 && (bundle.partial != Partial::AllOrNone || granted == case.parts.len())
}

/// What the officer decides, and the licence that goes with it: a draft, if this is a part.
fn decided(
    work: &mut Work,
    gathered: &Gathered,
    case: &Case,
    seq: u64,
    request: &FinishRequest,
) -> Result<Vec<Effect>, Error> {
    let mut effects = vec![Effect::Decided {
        outcome: request.outcome,
        ground: None,
        task: None,
        reasons: request.reasons.clone(),
        remedy: request.remedy.clone(),
        row: None,
    }];
    if request.outcome == Outcome::Refused {
        let data = json!({ "to": "subject", "template": "refused", "case": case.id, "reasons": request.reasons, "remedy": request.remedy });
        effects.push(notice(case, seq, data));
    }
    let Some(wish) = &request.licence else { return Ok(effects) };
    let known = &gathered.effective.definition.issues;
    let Some(kind) = known.iter().find(|kind| kind.licence_type == wish.licence_type) else {
        let (what, fix) = ("the matter does not issue this type", "use a licence type that the matter issues");
        return Err(Error::invalid("finish.licence", "/licence/licence_type", what, fix));
    };
    let title = kind.title.clone();
    let mut licence = gathered
        .with(work.now, seq, |ctx| draft_licence(ctx, case, wish, title))
        .map_err(|refused| Error::Internal(refused.text))?;
    if case.parent.is_some() {
        licence.status = LicenceStatus::Draft;
    } else {
        let data = json!({ "to": "subject", "template": "licence-issued", "case": case.id, "licence": licence.id, "title": licence.title });
        effects.push(notice(case, seq, data));
    }
    effects.push(Effect::LicenceIssued(Box::new(licence.clone())));
    work.licences.insert(licence.id.clone(), licence);
    Ok(effects)
}

/// What the bundle's plugin would have asked for: the parts' permits become valid, and the composite with them, under the
/// same rules.
fn released_by_hand(
    work: &mut Work,
    gathered: &Gathered,
    case: &Case,
    seq: u64,
    request: &FinishRequest,
) -> Result<Vec<Effect>, Error> {
    let command = Command::ReleaseParts(request.licence.clone());
    let decision = gathered
        .with(work.now, seq, |ctx| decide::decide(ctx, case, &[command]))
        .map_err(|refused| Error::conflict("finish.release", format!("{}: {}", refused.code, refused.text)))?;
    let mut effects = decision.effects;
    for effect in &mut effects {
        if let Effect::Decided { reasons, .. } = effect {
            reasons.extend(request.reasons.iter().cloned());
        }
    }
    work.licences.extend(decision.licences.into_iter().map(|licence| (licence.id.clone(), licence)));
    Ok(effects)
}

fn check_finish(change: &Change, request: &FinishRequest) -> Result<(), Error> {
    let rule = |rule, zh: &str, en: &str| Err(Error::Rule { rule, text: Text::new(zh, en) });
    if matches!(change.case.phase, Phase::Decided) {
        return Err(Error::conflict("case.decided", "the case is decided already"));
    }
    if change.case.parts.iter().any(|part| part.result.is_none()) {
        return Err(Error::conflict("case.parts-open", "finish or withdraw the parts first"));
    }
    if !matches!(request.outcome, Outcome::Granted | Outcome::Refused) {
        return rule("finish.outcome", "手工办结只能是准予或者不予许可", "by hand a case is granted or refused");
    }
    if request.reasons.is_empty() || request.reasons.iter().any(|reason| reason.basis.trim().is_empty()) {
        return rule(
            "case.verdict",
            "决定应当逐条说明理由和依据",
            "a decision gives its reasons, each with its clause",
        );
    }
    let remedy = request.remedy.as_ref().is_some_and(|remedy| !remedy.zh.trim().is_empty());
    if request.outcome == Outcome::Refused && !remedy {
        return rule("case.remedy", "不予许可应当告知救济途径", "a refusal says how it can be contested");
    }
    if request.outcome == Outcome::Refused && request.licence.is_some() {
        return rule("finish.licence", "不予许可不得颁发证照", "a refusal issues no licence");
    }
    Ok(())
}
