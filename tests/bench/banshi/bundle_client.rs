//! The clients of the convenience store, in a process of their own: each is applicant's portal and officers in one, and
//! takes one store after another from prefill to closed. Business licences are registered before the clock runs.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use banshi_model::checkdigit::LicenceId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::plain::{DIVISION, reasons, subject};
use crate::table::percentile;
use crate::wire::{Wire, token};
use crate::{bundle_form, cpu};

const BUNDLE: &str = "B01";
/// The part that another department decides.
const TOBACCO: &str = "P04";
const BUSINESS_LICENCE: &str = "11100000MB0143028R001";
const REGISTRAR: &str = "11310115MB1A01151B";
/// Numbers of the subjects: no other load has them.
const FIRST: u64 = 500_000_000;
/// Between two looks at a case in which nobody has anything to do.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// A store that is not closed by then never will be.
const CLOSED_WITHIN: Duration = Duration::from_secs(120);

/// What is to be done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Load {
    /// The host.
    pub url: String,
    /// Its process.
    pub pid: u32,
    /// Clients at once.
    pub connections: usize,
    /// How many stores.
    pub cases: usize,
    /// How many were filed before.
    pub first: u64,
    /// The folder of samples.
    pub samples: PathBuf,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Loaded {
    /// Stores that were closed.
    pub cases: usize,
    /// By the clock on the wall, in seconds.
    pub wall_s: f64,
    /// Processor time of the host, in seconds.
    pub cpu_s: f64,
    /// The median time of a store from prefill to closed.
    pub p50_ms: f64,
    /// The 99th percentile.
    pub p99_ms: f64,
    /// How often a case or a part was read.
    pub looks: u64,
}

/// The samples that ship with the plugins.
struct Samples {
    applicant: Map<String, Value>,
    answers: Value,
    licence: Map<String, Value>,
}

struct Client {
    wire: Wire,
    samples: Arc<Samples>,
    looks: u64,
}

/// Plays the clients.
pub fn run(load: Load) -> Result<Loaded> {
    let read = |name: &str| -> Result<Value> {
        Ok(serde_json::from_slice(&std::fs::read(load.samples.join(name)).with_context(|| name.to_owned())?)?)
    };
    let object = |name: &str| read(name)?.as_object().cloned().with_context(|| name.to_owned());
    let samples = Arc::new(Samples {
        applicant: object("applicant.json")?,
        answers: read("answers.json")?,
        licence: object("business-licence.json")?,
    });
    let numbers = FIRST + load.first..FIRST + load.first + load.cases as u64;
    let mut clients = (0..load.connections)
        .map(|_| Ok(Client { wire: Wire::connect(&load.url)?, samples: samples.clone(), looks: 0 }))
        .collect::<Result<Vec<_>>>()?;
    let registrar = clients.first_mut().context("no client")?;
    numbers.clone().try_for_each(|number| registrar.register(number))?;

    let (before, began) = (cpu::of(load.pid)?, Instant::now());
    let (looks, times) = followed(clients, numbers)?;
    let wall_s = began.elapsed().as_secs_f64();
    let cpu_s = cpu::of(load.pid)?.saturating_sub(before).as_secs_f64();
    let (p50_ms, p99_ms) = (percentile(times.clone(), 0.5), percentile(times, 0.99));
    Ok(Loaded { cases: load.cases, wall_s, cpu_s, p50_ms, p99_ms, looks })
}

/// All stores, one after another by each client; how often was looked, and how long each store took in milliseconds.
fn followed(clients: Vec<Client>, numbers: Range<u64>) -> Result<(u64, Vec<f64>)> {
    let next = AtomicU64::new(numbers.start);
    let one = |mut client: Client| -> Result<(u64, Vec<f64>)> {
        let mut times = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers.end {
                return Ok((client.looks, times));
            }
            let began = Instant::now();
            client.store(number)?;
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = clients.into_iter().map(|client| scope.spawn(|| one(client))).collect();
        let (mut looks, mut times) = (0, Vec::new());
        for client in running {
            let (own_looks, own_times) = client.join().ok().context("a client panicked")??;
            looks += own_looks;
            times.extend(own_times);
        }
        Ok((looks, times))
    })
}

impl Client {
    /// The enterprise's business licence goes into the licence library, as another system would hand it over.
    fn register(&mut self, number: u64) -> Result<()> {
        let holder = subject(number);
        let mut content = self.samples.licence.clone();
        content.insert("org.uscc".to_owned(), holder.id.clone().into());
        content.insert("org.name".to_owned(), holder.name.clone().into());
        let id = LicenceId::new(BUSINESS_LICENCE, REGISTRAR, &format!("{number:016}"), 1)?;
        let request = json!({
            "id": id.as_str(), "licence_type": BUSINESS_LICENCE, "title": { "zh": "营业执照" }, "division": DIVISION,
            "department": "市场监督管理局", "holder": holder, "content": content, "valid_until": null,
        });
        let key = format!("register-{number}");
        let answer = self.wire.post(&token("platform"), "/licences", &key, request.to_string().as_bytes())?;
        ensure!(matches!(answer.status, 200..300), "{}: {}", answer.status, String::from_utf8_lossy(answer.body));
        Ok(())
    }

    /// One store, from the form to the certificate on paper.
    fn store(&mut self, number: u64) -> Result<()> {
        let case = self.submit(number)?;
        let began = Instant::now();
        loop {
            let bundle = self.look("market", &case)?;
            if bundle["phase"] == "closed" {
                ensure!(bundle["outcome"] == "granted", "{case} was {}", bundle["outcome"]);
                return Ok(());
            }
            let mut answered = self.answer_tasks(&bundle)?;
            for part in bundle["parts"].as_array().into_iter().flatten().filter(|part| part["result"].is_null()) {
                let officer = if part["part"] == TOBACCO { "tobacco" } else { "market" };
                let id = part["case"].as_str().context("a part without a case")?;
                let part = self.look(officer, id)?;
                answered += self.answer_tasks(&part)?;
            }
            if answered == 0 {
                ensure!(began.elapsed() < CLOSED_WITHIN, "{case} is {} and nobody has a task", bundle["phase"]);
                std::thread::sleep(LOOK_EVERY);
            }
        }
    }

    fn submit(&mut self, number: u64) -> Result<String> {
        let (portal, holder) = (token("portal"), subject(number));
        let asked = json!({ "subject": holder, "answers": self.samples.answers });
        let path = format!("/divisions/{DIVISION}/matters/{BUNDLE}/prefill");
        let form: Value = self.wire.ask(&portal, &path, &asked)?.read(200)?;
        let mut values = Map::new();
        for field in form["fields"].as_array().into_iter().flatten().filter(|field| field["filled"].is_null()) {
            let (id, element) =
                (field["id"].as_str().unwrap_or_default(), field["element"].as_str().unwrap_or_default());
            match self.samples.applicant.get(element) {
                Some(value) => drop(values.insert(id.to_owned(), value.clone())),
                None if field["required"] == false => {}
                None => bail!("nothing fills `{element}`, and no sample knows it"),
            }
        }
        let mut documents = Map::new();
        for paper in form["materials"].as_array().into_iter().flatten().filter(|paper| paper["filled"].is_null()) {
            let id = paper["id"].as_str().unwrap_or_default();
            let (key, text) = (format!("paper-{number}-{id}"), format!("示例材料 sample paper {number} {id}"));
            let kept: Value = self.wire.send(&portal, "/documents", &key, "text/plain", text.as_bytes())?.read(201)?;
            documents.insert(id.to_owned(), kept["id"].clone());
        }
        let application = json!({
            "matter": BUNDLE, "division": DIVISION, "draft": form["draft"], "subject": holder,
            "answers": self.samples.answers, "values": values, "documents": documents,
        });
        let key = format!("submit-{number}");
        let case: Value = self.wire.post(&portal, "/cases", &key, application.to_string().as_bytes())?.read(201)?;
        Ok(case["id"].as_str().context("a case without an id")?.to_owned())
    }

    fn look(&mut self, officer: &str, case: &str) -> Result<Value> {
        self.looks += 1;
        let seen: Value = self.wire.get(&token(officer), &format!("/cases/{case}"))?.read(200)?;
        ensure!(seen["fault"].is_null(), "{case} is parked: {}", seen["fault"]);
        Ok(seen)
    }

    /// Approves every open task of a case but the check after a commitment; says how many.
    fn answer_tasks(&mut self, case: &Value) -> Result<usize> {
        let mut answered = 0;
        let tasks = case["tasks"].as_array().into_iter().flatten();
        for task in tasks.filter(|task| task["status"] == "open" && task["after_check"] == false) {
            let id = task["id"].as_str().context("a task without an id")?;
            let form = &task["form"];
            let found = json!({ "nearest_retailer": 210, "nearest_school": 640, "remarks": "现场测量（示例）" });
            let data = match (form, found.as_object()) {
                (Value::Null, _) | (_, None) => Value::Null,
                (form, Some(found)) => bundle_form::with(bundle_form::least(form), form, found),
            };
            let verdict =
                json!({ "revision": task["revision"], "opinion": "approve", "data": data, "reasons": reasons() });
            let officer =
                if task["unit"].as_str().is_some_and(|unit| unit.starts_with("烟草")) { "tobacco" } else { "market" };
            let path = format!("/tasks/{id}/verdict");
            let answer = self.wire.post(&token(officer), &path, id, verdict.to_string().as_bytes())?;
            let answer: Value = answer.read(200).with_context(|| format!("{id} {}", task["unit"]))?;
            ensure!(answer["parked"].is_null(), "{id} is parked: {}", answer["parked"]);
            answered += 1;
        }
        Ok(answered)
    }
}
