//! What a delivery looks like on the wire: CloudEvents 1.0 in structured JSON. Pure.

use banshi_model::effect::{Outgoing, PartnerKind};
use banshi_model::ids::CaseId;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// The content type of a structured CloudEvents message.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// A message, member by member as the specification names them.
#[derive(Debug, Serialize)]
struct Message<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    #[serde(rename = "type")]
    kind: String,
    time: Timestamp,
    subject: &'a str,
    datacontenttype: &'static str,
    data: Value,
}

/// The body that is posted and signed. `created` is the case's own time: on a simulated clock, a simulated one.
/// `callback` is the whole address that takes the answer; none where no answer is awaited.
pub(crate) fn body(
    source: &str,
    case: &CaseId,
    created: Timestamp,
    outgoing: &Outgoing,
    callback: Option<String>,
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Message {
        specversion: "1.0",
        id: &outgoing.key,
        source,
        kind: format!("cn.banshi.{}.{}.v1", partner_name(outgoing.partner), outgoing.action),
        time: created,
        subject: case.as_str(),
        datacontenttype: "application/json",
        data: with_callback(outgoing.data.clone(), callback),
    })
}

/// `callback` in the data is always the host's own: what a plugin may have put there does not leave.
fn with_callback(data: Value, callback: Option<String>) -> Value {
    let mut members = match data {
        Value::Object(members) => members,
        Value::Null => Map::new(),
        other => Map::from_iter([("value".to_owned(), other)]),
    };
    members.shift_remove("callback");
    if let Some(address) = callback {
        members.insert("callback".to_owned(), Value::String(address));
    }
    Value::Object(members)
}

/// The partner kind's fixed word, in types, options and metrics.
pub(crate) const fn partner_name(kind: PartnerKind) -> &'static str {
    match kind {
        PartnerKind::Identity => "identity",
        PartnerKind::SharedData => "shared-data",
        PartnerKind::Notice => "notice",
        PartnerKind::Payment => "payment",
        PartnerKind::Courier => "courier",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(partner: PartnerKind, data: Value, callback: Option<&str>) -> Value {
        let case: CaseId = "310115-210426-7K3M9QX2TR".parse().unwrap();
        let outgoing = Outgoing {
            key: format!("{case}/2/0"),
            partner,
            action: "verify".to_owned(),
            data,
            answers: Some("s1".to_owned()),
        };
        let at = "2021-04-26T01:00:00Z".parse().unwrap();
        serde_json::from_slice(&body("urn:x", &case, at, &outgoing, callback.map(str::to_owned)).unwrap()).unwrap()
    }

    #[test]
    fn a_delivery_is_a_structured_cloudevent() {
        assert_eq!(
            message(PartnerKind::SharedData, json!({ "role": "法定代表人" }), Some("http://h/api/v1/callbacks/t")),
            json!({
                "specversion": "1.0",
                "id": "310115-210426-7K3M9QX2TR/2/0",
                "source": "urn:x",
                "type": "cn.banshi.shared-data.verify.v1",
                "time": "2021-04-26T01:00:00Z",
                "subject": "310115-210426-7K3M9QX2TR",
                "datacontenttype": "application/json",
                "data": { "role": "法定代表人", "callback": "http://h/api/v1/callbacks/t" },
            })
        );
    }

    #[test]
    fn a_plugin_cannot_name_a_callback_of_its_own() {
        let data = json!({ "callback": "http://evil.example/", "a": 1 });
        assert_eq!(message(PartnerKind::Notice, data.clone(), None)["data"], json!({ "a": 1 }));
        assert_eq!(message(PartnerKind::Notice, data, Some("http://h/t"))["data"]["callback"], "http://h/t");
    }

    #[test]
    fn data_that_is_no_object_is_kept_as_its_value() {
        assert_eq!(message(PartnerKind::Notice, json!([1]), None)["data"], json!({ "value": [1] }));
        assert_eq!(message(PartnerKind::Notice, Value::Null, None)["data"], json!({}));
    }
}
