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

use crate::compile::Compiler;
use crate::error::{AdmissionError, CallError, Error};
use crate::metrics::Snapshot;
use crate::options::Options;

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
    /// Bytes of its machine code.
    pub compiled_bytes: usize,
    /// What it imports, by name; functions only of `banshi:matter/log`.
    pub imports: Vec<String>,
    /// What it exports, by name.
    pub exports: Vec<String>,
}

/// The sandbox. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Runtime {
    shared: Arc<()>,
}

impl Runtime {
    /// Starts an engine.
    ///
    /// `cache` is the folder of compiled components, made with mode 0700 if it is not there; what lies in
    /// it is trusted only with a MAC under `cache_mac_key`. Calls run on the blocking threads of the tokio
    /// runtime that the caller is in.
    pub fn new(
        options: Options,
        cache: &Path,
        cache_mac_key: [u8; 32],
        compiler: Compiler,
        source: Arc<dyn ComponentSource>,
    ) -> Result<Self, Error> {
        options.check()?;
        let _ = (cache, cache_mac_key, compiler, source);
        Ok(Self { shared: Arc::new(()) })
    }

    /// Checks a component before it is published: its size and structure, that it imports nothing but the
    /// log, that it exports what its kind needs, that it compiles within the limits and that an instance
    /// can be made. The compiled component stays in the cache.
    pub async fn admit(&self, kind: Kind, component: &[u8]) -> Result<Admitted, AdmissionError> {
        let _ = (kind, component, &self.shared);
        Err(AdmissionError::Kind)
    }

    /// The settings that a matter declares. `package` here and below is the package's digest.
    pub async fn knobs(&self, package: Digest) -> Result<Vec<Knob>, CallError> {
        unwritten(package)
    }

    /// What the matter is under these settings.
    pub async fn define(
        &self,
        package: Digest,
        parameters: &BTreeMap<String, Value>,
    ) -> Result<Definition, CallError> {
        let _ = parameters;
        unwritten(package)
    }

    /// What to ask next, and what a complete path needs.
    pub async fn guide(
        &self,
        package: Digest,
        place: &Place,
        answers: &BTreeMap<String, Value>,
    ) -> Result<Guidance, CallError> {
        let _ = (place, answers);
        unwritten(package)
    }

    /// What a person should put right before submitting.
    pub async fn precheck(&self, package: Digest, draft: &Draft) -> Result<Vec<Finding>, CallError> {
        let _ = draft;
        unwritten(package)
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
        let _ = (view, state, event);
        unwritten(package)
    }

    /// The definition as a code variation wants it over the one below.
    pub async fn refine_definition(
        &self,
        package: Digest,
        parameters: &BTreeMap<String, Value>,
        below: &Definition,
    ) -> Result<Definition, CallError> {
        let _ = (parameters, below);
        unwritten(package)
    }

    /// The guidance as a code variation wants it over the one below.
    pub async fn refine_guidance(
        &self,
        package: Digest,
        place: &Place,
        answers: &BTreeMap<String, Value>,
        below: &Guidance,
    ) -> Result<Guidance, CallError> {
        let _ = (place, answers, below);
        unwritten(package)
    }

    /// The findings as a code variation wants them over those below.
    pub async fn refine_findings(
        &self,
        package: Digest,
        draft: &Draft,
        below: &[Finding],
    ) -> Result<Vec<Finding>, CallError> {
        let _ = (draft, below);
        unwritten(package)
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
        let _ = (view, state, event, below);
        unwritten(package)
    }

    /// What was counted so far.
    pub fn metrics(&self) -> Snapshot {
        Snapshot::default()
    }
}

fn unwritten<T>(package: Digest) -> Result<T, CallError> {
    Err(CallError::Unavailable { what: format!("package {package}: the runtime is being written") })
}
