//! The convenience store of `plugins/` on a host of one's own: six permits and the bundle in force in Shanghai, partners
//! that answer, the reference applicant's business licence in the library.
//!
//! Building and publishing is done once a run; each test then gets a copy of that folder, on the day before everything.

mod partners;
mod prepared;

use std::future::Future;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use self::partners::Partners;
use super::{Answer, Caller, Host, Start, say, top};

/// Thursday 2021-04-22, a week before the Labour Day holiday.
const OPENS: &str = "2021-04-22T08:30:00+08:00";
/// What the state has a business licence as.
pub const BUSINESS_LICENCE: &str = "11100000MB0143028R001";
/// The composite's licence type.
pub const COMPOSITE: &str = "11310115MB00000193001";

const PATIENCE: Duration = Duration::from_secs(60);
const MARKET: &str = "市场监督管理局";
const TOBACCO: &str = "烟草专卖局";

/// A host with the convenience store.
pub struct Store {
    /// The host.
    pub host: Host,
    _partners: Partners,
    now: Mutex<String>,
}

/// What is applied for.
#[derive(Clone)]
pub struct Wish {
    /// Where.
    pub division: &'static str,
    /// The bundle, or one permit.
    pub matter: &'static str,
    /// Answers to guided questions that differ from the reference case, which needs five permits.
    pub answers: Value,
}

impl Default for Wish {
    fn default() -> Self {
        Self { division: "310115", matter: "B01", answers: json!({}) }
    }
}

impl Wish {
    /// Only these of the reference case's permits.
    pub fn without(answers: &[&str]) -> Self {
        Self { answers: answers.iter().map(|answer| ((*answer).to_owned(), json!(false))).collect(), ..Self::default() }
    }
}

impl Store {
    /// A copy of the folder that is prepared once a run, with a host and partners of its own.
    pub async fn open() -> Self {
        let partners = Partners::start();
        let mut host = Host::prepare(Start::simulated(OPENS).configured(&partners.config()));
        prepared::lay_into(&host).await;
        host.restart();
        Self { host, _partners: partners, now: Mutex::new(OPENS.to_owned()) }
    }

    /// The platform moves the clock; everything that follows from what was done has happened when this returns.
    pub async fn clock(&self, to: &str) {
        self.host.clock(to).await;
        to.clone_into(&mut self.now.lock().unwrap());
    }

    /// Lets everything happen that follows from what was done, at the same instant.
    pub async fn settle(&self) {
        let now = self.now.lock().unwrap().clone();
        self.host.clock(&now).await;
    }

    /// The form, with what the state holds already.
    pub async fn prefill(&self, wish: &Wish) -> Value {
        let mut answers = sample("answers");
        answers.extend(wish.answers.as_object().unwrap().clone());
        let path = format!("/divisions/{}/matters/{}/prefill", wish.division, wish.matter);
        let answer = self.applicant().post(&path, json!({ "subject": subject(), "answers": answers })).await;
        say(&answer, 200).clone()
    }

    /// An application that is complete: what no source filled is typed in, what no source gave is uploaded.
    pub async fn application(&self, wish: &Wish) -> Value {
        let form = self.prefill(wish).await;
        let mut answers = sample("answers");
        answers.extend(wish.answers.as_object().unwrap().clone());
        let knows = sample("applicant");
        let open = |list: &str| -> Vec<Value> {
            form[list].as_array().unwrap().iter().filter(|one| one["filled"].is_null()).cloned().collect()
        };
        let mut values = Map::new();
        for field in open("fields") {
            let element = field["element"].as_str().unwrap();
            let known = if element == "premises.area" { answers.get("area") } else { knows.get(element) };
            if let Some(value) = known {
                values.insert(field["id"].as_str().unwrap().to_owned(), value.clone());
            }
        }
        let mut documents = Map::new();
        for paper in open("materials") {
            let uploaded = self.applicant().upload("/documents", paper["title"]["zh"].to_string().into_bytes()).await;
            documents.insert(paper["id"].as_str().unwrap().to_owned(), say(&uploaded, 201)["id"].clone());
        }
        json!({
            "matter": wish.matter, "division": wish.division, "draft": form["draft"], "subject": subject(),
            "answers": answers, "values": values, "documents": documents,
        })
    }

    /// Files; the signer has proved who they are, and the window has it.
    pub async fn file(&self, wish: &Wish) -> String {
        let id = self.applicant().submit(self.application(wish).await).await;
        self.at_the_window(&id).await;
        id
    }

    /// Waits until the identity system has answered and the window has the case.
    pub async fn at_the_window(&self, id: &str) {
        self.until(id, |case| case["tasks"].as_array().is_some_and(|tasks| !tasks.is_empty())).await;
    }

    /// Files, and the window accepts: the parts are open.
    pub async fn accepted(&self, wish: &Wish) -> String {
        let id = self.file(wish).await;
        self.approve_all(|task| task["case"] == id.as_str()).await;
        id
    }

    /// Waits until a case is so; partners answer when they answer.
    pub async fn until(&self, id: &str, so: impl Fn(&Value) -> bool) -> Value {
        let case = eventually(|| async {
            let case = self.applicant().case(id).await;
            so(&case).then_some(case)
        });
        let case = case.await;
        self.settle().await;
        case
    }

    /// The part's case of a bundle.
    pub async fn part(&self, bundle: &str, code: &str) -> Value {
        let bundle = self.applicant().case(bundle).await;
        let part = bundle["parts"].as_array().unwrap().iter().find(|part| part["part"] == code);
        let part = part.unwrap_or_else(|| panic!("no part {code}: {:#}", bundle["parts"]));
        self.applicant().case(part["case"].as_str().unwrap()).await
    }

    /// The open tasks of all officers, those of commitments' after-checks left out.
    pub async fn tasks(&self) -> Vec<(Caller, Value)> {
        let mut all = Vec::new();
        for name in ["market", "tobacco", "market-huangpu", "tobacco-huangpu"] {
            let officer = self.host.as_(name);
            let answer = officer.get("/tasks?limit=200").await;
            let items = say(&answer, 200)["items"].as_array().unwrap().clone();
            let now = items.into_iter().filter(|task| task["after_check"] == false);
            all.extend(now.map(|task| (officer.clone(), task)));
        }
        all
    }

    /// The open task of one stage of a part, with who may do it.
    pub async fn task(&self, part: &Value, stage: &str) -> (Caller, Value) {
        let wanted = |task: &Value| task["case"] == part["id"] && task["stage"] == stage;
        let found = self.tasks().await.into_iter().find(|(_, task)| wanted(task));
        found.unwrap_or_else(|| panic!("no open task of stage {stage}: {:#}", part["tasks"]))
    }

    /// Officers approve every task that is wanted, again and again, until none is left.
    pub async fn approve_all(&self, wanted: impl Fn(&Value) -> bool) {
        loop {
            let tasks: Vec<(Caller, Value)> = self.tasks().await.into_iter().filter(|(_, task)| wanted(task)).collect();
            if tasks.is_empty() {
                return;
            }
            for (officer, task) in tasks {
                say(&verdict(&officer, &task, "approve", found(&task)).await, 200);
            }
            self.settle().await;
        }
    }

    /// An officer objects, with a reason by clause.
    pub async fn object(&self, officer: &Caller, task: &Value) {
        say(&verdict(officer, task, "object", Value::Null).await, 200);
        self.settle().await;
    }

    /// What a case's journal says was sent to its applicant under a template.
    pub async fn told(&self, case: &str, template: &str) -> Vec<Value> {
        let journal = self.applicant().get(&format!("/cases/{case}/journal?limit=200")).await;
        let lines = say(&journal, 200)["items"].as_array().unwrap().clone();
        let effects = lines.iter().flat_map(|line| line["effects"].as_array().unwrap());
        let sent = effects.filter_map(|effect| effect.get("sent")).map(|sent| sent["data"].clone());
        sent.filter(|data| data["template"] == template).collect()
    }

    /// Huangpu's variations come into force: three days instead of five, small shops on a commitment.
    pub async fn in_huangpu(&self) {
        for (folder, matter) in [("huangpu-food", "P01"), ("huangpu-convenience", "B01")] {
            self.host.put_in_force(&format!("plugins/variations/{folder}"), matter, MARKET, "310101").await;
        }
    }

    /// Stops in order; what is left in the folder is consistent, and every step gives the same bytes again.
    pub async fn verified(mut self) {
        assert_eq!(self.host.terminate(), Some(0));
        for command in ["verify", "replay"] {
            let (code, said) = self.host.offline(&[command]);
            assert_eq!(code, 0, "{command}: {said}");
        }
    }

    /// The reference applicant.
    pub fn applicant(&self) -> Caller {
        self.host.as_("applicant")
    }
}

/// The reference applicant, as their business licence names them.
pub fn subject() -> Value {
    let licence = sample("business-licence");
    json!({ "kind": "legal-person", "id": licence["org.uscc"], "name": licence["org.name"] })
}

/// A sample file of `plugins/samples`.
pub fn sample(name: &str) -> Map<String, Value> {
    let text = std::fs::read_to_string(top().join(format!("plugins/samples/{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Asks again until there is an answer, or fails.
async fn eventually<T, F: Future<Output = Option<T>>>(ask: impl Fn() -> F) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(began.elapsed() < PATIENCE, "it did not come to be within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Says something to a task; an objection gives its reason by clause.
pub async fn verdict(officer: &Caller, task: &Value, opinion: &str, data: Value) -> Answer {
    let reasons = json!([{ "rule": "officer", "basis": "行政许可法 第三十八条", "text": { "zh": "经审查（测试）" } }]);
    let body = json!({ "revision": task["revision"], "opinion": opinion, "reasons": reasons, "data": data });
    officer.post(&format!("/tasks/{}/verdict", task["id"].as_str().unwrap()), body).await
}

/// What an officer writes into the forms of the convenience store.
fn found(task: &Value) -> Value {
    let asks = |member: &str| !task["form"]["properties"][member].is_null();
    if asks("nearest_school") { json!({ "nearest_retailer": 210, "nearest_school": 640 }) } else { Value::Null }
}

/// An identifier (GB/T 36904) as another system would have drawn it.
pub fn licence_id(kind: &str, issuer: &str, serial: &str) -> String {
    banshi_model::checkdigit::LicenceId::new(kind, issuer, serial, 1).unwrap().to_string()
}
