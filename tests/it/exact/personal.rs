//! Nothing personal lies in the clear: not in the log, not in the metrics, not in keys, indexes or values on disk; and
//! of what was erased nothing at all.
//!
//! The search looks at the raw bytes of every file, and into everything that was compressed with the store's dictionary:
//! what is compressed and not sealed is in the clear. Controls show that it would find what lies there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Caller, DAY_ONE, Host, Partner, Start, applicant_subject, say, top};

/// Everything personal that the run uses: names, numbers, telephones, addresses, what stands in a document.
const PERSONAL: [&str; 14] = [
    "林示例",
    "310115199003070017",
    "13800000001",
    "示例路100号A座",
    "上海示例便利店有限公司",
    "91310115MA1K00015K",
    "王代办",
    "310104198506150023",
    "示例摊主甲",
    "示例路7号旁",
    "示例路8号旁",
    "本人身患疾病",
    "行政复议理由丙",
    "13900000009",
];
/// Said where it stays in the clear, on purpose: the controls.
const IN_THE_CLEAR: &str = "依申请删除〔2021〕第3号";
/// A frame of the store's compression begins so.
const FRAME: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The forms in which a text may lie somewhere.
fn forms(text: &str) -> [String; 3] {
    let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    [text.to_owned(), escaped, hex::encode(text)]
}

fn said_in(bytes: &[u8], texts: &[&'static str], found: &mut BTreeSet<&'static str>) {
    let whole = String::from_utf8_lossy(bytes);
    for text in texts {
        if forms(text).iter().any(|form| whole.contains(form.as_str())) {
            found.insert(text);
        }
    }
}

/// Which of these texts lie in a file, in the clear or compressed.
fn search(bytes: &[u8], dictionary: &[u8], texts: &[&'static str]) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    said_in(bytes, texts, &mut found);
    let mut frames = Vec::new();
    for at in (0..bytes.len().saturating_sub(FRAME.len())).filter(|at| bytes[*at..].starts_with(&FRAME)) {
        let mut decoder =
            zstd::stream::read::Decoder::with_dictionary(&bytes[at..], dictionary).unwrap().single_frame();
        // What follows a frame, or a frame that goes on elsewhere, ends in an error; what was read before counts.
        let _ = decoder.read_to_end(&mut frames);
        frames.push(0);
    }
    said_in(&frames, texts, &mut found);
    found
}

/// Which of these texts lie in which file under a folder.
fn search_all(folder: &Path, texts: &[&'static str]) -> BTreeMap<String, BTreeSet<&'static str>> {
    let dictionary = fs::read(top().join("host/store/src/codec/dictionary-1.zstd")).unwrap();
    let (mut found, mut open) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let texts = search(&fs::read(&path).unwrap(), &dictionary, texts);
        if !texts.is_empty() {
            found.insert(path.display().to_string(), texts);
        }
    }
    found
}

/// What the run left behind.
struct Left {
    cases: Vec<String>,
    metrics: String,
}

/// A run that uses everything personal there is: forms, papers, an agent, a prefill that is never submitted, refusals
/// with place and fix, searches, partners' deliveries, certificates.
async fn full_run(host: &Host, partner: &Partner) -> Left {
    let delivered = with_partners(host, partner).await;
    let stall = stall(host).await;
    let metrics = host.as_("platform").metrics().await;
    Left { cases: vec![delivered, stall], metrics }
}

async fn with_partners(host: &Host, partner: &Partner) -> String {
    let (applicant, officer) = (host.as_("applicant"), host.as_("officer"));
    let person = json!({ "kind": "natural-person", "id": "310115199003070017", "name": "林示例" });
    let mut application = json!({
        "matter": "T-DELIVERS", "division": "310115", "subject": applicant_subject(),
        "agent": { "kind": "natural-person", "id": "310104198506150023", "name": "王代办" },
        "values": { "representative": person, "address": "示例路100号A座", "mobile": "13800000001" },
    });
    let id = say(&applicant.post_once("/cases", "310115199003070017", application.clone()).await, 201)["id"].clone();
    let id = id.as_str().unwrap().to_owned();
    wrong_requests(&applicant, &mut application).await;

    let asked = partner.nth(1, |message| message.case == id && message.partner == "identity").await;
    say(&partner.call_back(host, &asked, json!({ "kind": "identity", "verified": true })).await, 204);
    let task = officer.tasks_of(&id).await.remove(0);
    let reason = json!({ "rule": "officer", "basis": "第三十八条", "text": { "zh": "林示例 13800000001 已核" } });
    let body = json!({ "revision": task["revision"], "opinion": "approve", "reasons": [reason] });
    say(&officer.post(&format!("/tasks/{}/verdict", task["id"].as_str().unwrap()), body).await, 200);
    let shipped = partner.nth(1, |message| message.case == id && message.partner == "courier").await;
    say(&partner.call_back(host, &shipped, json!({ "kind": "delivered" })).await, 204);
    let case = applicant.case(&id).await;
    assert_eq!(case["outcome"], "granted", "{case:#}");
    let code = case["certificate"].as_str().unwrap();
    let page = host.anybody().whole("GET", &format!("/certificates/{code}"), None).await;
    assert!(say(&page, 200).to_string().contains("上海示例便利店有限公司"));
    let licence = case["licences"][0].as_str().unwrap();
    let text = json!({ "zh": "行政复议理由丙" });
    let body =
        json!({ "ending": "revoked", "reason": { "rule": "r", "basis": "第六十九条", "text": text }, "remedy": text });
    say(&officer.post(&format!("/licences/{licence}/end"), body).await, 200);
    id
}

/// Requests that are refused: what was wrong is told and logged, never what was said.
async fn wrong_requests(applicant: &Caller, application: &mut Value) {
    application["values"]["mobile"] = json!("13900000009139000000091390000000913900000009");
    let wrong = applicant.post("/cases", application.clone()).await;
    assert!(!say(&wrong, 422).to_string().contains("13900000009"));
    application["values"] = json!({ "13900000009": "林示例" });
    say(&applicant.post("/cases", application.clone()).await, 422);
    application["林示例"] = json!("310115199003070017");
    assert!(matches!(applicant.post("/cases", application.clone()).await.status, 400 | 422));
    for path in ["/cases/林示例", "/licences/310115199003070017", "/cases?subject=310115199003070017", "/13800000001"]
    {
        assert!(matches!(applicant.get(path).await.status, 400 | 404), "{path}");
    }
    say(&applicant.post("/cases/search", json!({ "subject": "91310115MA1K00015K" })).await, 200);
    say(&applicant.post("/licences/search", json!({ "holder": "91310115MA1K00015K" })).await, 200);
    let prefill = json!({ "subject": applicant_subject(), "agent": { "kind": "natural-person", "id": "310104198506150023", "name": "王代办" }, "answers": {} });
    say(&applicant.post("/divisions/310115/matters/T-DELIVERS/prefill", prefill).await, 200);
}

/// A case with a paper, supplemented, refused.
async fn stall(host: &Host) -> String {
    let (applicant, officer) = (host.as_("applicant"), host.as_("officer"));
    // Long enough to lie in several chunks, and well to compress.
    let paper = || "本人身患疾病，摊主示例摊主甲。".repeat(3000).into_bytes();
    let plan = say(&applicant.upload("/documents", paper()).await, 201)["id"].clone();
    let unclaimed = applicant.upload("/documents", paper()).await;
    say(&unclaimed, 201);
    let application = json!({
        "matter": "EX-STALL", "division": "310115", "subject": applicant_subject(), "answers": { "area": 4 },
        "values": { "name": "示例摊主甲", "place": "示例路7号旁" }, "documents": { "site-plan": plan },
    });
    let id = applicant.submit(application).await;
    let task = officer.tasks_of(&id).await.remove(0);
    say(&officer.verdict(&task, "object").await, 200);
    let body = json!({ "values": { "place": "示例路8号旁" } });
    say(&applicant.post(&format!("/cases/{id}/supplement"), body).await, 200);
    let task = officer.tasks_of(&id).await.remove(0);
    say(&officer.verdict(&task, "approve").await, 200);
    let task = officer.tasks_of(&id).await.remove(0);
    let text = json!({ "zh": "示例摊主甲 行政复议理由丙" });
    let reason = json!({ "rule": "officer", "basis": "第三十八条", "text": text });
    let body = json!({ "revision": task["revision"], "opinion": "object", "reasons": [reason] });
    say(&officer.post(&format!("/tasks/{}/verdict", task["id"].as_str().unwrap()), body).await, 200);
    assert_eq!(applicant.case(&id).await["outcome"], "refused");
    id
}

#[tokio::test]
async fn nothing_personal_lies_in_the_clear_and_of_what_was_erased_nothing_at_all() {
    let partner = Partner::start().await;
    let mut host = Host::prepare(Start::simulated(DAY_ONE).configured(&partner.config("")));
    host.set_environment(&[("BANSHI_LOG", "debug".to_owned())]);
    host.restart();
    host.put_in_force("tests/guests/delivers", "T-DELIVERS", "城市管理局", "310000").await;
    host.put_in_force("examples/smallest-matter", "EX-STALL", "城市管理局", "310000").await;
    let left = full_run(&host, &partner).await;
    let mut found = BTreeSet::new();
    said_in(left.metrics.as_bytes(), &PERSONAL, &mut found);
    assert!(found.is_empty(), "in the metrics: {found:?}");

    assert_eq!(host.terminate(), Some(0));
    let (data, keys, log) = (host.folder().join("data"), host.folder().join("keys"), host.folder().join("log"));
    for place in [&data, &keys, &log] {
        assert_eq!(search_all(place, &PERSONAL), BTreeMap::new());
    }
    assert!(host.log().contains("answered"), "the log says what was done");

    host.restart();
    for case in &left.cases {
        let path = format!("/cases/{case}/erase");
        say(&host.as_("platform").post(&path, json!({ "basis": IN_THE_CLEAR })).await, 204);
        say(&host.as_("applicant").get(&format!("/cases/{case}")).await, 410);
    }
    assert_eq!(host.terminate(), Some(0));
    for place in [&data, &keys, &log] {
        assert_eq!(search_all(place, &PERSONAL), BTreeMap::new());
    }
    // The control: the basis of an erasure is kept in the clear, compressed as everything is, and is found.
    let clear = search_all(&data, &[IN_THE_CLEAR]);
    assert!(clear.keys().any(|file| file.contains("sled")), "the search does not see into the storage: {clear:?}");
    let (code, said) = host.offline(&["verify"]);
    assert_eq!(code, 0, "{said}");
    erased_stays_erased(&host, &left.cases);
}

/// With the keys of today no journal, licence, value or paper of an erased case opens: the store itself is asked.
fn erased_stays_erased(host: &Host, cases: &[String]) {
    let (data, keys) = (host.folder().join("data/store"), host.folder().join("keys"));
    let store = banshi_store::Store::open(&data, &keys, &banshi_store::Options::default()).unwrap();
    for case in cases {
        let id = case.parse().unwrap();
        assert!(matches!(store.entries(&id, 0, 10), Err(banshi_store::Error::Erased(_))));
        assert!(store.tombstone(&id).unwrap().is_some());
    }
    assert!(store.subject_values("91310115MA1K00015K").unwrap().is_empty());
    assert!(store.licences_of("91310115MA1K00015K", None).unwrap().is_empty());
}

#[test]
fn the_search_finds_what_is_planted_in_any_form() {
    let folder = tempfile::tempdir().unwrap();
    let dictionary = fs::read(top().join("host/store/src/codec/dictionary-1.zstd")).unwrap();
    let packed = |text: &str| {
        let text = format!("{{\"holder\":{{\"name\":\"{text}\"}}}}").repeat(4);
        let mut compressor = zstd::bulk::Compressor::with_dictionary(1, &dictionary).unwrap();
        compressor.include_dictid(false).unwrap();
        compressor.compress(text.as_bytes()).unwrap()
    };
    let planted: [(&str, Vec<u8>); 4] = [
        ("plain", "\u{0}\u{1}林示例\u{2}".into()),
        ("hexadecimal", hex::encode("林示例").into_bytes()),
        ("escaped", "\"\\u6797\\u793a\\u4f8b\"".into()),
        ("packed", [&[0xff, 0xe6, 0x9e], packed("林示例").as_slice(), &[7; 40]].concat()),
    ];
    for (name, bytes) in &planted {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    fs::write(folder.path().join("innocent"), packed("示例")).unwrap();
    let found = search_all(folder.path(), &PERSONAL);
    assert_eq!(found.len(), planted.len(), "{found:?}");
    assert!(found.values().all(|texts| texts.contains("林示例")));
}
