//! Every route × role × authority. Routes come from the description of the running host, so that a new one without a
//! rule fails; each cell of the table is a real request.

mod probe;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::say;
use probe::Probe;

/// Who asks: the columns of the table, by the names of their tokens.
///
/// | | |
/// |---|---|
/// | `P` | platform |
/// | `p+` `p-` | publisher of the authority, and of another |
/// | `o+` `oD` `oT` | officer of unit, department and division; the same of another division; of another department |
/// | `t+` `t-` `ts` | portal that handed the application in, another portal, a partner's system |
/// | `a+` `a-` | the applicant, another |
/// | `--` | nobody: no token |
const COLUMNS: [(&str, &str); 12] = [
    ("P", "platform"),
    ("p+", "publisher-city"),
    ("p-", "publisher-huangpu"),
    ("o+", "officer"),
    ("oD", "officer-huangpu"),
    ("oT", "officer-tax"),
    ("t+", "portal"),
    ("t-", "portal-2"),
    ("ts", "identity-system"),
    ("a+", "applicant"),
    ("a-", "stranger"),
    ("--", ""),
];

/// The rules. `y` may (and does it, or is turned down for what was asked and not for who asks), `e` may and finds
/// nothing, because what is there is not theirs to see, `n` 403, `h` 404 as if it were not there, `t` 401.
const RULES: &str = "
                                                              P  p+ p- o+ oD oT t+ t- ts a+ a- --
GET  /api/v1/admission/findings                               y  y  y  n  n  n  n  n  n  n  n  t
POST /api/v1/calendars                                        y  n  n  n  n  n  n  n  n  n  n  t
POST /api/v1/callbacks/{token}                                y  y  y  y  y  y  y  y  y  y  y  y
GET  /api/v1/cases                                            y  e  e  y  e  e  y  e  e  y  e  t
POST /api/v1/cases                                            n  n  n  y  n  y  y  y  n  y  n  t
POST /api/v1/cases/search                                     y  e  e  y  e  e  y  e  e  y  e  t
GET  /api/v1/cases/{id}                                       y  h  h  y  h  h  y  h  h  y  h  t
POST /api/v1/cases/{id}/erase                                 y  n  n  n  n  n  n  n  n  n  n  t
POST /api/v1/cases/{id}/extend                                n  h  h  y  h  h  n  h  h  n  h  t
POST /api/v1/cases/{id}/finish-by-hand                        n  h  h  y  h  h  n  h  h  n  h  t
GET  /api/v1/cases/{id}/journal                               y  h  h  y  h  h  y  h  h  y  h  t
POST /api/v1/cases/{id}/procedures/{procedure}/end            n  h  h  y  h  h  n  h  h  n  h  t
POST /api/v1/cases/{id}/supplement                            n  h  h  y  h  h  y  h  h  y  h  t
POST /api/v1/cases/{id}/withdraw                              n  h  h  n  h  h  y  h  h  y  h  t
GET  /api/v1/certificates/{capability}                        y  y  y  y  y  y  y  y  y  y  y  y
GET  /api/v1/certificates/{capability}/qr.png                 y  y  y  y  y  y  y  y  y  y  y  y
POST /api/v1/clock                                            y  n  n  n  n  n  n  n  n  n  n  t
GET  /api/v1/divisions/{division}/matters                     y  y  y  y  y  y  y  y  y  y  y  y
GET  /api/v1/divisions/{division}/matters/{code}              y  y  y  y  y  y  y  y  y  y  y  y
POST /api/v1/divisions/{division}/matters/{code}/guide        y  y  y  y  y  y  y  y  y  y  y  t
POST /api/v1/divisions/{division}/matters/{code}/precheck     n  n  n  y  n  y  y  y  n  y  n  t
POST /api/v1/divisions/{division}/matters/{code}/prefill      n  n  n  y  n  y  y  y  n  y  n  t
POST /api/v1/documents                                        n  n  n  y  y  y  y  y  n  y  y  t
GET  /api/v1/emergencies                                      y  y  y  y  y  y  y  y  y  y  y  t
POST /api/v1/emergencies                                      y  n  n  n  n  n  n  n  n  n  n  t
POST /api/v1/emergencies/{id}/confirm                         y  n  n  n  n  n  n  n  n  n  n  t
POST /api/v1/emergencies/{id}/take-back                       y  n  n  n  n  n  n  n  n  n  n  t
GET  /api/v1/enactments                                       y  y  y  y  y  y  y  y  y  y  y  t
POST /api/v1/enactments                                       y  y  n  n  n  n  n  n  n  n  n  t
GET  /api/v1/enactments/{id}/cases                            y  y  n  n  n  n  n  n  n  n  n  t
POST /api/v1/enactments/{id}/release                          y  y  n  n  n  n  n  n  n  n  n  t
POST /api/v1/enactments/{id}/share                            y  y  n  n  n  n  n  n  n  n  n  t
POST /api/v1/enactments/{id}/take-back                        y  y  n  n  n  n  n  n  n  n  n  t
GET  /api/v1/enactments/{id}/watch                            y  y  n  n  n  n  n  n  n  n  n  t
POST /api/v1/licences                                         y  n  n  n  n  n  n  n  n  n  n  t
POST /api/v1/licences/search                                  e  e  e  y  e  y  e  e  e  y  e  t
GET  /api/v1/licences/{id}                                    h  h  h  y  h  y  h  h  h  y  h  t
POST /api/v1/licences/{id}/end                                h  h  h  y  h  n  h  h  h  y  h  t
GET  /api/v1/migrations                                       y  y  e  n  n  n  n  n  n  n  n  t
POST /api/v1/migrations                                       y  y  n  n  n  n  n  n  n  n  n  t
GET  /api/v1/migrations/{id}                                  y  y  h  n  n  n  n  n  n  n  n  t
GET  /api/v1/migrations/{id}/cases                            y  y  h  n  n  n  n  n  n  n  n  t
POST /api/v1/migrations/{id}/run                              y  y  h  n  n  n  n  n  n  n  n  t
POST /api/v1/migrations/{id}/sign-off                         y  y  h  n  n  n  n  n  n  n  n  t
POST /api/v1/migrations/{id}/stop                             y  y  h  n  n  n  n  n  n  n  n  t
POST /api/v1/migrations/{id}/undo                             y  y  h  n  n  n  n  n  n  n  n  t
GET  /api/v1/outbox/dead                                      y  n  n  n  n  n  n  n  n  n  n  t
POST /api/v1/outbox/dead/revive                               y  n  n  n  n  n  n  n  n  n  n  t
GET  /api/v1/outbox/waiting                                   y  n  n  n  n  n  n  n  n  n  n  t
GET  /api/v1/packages                                         y  y  y  n  n  n  n  n  n  n  n  t
POST /api/v1/packages                                         y  y  n  n  n  n  n  n  n  n  n  t
POST /api/v1/packages/check                                   y  y  n  n  n  n  n  n  n  n  n  t
GET  /api/v1/packages/{digest}/fits                           y  y  y  n  n  n  n  n  n  n  n  t
GET  /api/v1/packages/{digest}/report                         y  y  y  n  n  n  n  n  n  n  n  t
GET  /api/v1/quarantines                                      y  y  y  n  n  n  n  n  n  n  n  t
POST /api/v1/quarantines/{id}/release                         y  n  n  n  n  n  n  n  n  n  n  t
GET  /api/v1/shadow-key                                       y  y  y  y  y  y  y  y  y  y  y  t
GET  /api/v1/shadows                                          y  y  e  n  n  n  n  n  n  n  n  t
POST /api/v1/shadows                                          y  y  n  n  n  n  n  n  n  n  n  t
GET  /api/v1/shadows/{id}                                     y  y  h  n  n  n  n  n  n  n  n  t
GET  /api/v1/shadows/{id}/events                              y  y  h  n  n  n  n  n  n  n  n  t
POST /api/v1/shadows/{id}/cancel                              y  y  h  n  n  n  n  n  n  n  n  t
POST /api/v1/shadows/{id}/sign-off                            y  y  h  n  n  n  n  n  n  n  n  t
GET  /api/v1/tasks                                            n  n  n  y  e  e  n  n  n  n  n  t
GET  /api/v1/tasks/{id}                                       n  n  n  y  h  h  n  n  n  n  n  t
POST /api/v1/tasks/{id}/verdict                               n  n  n  y  h  h  n  n  n  n  n  t
GET  /api/v1/trust                                            y  y  y  n  n  n  n  n  n  n  n  t
PUT  /api/v1/trust                                            y  n  n  n  n  n  n  n  n  n  n  t
GET  /api/v1/trust/closed/{package}/cases                     y  n  n  n  n  n  n  n  n  n  n  t
GET  /healthz                                                 y  y  y  y  y  y  y  y  y  y  y  y
GET  /metrics                                                 y  n  n  n  n  n  n  n  n  n  n  t
GET  /readyz                                                  y  y  y  y  y  y  y  y  y  y  y  y
";

/// The rules by operation, each a letter for each column.
fn rules() -> BTreeMap<String, Vec<char>> {
    let mut lines = RULES.lines().filter(|line| !line.trim().is_empty());
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!(head, COLUMNS.map(|(column, _)| column));
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let operation = format!("{} {}", words.next().unwrap(), words.next().unwrap());
            let cells: Vec<char> = words.map(|cell| cell.chars().next().unwrap()).collect();
            assert_eq!(cells.len(), COLUMNS.len(), "{operation}");
            (operation, cells)
        })
        .collect()
}

/// Every operation of a description: method and path.
fn operations(document: &Value) -> Vec<String> {
    let methods = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &Value)| {
        let there = methods.iter().filter(|method| item.get(**method).is_some());
        there.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

#[tokio::test]
async fn every_route_answers_every_role_as_the_rules_say() {
    let probe = Probe::start().await;
    let document = probe.host.anybody().whole("GET", "/openapi.json", None).await;
    let operations = operations(say(&document, 200));
    let rules = rules();
    let unruled: Vec<&String> = operations.iter().filter(|operation| !rules.contains_key(*operation)).collect();
    assert!(unruled.is_empty(), "routes without a rule in {}: {unruled:?}", file!());
    let gone: Vec<&String> = rules.keys().filter(|rule| !operations.contains(rule)).collect();
    assert!(gone.is_empty(), "rules without a route: {gone:?}");

    let mut wrong = Vec::new();
    for (operation, cells) in &rules {
        for ((column, token), expected) in COLUMNS.iter().zip(cells) {
            let (cell, answer) = probe.cell(operation, token).await;
            if cell != *expected {
                wrong.push(format!(
                    "{operation} as {column} ({token}): {cell}, the rule says {expected}: {} {}",
                    answer.status, answer.body
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_route_without_a_rule_is_found() {
    let document = serde_json::json!({ "paths": { "/api/v1/new": { "get": {}, "parameters": [] } } });
    let operations = operations(&document);
    assert_eq!(operations, ["GET /api/v1/new"]);
    assert!(!rules().contains_key(&operations[0]));
}
