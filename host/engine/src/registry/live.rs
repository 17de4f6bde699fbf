//! A whole engine in memory on a simulated clock, with the packages of `examples/` and `tests/guests`; for
//! the tests of registry and intake. Shared data is a table.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};

use banshi_model::calendar::Calendar;
use banshi_model::definition::SharedField;
use banshi_model::enactment::Enactment;
use banshi_model::ids::{Digest, Division, MatterCode};
use banshi_model::law::Table;
use banshi_model::package::{Kind, Manifest, Package};
use banshi_model::text::{Subject, SubjectKind};
use banshi_model::time;
use banshi_runtime::build;
use banshi_runtime::{Compiler, ComponentSource, Options, Runtime};
use banshi_store::Store;
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use crate::api::registry::EnactRequest;
use crate::principal::{Principal, Role};
use crate::{Config, Engine, Error, SharedData, SourceAnswer, SourceProblem};

/// Where everything below happens first.
pub(crate) const NOW: &str = "2021-04-26T09:00:00+08:00";

/// Shared data by service and field; what is not in it has no record. Counts its calls.
#[derive(Default)]
pub(crate) struct Register {
    pub answers: Mutex<BTreeMap<(String, String), Result<Value, SourceProblem>>>,
    pub asked: Mutex<Vec<SharedField>>,
}

impl SharedData for Register {
    fn fetch<'a>(&'a self, field: &'a SharedField, _: &'a Subject, _: Timestamp) -> SourceAnswer<'a> {
        self.asked.lock().unwrap().push(field.clone());
        let answer = self.answers.lock().unwrap().get(&(field.service.clone(), field.field.clone())).cloned();
        Box::pin(async move { answer.transpose() })
    }
}

impl Register {
    pub fn say(&self, service: &str, field: &str, answer: Result<Value, SourceProblem>) {
        self.answers.lock().unwrap().insert((service.to_owned(), field.to_owned()), answer);
    }
}

struct Packages(Store);

impl ComponentSource for Packages {
    fn component(&self, package: Digest) -> Option<Vec<u8>> {
        let file = self.0.blob(&package).unwrap()?;
        Some(Package::decode(&file).unwrap().component)
    }
}

/// The engine and what it stands on.
pub(crate) struct Live {
    pub engine: Engine,
    pub register: Arc<Register>,
    store: Store,
    cache: TempDir,
}

impl Live {
    pub(crate) async fn new() -> Self {
        let options = banshi_store::Options { create_simulated: true, ..banshi_store::Options::default() };
        let store = Store::memory(&options).unwrap();
        let (register, cache) = (Arc::new(Register::default()), tempfile::tempdir().unwrap());
        let engine = open(&store, &register, &cache).await;
        engine.set_clock(&platform(), None, time::parse(NOW).unwrap()).await.unwrap();
        Self { engine, register, store, cache }
    }

    /// Another engine over the same store, as after a restart.
    pub(crate) async fn restart(&mut self) {
        self.engine = open(&self.store, &self.register, &self.cache).await;
    }

    /// How many compiled components are kept.
    pub(crate) fn compiled(&self) -> usize {
        std::fs::read_dir(self.cache.path()).unwrap().count()
    }

    /// Publishes a folder's package and enacts it at its own authority.
    pub(crate) async fn enact(&self, folder: &str) -> Result<Enactment, Error> {
        self.enact_file(file(folder), "2021-01-01").await
    }

    /// Publishes a file and enacts it from a day on.
    pub(crate) async fn enact_file(&self, file: Vec<u8>, from: &str) -> Result<Enactment, Error> {
        let report = self.engine.publish(&platform(), None, file).await?.fresh().unwrap();
        Ok(self
            .engine
            .enact(&platform(), None, request(&report.manifest, report.package, from))
            .await?
            .fresh()
            .unwrap())
    }

    /// The names of the layers in force at a place now, ground first.
    pub(crate) async fn layers(&self, matter: &str, division: &str) -> Vec<String> {
        match self.engine.chain_at(&code(matter), &place(division), self.engine.now()).await {
            Ok(chain) => chain.layers.iter().map(|layer| format!("{} {}", layer.name, layer.version)).collect(),
            Err(Error::NotFound { .. }) => Vec::new(),
            Err(error) => panic!("{error}"),
        }
    }
}

async fn open(store: &Store, register: &Arc<Register>, cache: &TempDir) -> Engine {
    let source = Arc::new(Packages(store.clone()));
    let runtime = Runtime::new(Options::default(), cache.path(), [7; 32], Compiler::InProcess, source).unwrap();
    let (law, calendar) = (Table::built_in().unwrap(), Calendar::built_in().unwrap());
    Engine::open(Config::default(), store.clone(), runtime, register.clone(), law, calendar).await.unwrap()
}

pub(crate) fn platform() -> Principal {
    Principal { name: "platform".to_owned(), role: Role::Platform }
}

pub(crate) fn portal() -> Principal {
    Principal { name: "portal".to_owned(), role: Role::Partner { kind: None } }
}

pub(crate) fn stallholder() -> Subject {
    Subject { kind: SubjectKind::LegalPerson, id: "91310115MA1K00015K".to_owned(), name: "某某小吃店".to_owned() }
}

pub(crate) fn code(matter: &str) -> MatterCode {
    matter.parse().unwrap()
}

pub(crate) fn place(division: &str) -> Division {
    division.parse().unwrap()
}

pub(crate) fn request(manifest: &Manifest, package: Digest, from: &str) -> EnactRequest {
    EnactRequest {
        matter: manifest.matter.clone(),
        authority: manifest.authority.clone(),
        package,
        base: None,
        effective_from: from.parse().unwrap(),
        until: None,
        transitional: Default::default(),
        reviewed_by: Vec::new(),
        share: None,
        watch: None,
        instrument: "示例〔2021〕1号".to_owned(),
        permissions: None,
    }
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The manifest of a folder.
pub(crate) fn manifest(folder: &str) -> Manifest {
    let folder = top().join(folder);
    let text =
        ["package.toml", "variation.toml"].iter().find_map(|name| std::fs::read_to_string(folder.join(name)).ok());
    toml::from_str(&text.unwrap()).unwrap()
}

/// The component of a folder; built once for all tests.
pub(crate) fn component(folder: &str) -> Vec<u8> {
    static BUILT: OnceLock<Mutex<HashMap<String, Vec<u8>>>> = OnceLock::new();
    let mut built = BUILT.get_or_init(Mutex::default).lock().unwrap();
    let encoded = || build::encode(&module(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    built.entry(folder.to_owned()).or_insert_with(encoded).clone()
}

/// A folder's core module, by cargo.
fn module(folder: &str) -> Vec<u8> {
    let output = Command::new(env!("CARGO"))
        .args(["rustc", "--lib", "--crate-type=cdylib", "--target=wasm32-unknown-unknown", "--profile=plugin"])
        .arg("--message-format=json-render-diagnostics")
        .arg("--config=target.wasm32-unknown-unknown.rustflags=['-Clink-arg=-zstack-size=65536']")
        .arg("--manifest-path")
        .arg(top().join(folder).join("Cargo.toml"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "{folder} does not build");
    let said = String::from_utf8(output.stdout).unwrap();
    let made = said.lines().filter_map(|line| line.parse::<Value>().ok());
    let files = made.filter_map(|message| message["filenames"].as_array().cloned()).flatten();
    let mut wasm = files.filter_map(|file| file.as_str().map(str::to_owned)).filter(|file| file.ends_with(".wasm"));
    std::fs::read(wasm.next_back().unwrap()).unwrap()
}

/// The package file of a folder.
pub(crate) fn file(folder: &str) -> Vec<u8> {
    of(manifest(folder), folder)
}

/// A package file with this manifest and a folder's component.
pub(crate) fn of(manifest: Manifest, folder: &str) -> Vec<u8> {
    let component = if manifest.kind == Kind::Settings { Vec::new() } else { component(folder) };
    Package { manifest, component }.encode().unwrap()
}
