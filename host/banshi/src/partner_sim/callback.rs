//! Calling back: later, and until the host has taken it.

use std::sync::Arc;
use std::time::Duration;

use banshi_engine::CallbackBody;
use serde_json::Value;

use super::Sim;

/// How often it is tried; the wait doubles from a tenth of a second, so that a host has about a minute to restart.
const ATTEMPTS: u32 = 10;
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// What a partner says to a message; none: it says nothing.
pub fn answer(sim: &Sim, partner: &str, action: &str, data: &Value) -> Option<CallbackBody> {
    match (partner, action) {
        ("identity", _) => {
            Some(CallbackBody::Identity { verified: !sim.denying.contains("identity"), in_person: None })
        }
        ("payment", "pay") => Some(CallbackBody::Payment { paid: !sim.denying.contains("payment") }),
        ("courier", _) => Some(CallbackBody::Delivered {}),
        ("shared-data", _) => Some(CallbackBody::LookedUp { value: looked_up(sim, data) }),
        _ => None,
    }
}

/// The field that the arguments name, or all that the service knows.
fn looked_up(sim: &Sim, data: &Value) -> Option<Value> {
    let service = data.get("service").and_then(Value::as_str)?;
    if sim.fails(service) {
        return None;
    }
    let subject = data.pointer("/subject/id").and_then(Value::as_str);
    match data.pointer("/arguments/field").and_then(Value::as_str) {
        Some(field) => sim.answers.field(subject, service, field).cloned(),
        None => sim.answers.record(subject, service),
    }
}

/// Calls back in the background.
pub fn later(sim: &Arc<Sim>, id: String, to: String, body: CallbackBody) {
    let sim = Arc::clone(sim);
    tokio::spawn(async move {
        tokio::time::sleep(sim.delay).await;
        let mut wait = FIRST_WAIT;
        for _ in 0..ATTEMPTS {
            match sim.http.post(&to).json(&body).send().await {
                Ok(answer) if answer.status().is_success() => return,
                // The host has understood and does not want it; it will not want it later either.
                Ok(answer) if answer.status().is_client_error() => {
                    tracing::warn!(event.id = %id, http.status = answer.status().as_u16(), "the host refused a callback");
                    return;
                }
                _ => {}
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        tracing::error!(event.id = %id, "the host took no callback; given up");
    });
}
