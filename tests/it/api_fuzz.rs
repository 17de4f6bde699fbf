//! A public fuzzer (schemathesis) reads the description of a running host and asks everything that it allows and much
//! that it does not: no answer is a 5xx, and none has a status, a media type or a shape that is not described.
//!
//! `tests/run` installs it into `target/api-fuzz` (or says in `BANSHI_API_FUZZER` where), pinned by
//! `tests/api-fuzz/requirements.txt`.
//! `BANSHI_NO_API_FUZZ=1` leaves it out; `BANSHI_API_FUZZ_EXAMPLES` says how many examples an operation gets and
//! `BANSHI_TEST_SEED` where they begin: more and others than in CI, where both are fixed.

use std::path::PathBuf;
use std::process::Output;

use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::{DAY_ONE, Host, Roles, Start, applicant_subject, plain_application, say, top};

/// Whose tokens it asks with: each sees other parts of the host.
const TOKENS: [&str; 5] = ["platform", "publisher-city", "officer", "applicant", "portal"];
/// Examples an operation and phase, unless said otherwise.
const EXAMPLES: &str = "6";
const SEED: &str = "20210422";
/// What is checked of each answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

fn program() -> PathBuf {
    let folder = std::env::var_os("BANSHI_API_FUZZER").map_or_else(|| top().join("target/api-fuzz"), PathBuf::from);
    let program = folder.join("bin/schemathesis");
    assert!(
        program.exists(),
        "{} is missing: `tests/run` installs it; BANSHI_NO_API_FUZZ=1 leaves this test out",
        program.display()
    );
    program
}

fn left_out() -> bool {
    std::env::var_os("BANSHI_NO_API_FUZZ").is_some()
}

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// What stands in addresses: real things, so that requests get behind the question whether there is such a thing.
struct Things {
    open: String,
    licence: String,
    capability: String,
    enactment: String,
}

impl Things {
    /// A configuration that uses them. Ids that are not there come up in the fuzzer's own examples of wrong data.
    fn configuration(&self) -> String {
        let of = |path: &str, parameters: &str| {
            format!("[[operations]]\ninclude-path-regex = \"{path}\"\nparameters = {{ {parameters} }}\n\n")
        };
        [
            of("^/api/v1/cases/\\\\{id\\\\}", &format!("id = \"{}\", procedure = \"hearing\"", self.open)),
            of("^/api/v1/tasks/\\\\{id\\\\}", &format!("id = \"{}.planning\"", self.open)),
            of("^/api/v1/licences/\\\\{id\\\\}", &format!("id = \"{}\"", self.licence)),
            of("^/api/v1/certificates/", &format!("capability = \"{}\"", self.capability)),
            of("^/api/v1/enactments/", &format!("id = \"{}\"", self.enactment)),
            of("^/api/v1/divisions/\\\\{division\\\\}/matters$", "division = \"310115\""),
            of("^/api/v1/divisions/\\\\{division\\\\}/matters/", "division = \"310115\", code = \"EX-STALL\""),
        ]
        .concat()
    }
}

async fn host() -> (Host, Things) {
    let host = Host::start(Start::simulated(DAY_ONE)).await;
    let mut enactment = Value::Null;
    for (source, matter) in [
        ("examples/smallest-matter", "EX-STALL"),
        ("examples/plain-approval", "EX-PLAIN"),
        ("examples/smallest-bundle", "EX-NIGHT-MARKET"),
        ("tests/variations/pudong-plain", "EX-PLAIN"),
    ] {
        let division = if source.contains("pudong") { "310115" } else { "310000" };
        enactment = host.put_in_force(source, matter, "城市管理局", division).await;
    }
    let portal = host.as_("portal");
    let granted = portal.submit(plain_application()).await;
    host.as_("officer").approve_all(&granted).await;
    host.clock("2021-04-22T09:00:01+08:00").await;
    let case = portal.case(&granted).await;
    let plan = say(&portal.upload("/documents", b"a plan".to_vec()).await, 201)["id"].clone();
    let stall = json!({
        "matter": "EX-STALL", "division": "310115", "subject": applicant_subject(), "answers": { "area": 4 },
        "values": { "name": "示例摊主", "place": "示例路1号" }, "documents": { "site-plan": plan },
    });
    portal.submit(stall).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let things = Things {
        open: portal.submit(plain_application()).await,
        licence: text(&case["licences"][0]),
        capability: text(&case["certificate"]),
        enactment: text(&enactment["id"]),
    };
    (host, things)
}

async fn run(host: &Host, things: &Things, token: &str) -> Output {
    let config = host.folder().join("schemathesis.toml");
    std::fs::write(&config, things.configuration()).unwrap();
    let mut command = Command::new(program());
    command.env("SCHEMATHESIS_HOOKS", "hooks").env("PYTHONPATH", top().join("tests/api-fuzz"));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command.current_dir(host.folder()).arg("--no-color").arg("--config-file").arg(&config).arg("run");
    command.arg(format!("{}/openapi.json", host.url()));
    command.arg("--header").arg(format!("Authorization: Bearer {}", Roles::token(token)));
    command.args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--warnings", "off"]);
    command.args(["--max-examples", &setting("BANSHI_API_FUZZ_EXAMPLES", EXAMPLES), "--no-shrink"]);
    command.args(["--seed", &setting("BANSHI_TEST_SEED", SEED), "--suppress-health-check", "all"]);
    command.args(["--request-timeout", "60", "--continue-on-failure"]);
    command.output().await.unwrap()
}

#[tokio::test]
async fn the_fuzzer_finds_no_5xx_and_no_answer_that_is_not_described() {
    if left_out() {
        println!("left out: BANSHI_NO_API_FUZZ is set");
        return;
    }
    let (mut host, things) = host().await;
    let mut failed = Vec::new();
    for token in TOKENS {
        let output = run(&host, &things, token).await;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        println!(
            "== as {token}\n{}",
            said.lines().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
        );
        if !output.status.success() {
            failed.push(format!("== as {token}\n{said}\n{}", String::from_utf8_lossy(&output.stderr)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    // Whatever was said to it, the host stands, and what it kept is sound.
    say(&host.anybody().whole("GET", "/readyz", None).await, 200);
    assert_eq!(host.terminate(), Some(0));
    for command in ["verify", "replay"] {
        let (code, said) = host.offline(&[command]);
        assert_eq!(code, 0, "{command}: {said}");
    }
}

/// The control: against a description that promises something else, the same run fails.
#[tokio::test]
async fn the_fuzzer_finds_an_answer_that_is_not_described() {
    if left_out() {
        return;
    }
    let (host, _) = host().await;
    let document = host.anybody().whole("GET", "/openapi.json", None).await;
    let mut document = say(&document, 200).clone();
    let operation = document["paths"]["/healthz"]["get"].clone();
    assert!(operation["responses"]["200"].is_object());
    document["paths"] = json!({ "/healthz": { "get": operation } });
    document["paths"]["/healthz"]["get"]["responses"] =
        json!({ "200": { "description": "x", "content": { "application/json": {} } } });
    let file = host.folder().join("other.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let mut command = Command::new(program());
    command.current_dir(host.folder()).args(["--no-color", "run"]).arg(&file).args(["--url", host.url()]);
    let output =
        command.args(["--checks", CHECKS, "--max-examples", "2", "--phases", "fuzzing"]).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() && said.contains("/healthz"), "{said}");
}
