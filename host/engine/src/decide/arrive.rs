//! What an event itself does to its case, before any plugin is asked: a verdict is recorded, a timer has
//! fired, a signer has answered. This stands even when the plugin then fails.

use banshi_model::case::Case;
use banshi_model::effect::{Effect, TimerKind};
use banshi_model::entry::Actor;
use banshi_model::event::Event;
use banshi_model::task::TaskStatus;

/// The effects of an event's arrival; `None` where the case no longer waits for it.
pub(crate) fn arrive(case: &Case, event: &Event, by: &Actor) -> Option<Vec<Effect>> {
    let mut effects = Vec::new();
    match event {
        Event::TaskDone(result) => {
            let task = case.task(&result.task)?;
            if !matches!(task.status, TaskStatus::Open | TaskStatus::Joined) {
                return None;
            }
            let by = match by {
                Actor::Principal(name) => Some(name.clone()),
                // A joint inspection was done by a person of the bundle; silence by nobody.
                Actor::Case(case) if !result.by_silence => Some(format!("case {case}")),
                Actor::Host | Actor::Partner(_) | Actor::Case(_) => None,
            };
            if task.silence_consents {
                effects.push(Effect::TimerEnded(TimerKind::Silence(result.task.clone())));
            }
            effects.push(Effect::TaskDone { result: result.clone().into(), by });
        }
        Event::TimerDue(id) => {
            let timer = TimerKind::Plugin(id.clone());
            if !case.timers.iter().any(|(set, _)| set == &timer) {
                return None;
            }
            effects.push(Effect::TimerEnded(timer));
        }
        Event::IdentityVerified(person) | Event::IdentityFailed(person) => {
            let verified = matches!(event, Event::IdentityVerified(_));
            effects.push(Effect::SignerAnswered { person: person.clone(), verified });
        }
        Event::PartClosed(result) => {
            let part = case.parts.iter().find(|part| part.part == result.part)?;
            if part.result.is_some() {
                return None;
            }
            effects.push(Effect::PartClosed(result.clone()));
        }
        Event::SupplementExpired => effects.push(Effect::TimerEnded(TimerKind::Supplement)),
        _ => {}
    }
    Some(effects)
}
