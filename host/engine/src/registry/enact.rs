//! Enacting and taking back: what is in force where, from which day.
//!
//! Activation is a fact of the date: an enactment names its first day and needs no act on it. Cases that
//! run keep what they were pinned to; taking back is one write, and new cases follow what was in force
//! before.

use banshi_model::enactment::Enactment;
use banshi_model::ids::{Digest, Division, EnactmentId, MatterCode};
use banshi_model::package::{Kind, Permissions};
use banshi_model::time;
use banshi_store::{Group, PackageRecord};
use jiff::Timestamp;

use super::admit::Candidate;
use super::compute::Fallen;
use super::findings::{Findings, english};
use super::{Effective, chain, terms};
use crate::api::registry::EnactRequest;
use crate::error::Error;
use crate::principal::{Principal, Role};
use crate::{Done, Engine, Idempotency};

/// The largest ordinal that two characters of an id hold.
const ORDINAL_MAX: u16 = 1023;

/// Ten random bytes for a new id.
fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(bytes)
}

impl Engine {
    /// Puts a published package in force at an authority from a day on.
    ///
    /// The platform may enact anywhere. A publisher may for its own authority: a new matter where none of
    /// another authority is in force, and a variation of a matter that its department is responsible for,
    /// which reads and issues no more than the layers below it do.
    pub async fn enact(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        request: EnactRequest,
    ) -> Result<Done<Enactment>, Error> {
        may_act_for(who, &request.authority, "enact a package")?;
        let _writing = self.inner.registry.writing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let record =
            self.inner.store.package(&request.package)?.ok_or_else(|| Error::not_found("package", request.package))?;
        super::relint::reported(&record)?;
        self.may_take_force(&record)?;
        let granted = self.check_request(&request, &record)?;
        self.shadow_demanded(request.package, &request.authority)?;
        let at = self.now().max(time::start_of(request.effective_from));
        let mut enactment = Enactment {
            id: self.enactment_id(&request.matter)?,
            matter: request.matter.clone(),
            authority: request.authority.clone(),
            package: request.package,
            name: record.manifest.name.clone(),
            version: record.manifest.version.clone(),
            kind: record.manifest.kind,
            base: None,
            effective_from: request.effective_from,
            until: request.until,
            transitional: request.transitional,
            persons: terms::persons(who, &request, &record)?,
            instrument: request.instrument.clone(),
            permissions: granted,
            enacted: self.now(),
            taken_back: None,
            gradual: None,
            watch: None,
            halts: Vec::new(),
        };
        self.check_in_place(who, &request, &mut enactment, &record, at).await?;
        enactment.gradual = self.gradual_start(who, &request, &record, &enactment).await?;
        enactment.watch = self.watch_of(request.watch.as_ref(), &enactment)?;
        let done = self.keep_enactment(who, key, 201, enactment.clone()).await?;
        self.watch_new(&enactment);
        if let Err(error) = self.make_ready(&enactment).await {
            // It stands all the same; what is missing is made by the first request that needs it.
            tracing::error!(enactment.id = %enactment.id, error.text = %error, "enactment is not made ready for its day");
        }
        tracing::info!(enactment.id = %enactment.id, package.digest = %enactment.package, matter.code = %enactment.matter, "package was enacted");
        Ok(done)
    }

    /// Whether it can stand where it is to be in force; says what it stands on.
    async fn check_in_place(
        &self,
        who: &Principal,
        request: &EnactRequest,
        enactment: &mut Enactment,
        record: &PackageRecord,
        at: Timestamp,
    ) -> Result<(), Error> {
        let findings = match enactment.kind {
            Kind::Matter => self.check_matter(who, request, enactment, record, at).await?,
            Kind::Settings | Kind::Code => {
                let base = self.check_base(who, request, enactment, at).await?;
                enactment.base = Some(self.check_range(&record.manifest, base)?);
                let mut findings = self.judge_on_base(&candidate(enactment, record), at).await?;
                if !findings.blocks() {
                    findings.extend(self.ends_with_its_row(enactment, at).await?);
                    findings.extend(self.stranded(enactment, at).await?);
                }
                findings
            }
        };
        findings.into_error("enactment.checks").map_or(Ok(()), Err)
    }

    /// A new id. It begins with how many enactments of the matter were made in this very instant before: a simulated clock
    /// stands still, and a real one counts milliseconds, but of two that begin on one day the later one stands, and where
    /// the instants are the same the ids say which that is.
    fn enactment_id(&self, matter: &MatterCode) -> Result<EnactmentId, Error> {
        let now = self.now();
        let before = self.inner.registry.of_matter(matter).iter().filter(|e| e.enacted == now).count();
        let [high, low] = u16::try_from(before).unwrap_or(u16::MAX).min(ORDINAL_MAX).to_be_bytes();
        let mut bytes: [u8; 10] = random()?;
        // Five bits a character.
        let [first, second, ..] = &mut bytes;
        *first = (high << 3) | (low >> 5);
        *second = low & 31;
        Ok(EnactmentId::new(bytes))
    }

    /// What is wrong with the request itself; gives the permissions that are granted.
    fn check_request(&self, request: &EnactRequest, record: &PackageRecord) -> Result<Permissions, Error> {
        if record.manifest.matter != request.matter {
            let what = format!("package `{}` is for matter `{}`", record.manifest.name, record.manifest.matter);
            return Err(Error::invalid("enactment.matter", "/matter", what, "name that matter, or another package"));
        }
        if request.instrument.trim().is_empty() || request.instrument.chars().count() > 200 {
            let fix = "name the document's number, for example 沪府办〔2021〕1号";
            return Err(Error::invalid(
                "enactment.instrument",
                "/instrument",
                "an enactment rests on an instrument (文号)",
                fix,
            ));
        }
        terms::check(request, self.today())?;
        let asked = &record.manifest.permissions;
        let granted = request.permissions.clone().unwrap_or_else(|| asked.clone());
        if granted.intersect(asked) != granted {
            let what = "more is permitted than the package asks for";
            return Err(Error::invalid(
                "enactment.permissions",
                "/permissions",
                what,
                "permit at most what the manifest asks for",
            ));
        }
        Ok(granted)
    }

    /// A matter needs no base. One that would take the ground from another authority's takes the platform.
    async fn check_matter(
        &self,
        who: &Principal,
        request: &EnactRequest,
        enactment: &Enactment,
        record: &PackageRecord,
        at: Timestamp,
    ) -> Result<Findings, Error> {
        if request.base.is_some() {
            return Err(Error::invalid("enactment.base", "/base", "a matter stands on nothing", "leave `base` out"));
        }
        let known = self.inner.registry.of_matter(&enactment.matter);
        let foreign = chain::ground(&known, &enactment.authority.division, at)
            .is_some_and(|ground| ground.authority != enactment.authority);
        if foreign && who.role != Role::Platform {
            return Err(Error::Forbidden {
                what: "put a matter in the place of another authority's",
                needs: "a platform token",
            });
        }
        let (mut findings, _) = self.judge_matter(&candidate(enactment, record), at).await?;
        if !findings.blocks() {
            findings.extend(self.stranded(enactment, at).await?);
        }
        Ok(findings)
    }

    /// Variations that stand on what this enactment would put below them, and could not stand on it.
    pub(super) async fn stranded(&self, fresh: &Enactment, at: Timestamp) -> Result<Findings, Error> {
        let mut known = self.inner.registry.of_matter(&fresh.matter);
        known.retain(|other| other.id != fresh.id);
        // Judged as it will be for everybody.
        known.push(Enactment { gradual: None, ..fresh.clone() });
        let mut places: Vec<Division> = known
            .iter()
            .filter(|e| {
                e.kind != Kind::Matter
                    && e.taken_back.is_none()
                    && fresh.authority.division.contains(&e.authority.division)
            })
            .map(|e| e.authority.division.clone())
            .collect();
        places.sort();
        places.dedup();
        let mut findings = Findings::default();
        for place in places {
            let selected = chain::select(&known, &place, at);
            let Some(ground) = selected.first().map(|ground| (ground.id.clone(), ground.package)) else { continue };
            // A layer that was admitted over another ground is left out where it does not fit, and strands nobody.
            let own = |e: &&Enactment| ground.0 == fresh.id || e.base.is_none_or(|base| base == ground.1);
            let selected: Vec<&Enactment> = selected.into_iter().filter(own).collect();
            if !selected.iter().any(|e| e.id == fresh.id) {
                continue;
            }
            let wanted = chain::chain(&fresh.matter, &selected);
            match self.compute(&wanted, time::date_of(at), Default::default()).await {
                Ok(_) => {}
                Err(Fallen::Layer { index, findings: why }) => {
                    let Some(layer) = selected.get(index) else { continue };
                    let told: Vec<&str> = why.iter().map(|found| english(&found.what)).collect();
                    let text = format!(
                        "variation `{}` {} of {} would fall: {}",
                        layer.name,
                        layer.version,
                        layer.authority,
                        told.join("; ")
                    );
                    let fix = "take that variation back first, or let its authority ship one for this matter";
                    findings.block("enactment.strands", format!("enactments.{}", layer.id), text, fix);
                }
                Err(Fallen::Error(error)) => return Err(error),
            }
        }
        Ok(findings)
    }

    /// The base that a variation stands on: in force at a division that contains the authority's, and the
    /// one that the request names.
    async fn check_base(
        &self,
        who: &Principal,
        request: &EnactRequest,
        enactment: &Enactment,
        at: Timestamp,
    ) -> Result<Digest, Error> {
        let division = &enactment.authority.division;
        let known = self.inner.registry.of_matter(&enactment.matter);
        let Some(ground) = chain::ground(&known, division, at) else {
            let what = format!(
                "matter `{}` is not in force at {division} on {}; enact the matter first",
                enactment.matter, enactment.effective_from
            );
            return Err(Error::conflict("enactment.base", what));
        };
        if let Some(base) = request.base.filter(|base| *base != ground.package) {
            let what = format!(
                "the variation is meant for base {base}; in force at {division} is {} ({} {})",
                ground.package, ground.name, ground.version
            );
            return Err(Error::conflict("enactment.base", what));
        }
        if who.role != Role::Platform {
            let effective = self.effective_at(&enactment.matter, division, at).await?;
            may_vary(&effective, ground, enactment)?;
        }
        Ok(ground.package)
    }

    pub(super) async fn keep_enactment(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        status: u16,
        enactment: Enactment,
    ) -> Result<Done<Enactment>, Error> {
        let mut group = Group::new();
        group.put_enactment(&enactment);
        let done = self.commit_answered(group, who, key, status, enactment).await?;
        if let Done::Fresh(enactment) = &done {
            self.inner.registry.put(enactment.clone());
        }
        Ok(done)
    }

    /// What is enacted, also what was taken back or is yet to come; earliest first. Of one matter, or of
    /// all; at a division with all that lies within it and all that it lies within, or everywhere.
    pub fn enactments(
        &self,
        _who: &Principal,
        matter: Option<&MatterCode>,
        division: Option<&Division>,
    ) -> Result<Vec<Enactment>, Error> {
        let codes = matter.map_or_else(|| self.inner.registry.codes(), |code| vec![code.clone()]);
        let near = |e: &Enactment| {
            division.is_none_or(|d| d.contains(&e.authority.division) || e.authority.division.contains(d))
        };
        let mut list: Vec<Enactment> =
            codes.iter().flat_map(|code| self.inner.registry.of_matter(code)).filter(near).collect();
        list.sort_by(|a, b| (a.enacted, &a.id).cmp(&(b.enacted, &b.id)));
        Ok(list)
    }
}

/// The package as the layer that this enactment would make.
fn candidate<'a>(enactment: &Enactment, record: &'a PackageRecord) -> Candidate<'a> {
    Candidate { digest: record.digest, manifest: &record.manifest, layer: chain::layer(enactment) }
}

/// The platform, or the publisher of that very authority.
pub(super) fn may_act_for(
    who: &Principal,
    authority: &banshi_model::ids::Authority,
    what: &'static str,
) -> Result<(), Error> {
    match &who.role {
        Role::Platform => Ok(()),
        Role::Publisher { authority: own } if own == authority => Ok(()),
        _ => Err(Error::Forbidden { what, needs: "a platform token, or the publisher of that authority" }),
    }
}

/// What a publisher may vary without the platform: matters of its own department, with no licence type and
/// no shared data service that the layers below do not use. Stops a department from reaching into
/// another's matters, and a district from reading what the city's matter does not read.
fn may_vary(below: &Effective, ground: &Enactment, enactment: &Enactment) -> Result<(), Error> {
    let own = enactment.authority.department.as_str();
    if own != ground.authority.department.as_str() && own != below.definition.department {
        return Err(Error::Forbidden { what: "vary a matter of another department", needs: "a platform token" });
    }
    let granted = &enactment.permissions;
    let known = |list: fn(&Permissions) -> &std::collections::BTreeSet<String>| {
        list(granted).iter().all(|name| below.chain.layers.iter().any(|layer| list(&layer.permissions).contains(name)))
    };
    if !known(|permissions| &permissions.licences) || !known(|permissions| &permissions.services) {
        return Err(Error::Forbidden {
            what: "permit licence types or services that the layers below do not use",
            needs: "a platform token",
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample;
    use std::sync::Arc;

    fn publisher(division: &str) -> Principal {
        Principal { name: "p".to_owned(), role: Role::Publisher { authority: sample::authority(division) } }
    }

    fn below(licences: &[&str]) -> Effective {
        let mut ground = sample::enactment(Kind::Matter, "310000", "sh/food", "2021-01-01");
        ground.permissions.licences = licences.iter().map(|name| (*name).to_owned()).collect();
        Effective {
            chain: chain::chain(&ground.matter.clone(), &[&ground]),
            digest: Digest::of(b""),
            definition: Arc::new(sample::definition()),
            definition_digest: Digest::of(b""),
            parameters: Default::default(),
            knobs: Vec::new(),
            origins: Vec::new(),
        }
    }

    #[test]
    fn a_publisher_acts_for_its_own_authority_only() {
        let authority = sample::authority("310101");
        assert!(may_act_for(&publisher("310101"), &authority, "enact").is_ok());
        assert!(matches!(may_act_for(&publisher("310104"), &authority, "enact"), Err(Error::Forbidden { .. })));
        let officer = Role::Officer {
            division: "310101".parse().unwrap(),
            department: authority.department.clone(),
            units: vec![],
        };
        assert!(may_act_for(&Principal { name: "o".to_owned(), role: officer }, &authority, "enact").is_err());
    }

    #[test]
    fn a_publisher_varies_its_own_department_s_matters_within_what_they_read() {
        let ground = sample::enactment(Kind::Matter, "310000", "sh/food", "2021-01-01");
        let mut local = sample::enactment(Kind::Settings, "310101", "hp/food", "2021-01-01");
        assert!(may_vary(&below(&[]), &ground, &local).is_ok());
        local.permissions.licences.insert(sample::FOOD_LICENCE.to_owned());
        assert!(may_vary(&below(&[]), &ground, &local).is_err());
        assert!(may_vary(&below(&[sample::FOOD_LICENCE]), &ground, &local).is_ok());
        local.authority.department = "公安局".parse().unwrap();
        assert!(may_vary(&below(&[sample::FOOD_LICENCE]), &ground, &local).is_err());
    }
}
