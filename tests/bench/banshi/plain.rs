//! The plain approval of `examples/`, driven in this process through the engine as its callers do: submitted, three
//! verdicts one after another, and the licence by a timer that is due at once. Five steps, each a durable commit.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use banshi_engine::api::intake::Application;
use banshi_engine::api::registry::EnactRequest;
use banshi_engine::api::tasks::VerdictRequest;
use banshi_engine::{Config, Done, Engine, Idempotency, Principal, Role, SharedData, SourceAnswer, SourceProblem};
use banshi_model::calendar::Calendar;
use banshi_model::checkdigit::uscc;
use banshi_model::definition::SharedField;
use banshi_model::draft::{Opinion, View};
use banshi_model::entry::Cause;
use banshi_model::event::Event;
use banshi_model::frozen::Frozen;
use banshi_model::ids::{CaseId, Digest, TaskId};
use banshi_model::law::Table;
use banshi_model::package::Package;
use banshi_model::task::Task;
use banshi_model::text::{Reason, Subject, SubjectKind, Text};
use banshi_runtime::{Compiler, ComponentSource, Runtime};
use banshi_store::{Options, Store, fold};
use jiff::Timestamp;
use tokio::task::JoinSet;

use crate::cpu;

/// Where its package is.
pub const SOURCE: &str = "examples/plain-approval";
/// Its code.
pub const MATTER: &str = "EX-PLAIN";
/// Where its cases are filed.
pub const DIVISION: &str = "310115";
/// Its reviews, in the order in which officers answer.
pub const REVIEWS: [&str; 3] = ["planning", "safety", "traffic"];
/// Steps of one case.
pub const STEPS: usize = 5;

/// An engine with the plain approval in force, over a folder on disk.
#[derive(Clone)]
pub struct Plain {
    /// The engine.
    pub engine: Engine,
    portal: Arc<Principal>,
    officer: Arc<Principal>,
}

/// A case that was submitted.
pub struct Filed {
    /// Its id.
    pub case: CaseId,
    /// Its tasks.
    pub tasks: Vec<Frozen<Task>>,
}

/// What the matter was called with at one step.
pub struct Called {
    /// The package.
    pub package: Digest,
    /// The case as it was.
    pub view: View,
    /// The layer's own state.
    pub state: String,
    /// What happened.
    pub event: Event,
}

/// No source answers: the plain approval asks none.
struct NoSources;

impl SharedData for NoSources {
    fn fetch<'a>(&'a self, _: &'a SharedField, _: &'a Subject, _: Timestamp) -> SourceAnswer<'a> {
        Box::pin(async { Err(SourceProblem::Unreachable) })
    }
}

/// Finds components in the packages that the store keeps, as the binary does.
struct Components(Store);

impl ComponentSource for Components {
    fn component(&self, package: Digest) -> Option<Vec<u8>> {
        let file = self.0.blob(&package).ok()??;
        Package::decode(&file).ok().map(|package| package.component)
    }
}

/// A subject of its own for each case: an index that grows by one holder would measure something else.
pub fn subject(number: u64) -> Subject {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut rest = number;
    let mut body = [b'0'; 6];
    for place in body.iter_mut().rev() {
        *place = ALPHABET.get((rest % 31) as usize).copied().unwrap_or(b'0');
        rest /= 31;
    }
    let body = format!("MA{}", String::from_utf8_lossy(&body));
    // The organisation's own check character may be a letter that the outer code has not; then there is no such code,
    // and the host takes any other with a warning.
    let inner = uscc::organisation_check_character(&body).filter(|c| ALPHABET.contains(&(*c as u8))).unwrap_or('0');
    let first = format!("91{DIVISION}{body}{inner}");
    let id = format!("{first}{}", uscc::check_character(&first).unwrap_or('0'));
    Subject { kind: SubjectKind::LegalPerson, id, name: format!("测量企业{number}") }
}

/// What an officer says who approves.
pub fn reasons() -> Vec<Reason> {
    let text = Text { zh: "符合法定条件".to_owned(), en: None };
    let basis = "行政许可法 第三十八条".to_owned();
    vec![Reason { rule: "officer".to_owned(), basis, text, evidence: Vec::new() }]
}

fn principal(name: &str, role: Role) -> Arc<Principal> {
    Arc::new(Principal { name: name.to_owned(), role })
}

/// The officer of all three reviews in a division.
pub fn officer_at(division: &str) -> Result<Arc<Principal>> {
    let units = ["规划科", "安全科", "交通科"].map(str::to_owned).to_vec();
    let role = Role::Officer { division: division.parse()?, department: "城市管理局".parse()?, units };
    Ok(principal("officer", role))
}

/// The key file of a folder; beside the data, as `server` has it.
pub fn keys(folder: &Path) -> PathBuf {
    folder.join("keys")
}

/// Bytes of a folder's data and keys on disk.
pub fn on_disk(folder: &Path) -> Result<u64> {
    let blocks = std::os::unix::fs::MetadataExt::blocks(&std::fs::metadata(keys(folder))?);
    Ok(cpu::disk_bytes(&folder.join("data"))? + blocks * cpu::BLOCK_BYTES)
}

/// The store of a folder, where `banshi serve` has it.
pub fn open_store(folder: &Path, options: &Options) -> Result<Store> {
    let data = folder.join("data");
    std::fs::create_dir_all(&data)?;
    Ok(Store::open(&data.join("store"), &keys(folder), options)?)
}

impl Plain {
    /// Opens an engine over a folder.
    pub async fn open(folder: &Path) -> Result<Self> {
        Self::over(folder, open_store(folder, &Options::default())?).await
    }

    /// Opens an engine over a store of this folder.
    pub async fn over(folder: &Path, store: Store) -> Result<Self> {
        let program = PathBuf::from(crate::context::banshi());
        let compiler = Compiler::Child { program, args: vec!["compile-component".to_owned()] };
        let key = store.derive_key("compiled-components");
        let source = Arc::new(Components(store.clone()));
        // A city has many components; nothing that is measured compiles.
        let limits = banshi_runtime::Options { concurrent_compiles: 2, ..banshi_runtime::Options::default() };
        let runtime = Runtime::new(limits, &folder.join("data/compiled"), key, compiler, source)?;
        let (law, calendar) = (Table::built_in()?, Calendar::built_in()?);
        let engine = Engine::open(Config::default(), store, runtime, Arc::new(NoSources), law, calendar).await?;
        let portal = principal("portal", Role::Partner { kind: None });
        Ok(Self { engine, portal, officer: officer_at(DIVISION)? })
    }

    /// Publishes the package and puts it in force.
    pub async fn put_in_force(&self, file: Vec<u8>) -> Result<()> {
        let platform = principal("platform", Role::Platform);
        let report = self.engine.publish(&platform, None, file).await?.fresh().context("published before")?;
        let request = EnactRequest {
            matter: report.manifest.matter,
            authority: report.manifest.authority,
            package: report.package,
            base: None,
            effective_from: jiff::civil::date(2021, 1, 1),
            until: None,
            transitional: Default::default(),
            reviewed_by: Vec::new(),
            share: None,
            watch: None,
            instrument: "测量〔2021〕1号".to_owned(),
            permissions: None,
        };
        self.engine.enact(&platform, None, request).await?;
        Ok(())
    }

    /// A fresh folder with the plain approval in force.
    pub async fn create(folder: &Path, file: Vec<u8>) -> Result<Self> {
        let plain = Self::open(folder).await?;
        plain.put_in_force(file).await?;
        Ok(plain)
    }

    /// Who submits.
    pub fn portal(&self) -> &Principal {
        &self.portal
    }

    /// The officer of all three reviews.
    pub fn officer(&self) -> &Principal {
        &self.officer
    }

    /// Submits case `number`. Answers with its tasks, each at the revision that a verdict names.
    pub async fn submit(&self, number: u64) -> Result<Filed> {
        self.submit_at(MATTER, DIVISION, number).await
    }

    /// The same for another matter that is this one under another code, or elsewhere.
    pub async fn submit_at(&self, matter: &str, division: &str, number: u64) -> Result<Filed> {
        let application: Application = serde_json::from_value(serde_json::json!({
            "matter": matter, "division": division, "subject": subject(number),
        }))?;
        let key = key(&format!("submit-{number}"));
        let done = self.engine.submit(&self.portal, Some(&key), application).await?;
        let view = done.fresh().context("this number was submitted before")?;
        let view = view.into_inner();
        Ok(Filed { case: view.summary.id, tasks: view.tasks })
    }

    /// One officer's approval.
    pub async fn approve(&self, officer: &Principal, task: &TaskId, revision: u64) -> Result<()> {
        let request =
            VerdictRequest { revision, opinion: Opinion::Approve, data: serde_json::Value::Null, reasons: reasons() };
        let done = self.engine.verdict(officer, Some(&key(task.as_str())), task, request).await?;
        let Done::Fresh(answer) = done else { anyhow::bail!("{task} was answered before") };
        ensure!(answer.parked.is_none(), "{task}: {:?}", answer.parked);
        Ok(())
    }

    /// The officer of each review approves, one after another.
    pub async fn approve_all(&self, case: &CaseId, tasks: &[Frozen<Task>]) -> Result<()> {
        self.approve_all_as(&self.officer, case, tasks).await
    }

    /// The same by another officer.
    pub async fn approve_all_as(&self, officer: &Principal, case: &CaseId, tasks: &[Frozen<Task>]) -> Result<()> {
        for review in REVIEWS {
            let task = tasks.iter().find(|task| task.local.as_str() == review).context("a review without a task")?;
            // The tasks may be those of another case of the same matter.
            self.approve(officer, &case.task(&task.local), task.revision).await?;
        }
        Ok(())
    }

    /// One case up to the third verdict; the driver closes it.
    pub async fn case(&self, number: u64) -> Result<CaseId> {
        let filed = self.submit(number).await?;
        self.approve_all(&filed.case, &filed.tasks).await?;
        Ok(filed.case)
    }

    /// `cases` cases from number `first` on by so many writers, until the last is closed.
    pub async fn load(&self, first: u64, cases: usize, writers: usize) -> Result<()> {
        let next = Arc::new(AtomicU64::new(first));
        let end = first + cases as u64;
        let mut running = JoinSet::new();
        for _ in 0..writers {
            let (plain, next) = (self.clone(), next.clone());
            running.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= end {
                        return anyhow::Ok(());
                    }
                    plain.case(number).await?;
                }
            });
        }
        while let Some(ended) = running.join_next().await {
            ended??;
        }
        self.all_closed().await
    }

    /// Waits until no case is open: the driver closes them.
    pub async fn all_closed(&self) -> Result<()> {
        while !self.engine.store().open_cases(None, 1)?.items.is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    /// What the matter was called with at each step of a case: from its journal.
    pub fn called(&self, case: &CaseId) -> Result<Vec<Called>> {
        let mut called = Vec::new();
        let mut folded = None;
        for entry in self.engine.store().entries(case, 0, 100)? {
            if let (Cause::Step { event, arrived, answers, .. }, Some(before)) = (&entry.cause, &folded) {
                let mut at_call: banshi_model::case::Case = Clone::clone(before);
                entry.effects.iter().take(*arrived).for_each(|effect| at_call.apply(effect, entry.at));
                let package = answers.first().context("a step without a layer")?.package;
                let state = at_call.states.first().cloned().unwrap_or_else(|| "null".to_owned());
                called.push(Called { package, view: at_call.view(entry.at), state, event: (**event).clone() });
            }
            folded = fold(folded, &entry);
        }
        ensure!(called.len() == STEPS, "{case} has {} steps, not {STEPS}", called.len());
        Ok(called)
    }
}

/// The driver of an engine, beside what is measured; ended by dropping it.
pub struct Driver(tokio::task::JoinHandle<()>);

impl Driver {
    /// Starts it.
    pub fn start(engine: &Engine) -> Self {
        let engine = engine.clone();
        Self(tokio::spawn(async move { engine.run(std::future::pending()).await }))
    }

    /// Ends it, and waits until it has let go of the engine.
    pub async fn end(self) {
        self.0.abort();
        // It was just told to end: the error says so.
        let _ = self.0.await;
    }
}

/// An idempotency key, as the HTTP face makes it of a request.
fn key(name: &str) -> Idempotency {
    Idempotency { key: name.to_owned(), request: Digest::of(name.as_bytes()) }
}

/// Runs asynchronous work on threads like the binary's.
pub fn on_threads<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
