//! The runtime's face: admission and the calls.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use banshi_model::command::StepOutput;
use banshi_model::definition::Definition;
use banshi_model::draft::{Draft, View};
use banshi_model::event::Event;
use banshi_model::guidance::{Guidance, Knob, Place};
use banshi_model::ids::Digest;
use banshi_model::package::Kind;
use banshi_model::text::Finding;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::admission;
use crate::cache::Cache;
use crate::calls::Calls;
use crate::compile::Compiler;
use crate::convert::{Give, json_object};
use crate::engine;
use crate::error::{AdmissionError, CallError, Error};
use crate::exports::Function;
use crate::guest::{cases, matters, types};
use crate::metrics::{Counters, Snapshot};
use crate::options::Options;
use crate::packages::{self, Lent, Packages, Tried};
use crate::seen::Seen;

/// Where the runtime finds a package's component when it has to load it: the store of packages.
pub trait ComponentSource: Send + Sync {
    /// The component's bytes of the package with this digest; none: there is no such package, or it has
    /// no component. Called on a thread that may block.
    fn component(&self, package: Digest) -> Option<Vec<u8>>;
}

/// What was found out about a component that was admitted; part of the admission report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Admitted {
    /// SHA-256 of the component.
    pub component: Digest,
    /// Its bytes.
    pub bytes: usize,
    /// What it imports, by name; functions only of `banshi:matter/log`.
    pub imports: Vec<String>,
    /// What it exports, by name.
    pub exports: Vec<String>,
}

/// The sandbox. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Runtime {
    calls: Arc<Calls>,
}

impl Runtime {
    /// Starts an engine.
    ///
    /// `cache` is the folder of compiled components, made with mode 0700 if it is not there; what lies in
    /// it is trusted only with a MAC under `cache_mac_key`. Calls run on the threads of the tokio runtime that the
    /// caller is in, each on a stack of its own.
    pub fn new(
        options: Options,
        cache: &Path,
        cache_mac_key: [u8; 32],
        compiler: Compiler,
        source: Arc<dyn ComponentSource>,
    ) -> Result<Self, Error> {
        options.check()?;
        let options = Arc::new(options);
        let engine = engine::running(&options)?;
        let cache = Cache::open(cache, cache_mac_key, &engine)?;
        let linker = packages::linker(&engine).map_err(|error| Error::Engine(error.to_string()))?;
        let counters = Arc::new(Counters::default());
        let seats = Arc::new(Semaphore::new(options.calls()));
        let packages =
            Packages::new(Arc::clone(&options), engine.clone(), cache, linker, compiler, source, Arc::clone(&counters));
        Ok(Self { calls: Arc::new(Calls { options, engine, packages: Arc::new(packages), counters, seats }) })
    }

    /// What calls are run with.
    pub(crate) fn calls(&self) -> &Arc<Calls> {
        &self.calls
    }

    /// Checks a component before it is published: its size and structure, that it imports nothing but the
    /// log, that it exports what its kind needs, that it compiles within the limits and that an instance
    /// can be made. The compiled component stays in the cache.
    pub async fn admit(&self, kind: Kind, component: &[u8]) -> Result<Admitted, AdmissionError> {
        admission::admit(&self.calls, kind, component).await
    }

    /// Lets the component of a package be called before the source has it, until the answer is dropped: a candidate is
    /// tried before anything of it is kept.
    pub fn lend(&self, package: Digest, component: &[u8]) -> Lent {
        self.calls.packages.lend(package, component)
    }

    /// For a component that is only checked: what is compiled of it goes when the answer is dropped, unless it was there
    /// before. Whoever publishes the same one meanwhile merely has it compiled again.
    pub fn try_out(&self, component: &[u8]) -> Tried {
        self.calls.packages.try_out(component)
    }

    /// The settings that a matter declares. `package` here and below is the package's digest.
    pub async fn knobs(&self, package: Digest) -> Result<Vec<Knob>, CallError> {
        self.calls.call_sure::<_, Vec<cases::Knob>>(package, Function::Knobs, ()).await
    }

    /// What the matter is under these settings.
    pub async fn define(&self, package: Digest, parameters: &BTreeMap<String, Value>) -> Result<Definition, CallError> {
        let parameters = json_object(parameters);
        self.calls.call::<_, matters::Definition>(package, Function::Define, (parameters,)).await
    }

    /// What to ask next, and what a complete path needs.
    pub async fn guide(
        &self,
        package: Digest,
        place: &Place,
        answers: &BTreeMap<String, Value>,
    ) -> Result<Guidance, CallError> {
        let (place, answers) = (place.give(), json_object(answers));
        self.calls.call::<_, cases::Guidance>(package, Function::Guide, (place, answers)).await
    }

    /// What a person should put right before submitting.
    pub async fn precheck(&self, package: Digest, draft: &Draft) -> Result<Vec<Finding>, CallError> {
        let draft = draft.give();
        self.calls.call::<_, Vec<types::Finding>>(package, Function::Precheck, (draft,)).await
    }

    /// One step of the matter. `state` is what its last step returned, byte for byte; `null` before the
    /// first.
    pub async fn advance(
        &self,
        package: Digest,
        view: &View,
        state: &str,
        event: &Event,
    ) -> Result<StepOutput, CallError> {
        self.advance_seen(package, &mut Seen::of(view), state, event).await
    }

    /// The definition as a code variation wants it over the one below.
    pub async fn refine_definition(
        &self,
        package: Digest,
        parameters: &BTreeMap<String, Value>,
        below: &Definition,
    ) -> Result<Definition, CallError> {
        let (parameters, below) = (json_object(parameters), below.give());
        self.calls.call::<_, matters::Definition>(package, Function::RefineDefinition, (parameters, below)).await
    }

    /// The guidance as a code variation wants it over the one below.
    pub async fn refine_guidance(
        &self,
        package: Digest,
        place: &Place,
        answers: &BTreeMap<String, Value>,
        below: &Guidance,
    ) -> Result<Guidance, CallError> {
        let (place, answers, below) = (place.give(), json_object(answers), below.give());
        self.calls.call::<_, cases::Guidance>(package, Function::RefineGuidance, (place, answers, below)).await
    }

    /// The findings as a code variation wants them over those below.
    pub async fn refine_findings(
        &self,
        package: Digest,
        draft: &Draft,
        below: &[Finding],
    ) -> Result<Vec<Finding>, CallError> {
        let (draft, below) = (draft.give(), below.give());
        self.calls.call::<_, Vec<types::Finding>>(package, Function::RefineFindings, (draft, below)).await
    }

    /// The step as a code variation wants it over the one below. `state` is this layer's own; the answer's
    /// commands are all that stand, those of `below` that it keeps among them.
    pub async fn refine_step(
        &self,
        package: Digest,
        view: &View,
        state: &str,
        event: &Event,
        below: &StepOutput,
    ) -> Result<StepOutput, CallError> {
        self.refine_step_seen(package, &mut Seen::of(view), state, event, below).await
    }

    /// What was counted so far.
    pub fn metrics(&self) -> Snapshot {
        self.calls.counters.snapshot(self.calls.packages.loaded())
    }
}
