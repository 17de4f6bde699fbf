//! What a package is over what lies below it: its definition under the rules, its guide along all paths, and cases that are
//! played. Calls the sandbox; keeps nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use banshi_model::definition::{Definition, Field};
use banshi_model::enactment::Chain;
use banshi_model::guidance::{Knob, Place};
use banshi_model::ids::Digest;
use banshi_model::package::Kind;
use banshi_model::time;
use jiff::Timestamp;

use super::Effective;
use super::admission::{self, walk::Walk};
use super::admit::Candidate;
use super::compute::{Computed, Fallen};
use super::findings::Findings;
use super::provenance::local_materials;
use super::rehearsal::{End, Rehearsal};
use super::settings;
use crate::Engine;
use crate::api::registry::Tried;
use crate::error::Error;
use crate::intake::layers;

/// What was found out about a package over what lies below it.
#[derive(Default)]
pub(super) struct Judged {
    pub findings: Findings,
    /// What a matter declares that can be turned.
    pub knobs: Vec<Knob>,
    pub tried: Tried,
    /// Of a variation: the chain that it is part of.
    pub chain: Option<Digest>,
    /// The text of the package's phrasebook.
    pub phrases: Vec<u8>,
}

impl From<Findings> for Judged {
    fn from(findings: Findings) -> Self {
        Self { findings, ..Self::default() }
    }
}

impl Engine {
    /// A matter without the cases that were played at its publication: its knobs, its definition under its own values,
    /// its parts where they are in force, and all paths of its guide.
    pub(super) async fn judge_matter(
        &self,
        candidate: &Candidate<'_>,
        at: Timestamp,
    ) -> Result<(Findings, Vec<Knob>), Error> {
        let judged = self.matter(candidate, at, false).await?;
        Ok((judged.findings, judged.knobs))
    }

    /// A matter with everything that can be tried.
    pub(super) async fn try_matter(&self, candidate: &Candidate<'_>, at: Timestamp) -> Result<Judged, Error> {
        self.matter(candidate, at, true).await
    }

    async fn matter(&self, candidate: &Candidate<'_>, at: Timestamp, rehearsed: bool) -> Result<Judged, Error> {
        let chain = Chain { matter: candidate.manifest.matter.clone(), layers: vec![candidate.layer.clone()] };
        let computed = match self.judge_chain(&chain, candidate, at).await? {
            Ok(computed) => computed,
            Err(findings) => return Ok(findings.into()),
        };
        let mut findings = self.knobs(&computed.knobs);
        findings.extend(self.judge_definition(&computed, None, candidate, at));
        let parts = self.judge_parts(&computed.definition, candidate, at).await?;
        // Published ahead of its parts' next versions, a bundle names what they will have. Its enactment judges it over the
        // parts of its own first day.
        findings.extend(if rehearsed { parts.into_hints() } else { parts });
        let knobs = computed.knobs.clone();
        let mut judged = Judged { findings, knobs, ..Judged::default() };
        if !judged.findings.blocks() {
            self.walk_and_play(computed, &chain, candidate, at, rehearsed, &mut judged).await?;
        }
        Ok(judged)
    }

    /// A variation over what is in force below it.
    pub(super) async fn judge_on_base(&self, candidate: &Candidate<'_>, at: Timestamp) -> Result<Findings, Error> {
        Ok(self.try_on_base(candidate, at).await?.findings)
    }

    /// The same, with what was tried.
    pub(super) async fn try_on_base(&self, candidate: &Candidate<'_>, at: Timestamp) -> Result<Judged, Error> {
        let authority = &candidate.layer.authority;
        let matter = &candidate.manifest.matter;
        let mut chain = match self.chain_at(matter, &authority.division, at).await {
            Ok(chain) => chain,
            Err(Error::NotFound { .. }) => return Ok(no_base(candidate).into()),
            Err(error) => return Err(error),
        };
        chain.layers.retain(|layer| {
            layer.kind == Kind::Matter || layer.authority != *authority || layer.name != candidate.layer.name
        });
        chain.layers.push(candidate.layer.clone());
        let computed = match self.judge_chain(&chain, candidate, at).await? {
            Ok(computed) => computed,
            Err(findings) => return Ok(findings.into()),
        };
        let mut findings = self.judge_definition(&computed, computed.below.as_ref(), candidate, at);
        findings.extend(self.judge_parts(&computed.definition, candidate, at).await?);
        let mut judged = Judged { findings, chain: Some(digest_of(&chain)?), ..Judged::default() };
        if !judged.findings.blocks() {
            self.walk_and_play(computed, &chain, candidate, at, true, &mut judged).await?;
        }
        Ok(judged)
    }

    /// Works the chain out; what is wrong with a layer of it comes back as findings.
    async fn judge_chain(
        &self,
        chain: &Chain,
        candidate: &Candidate<'_>,
        at: Timestamp,
    ) -> Result<Result<Computed, Findings>, Error> {
        match self.compute(chain, time::date_of(at), candidate.settings()).await {
            Ok(computed) => Ok(Ok(computed)),
            Err(Fallen::Layer { findings, .. }) => Ok(Err(findings)),
            Err(Fallen::Error(Error::Plugin { code, text })) => {
                let mut findings = Findings::default();
                findings.block(&code, "component", text, "make the plugin answer within the limits");
                Ok(Err(findings))
            }
            Err(Fallen::Error(error)) => Err(error),
        }
    }

    fn knobs(&self, knobs: &[Knob]) -> Findings {
        let mut findings = Findings::default();
        let mut ids = BTreeSet::new();
        for knob in knobs {
            let place = format!("knobs.{}", knob.id);
            if !ids.insert(&knob.id) {
                findings.block("admission.ids", place.as_str(), "this id is there twice", "give each its own id");
            }
            if !admission::manifest::has_chinese(&knob.title) {
                findings.block(
                    "admission.text",
                    place.as_str(),
                    "the title has no Chinese",
                    "write it in Chinese, English beside it",
                );
            }
            if !settings::fits(knob.narrows, &knob.default) {
                let text = "`lower` and `higher` turn a number, `subset` and `superset` a list; the default is neither";
                findings.block("admission.knobs", place.as_str(), text, "give a default of that kind");
            }
            match super::schema::compile(&knob.schema) {
                Err(error) => findings.block(
                    "admission.schema",
                    place,
                    error.to_string(),
                    "use JSON Schema 2020-12 without remote references",
                ),
                Ok(validator) if !validator.is_valid(&knob.default) => {
                    findings.block(
                        "admission.knobs",
                        place,
                        "the default does not fit the schema",
                        "correct the default or the schema",
                    );
                }
                Ok(_) => {}
            }
        }
        findings
    }

    fn judge_definition(
        &self,
        computed: &Computed,
        below: Option<&Definition>,
        candidate: &Candidate<'_>,
        at: Timestamp,
    ) -> Findings {
        let definition = &computed.definition;
        let day = time::date_of(at);
        let below = below.filter(|_| candidate.manifest.kind == Kind::Code);
        // Settings bring no definition of their own: what the ground uses, its own admission judged.
        match candidate.manifest.kind {
            Kind::Settings => Findings::default(),
            Kind::Matter | Kind::Code => admission::definition(
                definition,
                below,
                candidate.manifest,
                &candidate.layer.authority.division,
                &self.law(),
                day,
            ),
        }
    }

    /// A bundle over the parts that are in force at its place on a day.
    async fn judge_parts(
        &self,
        definition: &Definition,
        candidate: &Candidate<'_>,
        at: Timestamp,
    ) -> Result<Findings, Error> {
        let Some(bundle) = &definition.bundle else { return Ok(Findings::default()) };
        let mut in_force = BTreeMap::new();
        for part in &bundle.parts {
            match self.effective_at(&part.code, &candidate.layer.authority.division, at).await {
                Ok(effective) => drop(in_force.insert(part.code.clone(), effective)),
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let definitions = in_force.iter().map(|(code, effective)| (code.clone(), &*effective.definition)).collect();
        Ok(admission::flow::parts(bundle, &definitions))
    }

    /// All paths of the guide, for each business of the matter, and cases from their ends.
    async fn walk_and_play(
        &self,
        computed: Computed,
        chain: &Chain,
        candidate: &Candidate<'_>,
        at: Timestamp,
        rehearsed: bool,
        judged: &mut Judged,
    ) -> Result<(), Error> {
        let (ends, paths) = self.walk(&computed, chain, candidate, at, &mut judged.findings).await?;
        if rehearsed && !judged.findings.blocks() {
            let of_parts = self.fields_of_parts(&computed.definition, candidate, at).await?;
            let effective = Arc::new(as_effective(computed, chain)?);
            let rehearsed = Rehearsal::new(self, &effective, candidate, at, of_parts).play_all(&ends).await?;
            judged.findings.extend(rehearsed.findings);
            judged.tried = rehearsed.tried;
            judged.phrases = rehearsed.phrases;
        }
        judged.tried.paths = paths;
        Ok(())
    }

    async fn walk(
        &self,
        computed: &Computed,
        chain: &Chain,
        candidate: &Candidate<'_>,
        at: Timestamp,
        findings: &mut Findings,
    ) -> Result<(Vec<End>, usize), Error> {
        let local = local_materials(&computed.origins);
        let (mut ends, mut paths) = (Vec::new(), 0);
        let begun = Instant::now();
        for business in &computed.definition.business {
            let place = Place {
                division: candidate.layer.authority.division.clone(),
                today: time::date_of(at),
                channel: crate::intake::PORTAL.to_owned(),
                business: *business,
                parameters: computed.parameters.clone(),
            };
            let mut walk = Walk::new(&computed.definition);
            while let Some(path) = walk.next(begun.elapsed()) {
                match layers::guide(&self.inner.runtime, &chain.layers, &local, &place, &path).await {
                    Ok(guidance) => walk.take(&path, &guidance),
                    Err(fault) if fault.busy => return Err(fault.into()),
                    Err(fault) => walk.fail(&path, &fault.code, &fault.text),
                }
            }
            let end = |(answers, guidance): &(_, _)| -> End {
                End { business: *business, answers: Clone::clone(answers), guidance: Clone::clone(guidance) }
            };
            ends.extend(walk.ends().iter().map(end));
            let (leaves, found) = walk.finish();
            paths += leaves;
            findings.extend(found);
        }
        Ok((ends, paths))
    }

    /// What a bundle's form has of its parts that are in force here: one field for each data element.
    async fn fields_of_parts(
        &self,
        definition: &Definition,
        candidate: &Candidate<'_>,
        at: Timestamp,
    ) -> Result<Vec<Field>, Error> {
        let mut fields: Vec<Field> = Vec::new();
        for part in definition.bundle.iter().flat_map(|bundle| &bundle.parts) {
            let own = match self.effective_at(&part.code, &candidate.layer.authority.division, at).await {
                Ok(own) => own,
                Err(Error::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            for field in &own.definition.fields {
                let known = fields.iter().any(|known| known.element == field.element);
                if let (false, Ok(id)) = (known, field.element.parse()) {
                    fields.push(Field { id, ..field.clone() });
                }
            }
        }
        Ok(fields)
    }
}

fn no_base(candidate: &Candidate<'_>) -> Findings {
    let (matter, division) = (&candidate.manifest.matter, &candidate.layer.authority.division);
    let mut findings = Findings::default();
    let what = (
        format!("事项 `{matter}` 在 {division} 尚未施行；变体将在施行时检查"),
        format!("matter `{matter}` is not in force at {division} yet; the variation is checked when it is enacted"),
    );
    let fix = ("先发布并施行该事项", "publish and enact the matter first");
    findings.warn("admission.base", "manifest.matter", what, fix);
    findings
}

/// The chain as it would be in force, without keeping it.
fn as_effective(computed: Computed, chain: &Chain) -> Result<Effective, Error> {
    let Computed { definition, parameters, knobs, origins, .. } = computed;
    Ok(Effective {
        chain: chain.clone(),
        digest: digest_of(chain)?,
        definition_digest: digest_of(&definition)?,
        definition: Arc::new(definition),
        parameters,
        knobs,
        origins,
    })
}

fn digest_of(value: &impl serde::Serialize) -> Result<Digest, Error> {
    Digest::of_json(value).map_err(|error| Error::Internal(error.to_string()))
}
