//! Golden histories: journals that an earlier build recorded fold to the same states and encode to the same bytes.
//!
//! What a step's plugin answered is in its entry, so no wasm is needed. `tests/golden/README.md` says how a history is
//! recorded, and that a recorded one is never changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use banshi_model::case::Case;
use banshi_model::entry::{Cause, Entry};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{DAY_ONE, Host, Partner, Start, applicant_subject, plain_application, say, top};

/// The histories, each a file `<set>/<case>.jsonl`; and what they were when they were recorded.
const FOLDER: &str = "tests/golden";
const SUMS: &str = "SHA256SUMS";
/// Names the set that [`record`] makes.
const SET: &str = "BANSHI_GOLDEN_SET";

/// Every history there is, by its path within the folder.
fn histories() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for set in fs::read_dir(top().join(FOLDER)).unwrap().map(Result::unwrap).filter(|set| set.path().is_dir()) {
        for history in fs::read_dir(set.path()).unwrap().map(Result::unwrap) {
            let name = format!("{}/{}", set.file_name().display(), history.file_name().display());
            found.insert(name, fs::read_to_string(history.path()).unwrap());
        }
    }
    found
}

fn sum(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// Replays a history: every entry reads and is written as the same bytes, stands in its place, finds the state that its
/// step read, and leaves the state that it says.
fn replay(history: &str) -> Result<Case, String> {
    let mut folded: Option<Case> = None;
    for (line, seq) in history.lines().zip(1..) {
        let entry: Entry = serde_json::from_str(line).map_err(|error| format!("entry {seq} does not read: {error}"))?;
        let written = serde_json::to_string(&entry).map_err(|error| error.to_string())?;
        if written != line {
            return Err(format!("entry {seq} is written otherwise:\n{written}\n{line}"));
        }
        if entry.seq != seq {
            return Err(format!("entry {} stands in place {seq}", entry.seq));
        }
        if let Cause::Step { arrived, bindings, .. } = &entry.cause {
            let mut before = folded.clone().ok_or("a step before the receipt")?;
            entry.effects.iter().take(*arrived).for_each(|effect| before.apply(effect, entry.at));
            if before.digest().ok() != Some(bindings.before) {
                return Err(format!("entry {seq}: its step read another state"));
            }
        }
        let case = banshi_store::fold(folded, &entry).ok_or_else(|| format!("entry {seq} does not fold"))?;
        if case.digest().ok() != Some(entry.after) {
            return Err(format!("entry {seq} leaves another state"));
        }
        folded = Some(case);
    }
    folded.ok_or_else(|| "nothing is in it".to_owned())
}

#[test]
fn every_recorded_history_folds_to_the_same_states_and_encodes_to_the_same_bytes() {
    let histories = histories();
    let mut outcomes = BTreeMap::<String, usize>::new();
    for (name, history) in &histories {
        let case = replay(history).unwrap_or_else(|what| panic!("{name}: {what}"));
        *outcomes.entry(format!("{:?}", case.outcome)).or_default() += 1;
    }
    println!("{outcomes:?}");
    assert!(histories.len() >= 8, "{} histories", histories.len());
}

#[test]
fn no_recorded_history_was_changed_or_lost() {
    let sums = fs::read_to_string(top().join(FOLDER).join(SUMS)).unwrap();
    let recorded: BTreeMap<&str, &str> =
        sums.lines().map(|line| line.split_once("  ").unwrap()).map(|(sum, name)| (name, sum)).collect();
    let histories = histories();
    let there: BTreeMap<&str, String> = histories.iter().map(|(name, text)| (name.as_str(), sum(text))).collect();
    for (name, recorded) in &recorded {
        assert_eq!(there.get(name).map(String::as_str), Some(*recorded), "{name} is not what was recorded");
    }
    assert_eq!(recorded.len(), there.len(), "a history without its sum");
}

#[test]
fn a_history_in_which_anything_was_changed_does_not_replay() {
    let (name, history) = histories().into_iter().max_by_key(|(_, text)| text.lines().count()).unwrap();
    replay(&history).unwrap();
    let lines: Vec<&str> = history.lines().collect();
    let mut without = lines.clone();
    without.remove(1);
    assert!(replay(&without.join("\n")).is_err(), "{name} without its second entry");
    let mut swapped = lines.clone();
    swapped.swap(1, 2);
    assert!(replay(&swapped.join("\n")).is_err(), "{name} with two entries in each other's place");
    for (what, to) in [
        ("\"approve\"", "\"object\""),
        ("310115", "310101"),
        ("2021-04-22", "2021-04-23"),
        ("{\"case\":", "{ \"case\":"),
    ] {
        let changed = history.replace(what, to);
        assert_ne!(changed, history, "{name} has no {what}");
        assert!(replay(&changed).is_err(), "{name} with {to} for {what}");
    }
}

/// Records a new set: `BANSHI_GOLDEN_SET=0002-what-is-new cargo test -p banshi --test it -- --ignored golden`.
#[tokio::test]
#[ignore = "records a new set of golden histories"]
async fn record() {
    let set = std::env::var(SET).expect("name the new set in BANSHI_GOLDEN_SET");
    let folder = top().join(FOLDER).join(&set);
    assert!(!folder.exists(), "{set} is there already; a recorded history is never changed");
    let partner = Partner::start().await;
    let mut host = host(&partner).await;
    with_partners(&host, &partner).await;
    live(&host).await;
    assert_eq!(host.terminate(), Some(0));
    fs::create_dir(&folder).unwrap();
    let mut sums = fs::OpenOptions::new().create(true).append(true).open(top().join(FOLDER).join(SUMS)).unwrap();
    for (case, history) in journals(&host.folder().join("data/store"), &host.folder().join("keys")) {
        replay(&history).unwrap();
        fs::write(folder.join(format!("{case}.jsonl")), &history).unwrap();
        std::io::Write::write_all(&mut sums, format!("{}  {set}/{case}.jsonl\n", sum(&history)).as_bytes()).unwrap();
    }
}

/// Every journal of a store, each entry as the line of JSON that the journal holds.
fn journals(data: &Path, keys: &Path) -> BTreeMap<String, String> {
    let store = banshi_store::Store::open(data, keys, &banshi_store::Options::default()).unwrap();
    let cases = store.all_cases(None, 1000).unwrap().items;
    let journal = |case| {
        let entries = store.entries(case, 0, 1000).unwrap();
        entries.iter().map(|entry| serde_json::to_string(entry).unwrap() + "\n").collect::<String>()
    };
    cases.iter().map(|case| (case.to_string(), journal(case))).collect()
}

async fn host(partner: &Partner) -> Host {
    let host = Host::start(Start::simulated(DAY_ONE).configured(&partner.config(""))).await;
    for (source, matter) in [
        ("examples/smallest-matter", "EX-STALL"),
        ("examples/plain-approval", "EX-PLAIN"),
        ("examples/smallest-bundle", "EX-NIGHT-MARKET"),
        ("tests/guests/always-traps", "T-TRAP"),
        ("tests/guests/delivers", "T-DELIVERS"),
    ] {
        host.put_in_force(source, matter, "城市管理局", "310000").await;
    }
    host
}

/// One case of each kind that the sample matters can have: granted, refused, withdrawn, extended, lapsed or supplemented,
/// deemed accepted, parked and finished by hand, a bundle with its parts, a permit revoked and its composite with it.
async fn live(host: &Host) {
    let (applicant, officer) = (host.as_("applicant"), host.as_("officer"));
    let plan =
        || async { say(&host.as_("applicant").upload("/documents", b"a plan".to_vec()).await, 201)["id"].clone() };
    let reason = json!({ "rule": "officer", "basis": "行政许可法 第四十二条", "text": { "zh": "材料复杂" } });

    let granted = applicant.submit(plain_application()).await;
    officer.approve_all(&granted).await;
    let refused = applicant.submit(plain_application()).await;
    for task in officer.tasks_of(&refused).await {
        say(&officer.verdict(&task, "object").await, 200);
    }
    let withdrawn = applicant.submit(plain_application()).await;
    say(&applicant.post(&format!("/cases/{withdrawn}/withdraw"), json!({})).await, 200);
    let extended = applicant.submit(plain_application()).await;
    let body = json!({ "working_days": 5, "instrument": "测试〔2021〕7号", "reason": reason });
    say(&officer.post(&format!("/cases/{extended}/extend"), body).await, 200);

    let stall = |plan: Value| {
        json!({
            "matter": "EX-STALL", "division": "310115", "subject": applicant_subject(), "answers": { "area": 4 },
            "values": { "name": "示例摊主", "place": "示例路1号" }, "documents": { "site-plan": plan },
        })
    };
    let supplemented = applicant.submit(stall(plan().await)).await;
    let deemed = applicant.submit(stall(plan().await)).await;
    let task = officer.tasks_of(&supplemented).await.remove(0);
    say(&officer.verdict(&task, "object").await, 200);
    let body = json!({ "values": { "place": "示例路2号" }, "documents": { "site-plan": plan().await } });
    say(&applicant.post(&format!("/cases/{supplemented}/supplement"), body).await, 200);
    officer.approve_all(&supplemented).await;

    let trap = json!({ "matter": "T-TRAP", "division": "310115", "subject": applicant_subject() });
    let trapped = applicant.submit(trap).await;
    let body = json!({ "outcome": "refused", "reasons": [reason], "remedy": { "zh": "可以申请行政复议" } });
    say(&officer.post(&format!("/cases/{trapped}/finish-by-hand"), body).await, 200);

    night_market(host, plan().await).await;
    host.clock("2021-05-10T09:00:00+08:00").await;
    assert_eq!(applicant.case(&deemed).await["deemed_accepted"], true);
}

/// A signer who proves who they are at the second attempt, and a parcel.
async fn with_partners(host: &Host, partner: &Partner) {
    let (applicant, officer) = (host.as_("applicant"), host.as_("officer"));
    let person = json!({ "kind": "natural-person", "id": "310115199003070017", "name": "林示例" });
    let application = json!({
        "matter": "T-DELIVERS", "division": "310115", "subject": applicant_subject(),
        "values": { "representative": person, "address": "示例路100号", "mobile": "13800000001" },
    });
    let id = applicant.submit(application).await;
    for (n, verified) in [(1, false), (2, true)] {
        let asked = partner.nth(n, |message| message.case == id && message.partner == "identity").await;
        say(&partner.call_back(host, &asked, json!({ "kind": "identity", "verified": verified })).await, 204);
    }
    officer.approve_all(&id).await;
    let shipped = partner.nth(1, |message| message.case == id && message.partner == "courier").await;
    say(&partner.call_back(host, &shipped, json!({ "kind": "delivered" })).await, 204);
    assert_eq!(applicant.case(&id).await["outcome"], "granted");
}

async fn night_market(host: &Host, plan: Value) {
    let (applicant, officer) = (host.as_("applicant"), host.as_("officer"));
    let application = json!({
        "matter": "EX-NIGHT-MARKET", "division": "310115", "subject": applicant_subject(),
        "answers": { "area": 4, "music": true },
        "values": { "org.name": "示例摊主", "stall.place": "示例路1号" }, "documents": { "plan": plan },
    });
    let bundle = applicant.submit(application).await;
    officer.approve_all(&bundle).await;
    host.clock(DAY_ONE).await;
    for part in applicant.case(&bundle).await["parts"].as_array().unwrap() {
        officer.approve_all(part["case"].as_str().unwrap()).await;
    }
    host.clock(DAY_ONE).await;
    let permit = applicant.case(&bundle).await["parts"][0]["result"]["licence"].as_str().unwrap().to_owned();
    let body = json!({
        "ending": "revoked", "remedy": { "zh": "可以申请行政复议" },
        "reason": { "rule": "officer", "basis": "行政许可法 第六十九条", "text": { "zh": "以欺骗手段取得" } },
    });
    say(&officer.post(&format!("/licences/{permit}/end"), body).await, 200);
}
