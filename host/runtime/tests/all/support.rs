//! Guests built from `tests/guests`, a runtime in a folder of its own, and an application to call it with.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};

use banshi_model::definition::{Business, Mode, Source};
use banshi_model::draft::{Draft, FieldValue, View};
use banshi_model::event::Event;
use banshi_model::guidance::Place;
use banshi_model::ids::Digest;
use banshi_model::text::{Subject, SubjectKind};
use banshi_runtime::{Compiler, ComponentSource, Options, Runtime, build};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A guest's component; built once for all tests, as `banshi package build` would.
fn guest(name: &'static str) -> &'static [u8] {
    static BUILT: OnceLock<Mutex<HashMap<&'static str, &'static [u8]>>> = OnceLock::new();
    let mut built = BUILT.get_or_init(Mutex::default).lock().unwrap();
    built.entry(name).or_insert_with(|| build::encode(&module(name)).unwrap().leak())
}

/// The guest's core module, by cargo.
pub fn module(name: &str) -> Vec<u8> {
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--target=wasm32-unknown-unknown",
            "--profile=plugin",
            "--message-format=json-render-diagnostics",
        ])
        .arg("--config=target.wasm32-unknown-unknown.rustflags=['-Clink-arg=-zstack-size=65536']")
        .arg(format!("--package=guest-{name}"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "the guest `{name}` does not build");
    let made: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| line.parse().unwrap()).collect();
    let own = |message: &&Value| message["target"]["name"] == format!("guest_{name}");
    let files = made.iter().find(own).unwrap()["filenames"].as_array().unwrap();
    let module = files.iter().filter_map(Value::as_str).find(|file| file.ends_with(".wasm")).unwrap();
    std::fs::read(module).unwrap()
}

/// The well-behaved matter.
pub fn plain() -> &'static [u8] {
    guest("plain")
}

/// The variation that lets everything pass.
pub fn layer() -> &'static [u8] {
    guest("layer")
}

/// The matter that misbehaves as it is told to.
pub fn unruly() -> &'static [u8] {
    guest("unruly")
}

/// Wasm written as text.
pub fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// A component that exports an instance of the right name with these inside it.
pub fn pretender(before: &str, inside: &str) -> Vec<u8> {
    wat(&format!(
        r#"(component {before}
             (instance $workflow {inside})
             (export "banshi:matter/workflow@0.1.0" (instance $workflow)))"#
    ))
}

/// Components by package; each package is named by its component's digest here.
#[derive(Default)]
pub struct Packages(Mutex<HashMap<Digest, Vec<u8>>>);

impl Packages {
    pub fn add(&self, component: &[u8]) -> Digest {
        let digest = Digest::of(component);
        self.0.lock().unwrap().insert(digest, component.to_vec());
        digest
    }

    /// Another package with this component.
    pub fn add_as(&self, name: &str, component: &[u8]) -> Digest {
        let digest = Digest::of(name.as_bytes());
        self.0.lock().unwrap().insert(digest, component.to_vec());
        digest
    }

    pub fn forget(&self, package: Digest) {
        self.0.lock().unwrap().remove(&package);
    }
}

impl ComponentSource for Packages {
    fn component(&self, package: Digest) -> Option<Vec<u8>> {
        self.0.lock().unwrap().get(&package).cloned()
    }
}

/// A runtime and what it stands on.
pub struct Bench {
    pub runtime: Runtime,
    pub packages: Arc<Packages>,
    pub folder: TempDir,
    key: [u8; 32],
}

impl Bench {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        Self::compiling(options, Compiler::InProcess)
    }

    pub fn compiling(options: Options, compiler: Compiler) -> Self {
        let (folder, packages, key) = (tempfile::tempdir().unwrap(), Arc::new(Packages::default()), [7; 32]);
        let cache = folder.path().join("cache");
        let runtime = Runtime::new(options, &cache, key, compiler, packages.clone()).unwrap();
        Self { runtime, packages, folder, key }
    }

    pub fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// Another runtime over the same folder, as after a restart.
    pub fn restart(&mut self) {
        self.restart_with_key(self.key);
    }

    pub fn restart_with_key(&mut self, key: [u8; 32]) {
        let cache = self.cache();
        self.runtime =
            Runtime::new(Options::default(), &cache, key, Compiler::InProcess, self.packages.clone()).unwrap();
    }
}

/// The knob that tells the unruly guest what to do.
pub fn told(what: &str) -> BTreeMap<String, Value> {
    BTreeMap::from([("do".to_owned(), json!(what))])
}

/// The event that tells the unruly guest what to do.
pub fn told_step(what: &str) -> Event {
    Event::TimerDue(what.parse().unwrap())
}

pub fn place() -> Place {
    Place {
        division: "310115".parse().unwrap(),
        today: "2021-04-26".parse().unwrap(),
        channel: "portal".to_owned(),
        business: Business::Establish,
        parameters: BTreeMap::new(),
    }
}

pub fn draft() -> Draft {
    Draft {
        licence: None,
        division: "310115".parse().unwrap(),
        today: "2021-04-26".parse().unwrap(),
        channel: "portal".to_owned(),
        business: Business::Establish,
        mode: Mode::Approval,
        subject: Subject {
            kind: SubjectKind::LegalPerson,
            id: "91310115MA1K4XXXXX".to_owned(),
            name: "便利店".to_owned(),
        },
        agent: None,
        answers: BTreeMap::from([("kind".to_owned(), json!("food"))]),
        values: vec![FieldValue {
            field: "shop-name".parse().unwrap(),
            value: json!({"name": "便利店", "floors": [1, 2.5]}),
            origin: Source::Applicant,
            at: "2021-04-26T01:00:00Z".parse().unwrap(),
        }],
        documents: vec![],
        parts: vec![],
        parameters: BTreeMap::new(),
    }
}

pub fn view() -> View {
    View {
        id: "310115-210426-7K3M9QX2TR".parse().unwrap(),
        now: "2021-04-26T01:02:03.9Z".parse().unwrap(),
        draft: draft().into(),
        received: "2021-04-25T16:00:00Z".parse().unwrap(),
        accepted: None,
        due: None,
        signers: vec![],
        tasks: vec![],
        parts: vec![],
    }
}
