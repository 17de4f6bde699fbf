//! When new cases may be divided: a law row says so, and the shadow of this very package at this authority shows that it
//! touches nobody. Everything else is refused.

use std::collections::BTreeSet;

use banshi_model::enactment::{Enactment, Transitional};
use banshi_model::gradual::{ALL, Gradual, ShareStep};
use banshi_model::ids::{Digest, Division};
use banshi_model::law::Scope;
use banshi_model::time;
use banshi_store::PackageRecord;
use jiff::Timestamp;

use crate::Engine;
use crate::api::registry::EnactRequest;
use crate::api::shadow::ShadowReport;
use crate::error::Error;
use crate::principal::Principal;
use crate::registry::{Effective, chain};

/// The way that is always open.
const BY_AUTHORITY: &str = "逐个机构施行，不给 share；begin with one authority after the other, and leave `share` out";

fn refuse(code: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Error {
    Error::invalid(code, "/share", what, fix)
}

/// Whether the request's own members can be kept together.
pub(in crate::registry) fn check(request: &EnactRequest) -> Result<(), Error> {
    let Some(share) = request.share else { return Ok(()) };
    if !(1..ALL).contains(&share) {
        let what = format!("share {share} % 不在 1–99 % 之内；a share is 1 to 99 percent of new cases");
        return Err(refuse("enactment.share", what, "给 1 至 99，或不给 share；give 1 to 99, or leave `share` out"));
    }
    if request.transitional != Transitional::ReceivedOnOrAfter {
        let what = format!(
            "share {share} % 只能分配新收件，过渡条款 accepted-on-or-after 会带入已收件；a share divides new cases, and the \
             clause `accepted-on-or-after` would move those that are there"
        );
        let fix = "改用 received-on-or-after，或不给 share；choose `received-on-or-after`, or leave `share` out";
        return Err(refuse("enactment.share-clause", what, fix));
    }
    Ok(())
}

impl Engine {
    /// The gradual start that a request asks for, if it does and it is allowed.
    pub(in crate::registry) async fn gradual_start(
        &self,
        who: &Principal,
        request: &EnactRequest,
        record: &PackageRecord,
        enactment: &Enactment,
    ) -> Result<Option<Gradual>, Error> {
        let Some(share) = request.share else { return Ok(None) };
        let at = self.now().max(time::start_of(enactment.effective_from));
        let effective = self.former(enactment, share, at).await?;
        let row = self.divided_by_law(enactment, &effective, share, at, "/share")?;
        let (report, digest) = self.proven(request, record, enactment, at).await?;
        let step = ShareStep { percent: share, at: enactment.enacted, by: who.name.clone() };
        Ok(Some(Gradual { row, shadow: report.id.to_string(), report: digest, steps: vec![step] }))
    }

    /// What those follow who are not in the share.
    async fn former(
        &self,
        enactment: &Enactment,
        share: u8,
        at: Timestamp,
    ) -> Result<std::sync::Arc<Effective>, Error> {
        let (known, place) = (self.inner.registry.of_matter(&enactment.matter), &enactment.authority.division);
        if chain::ground(&known, place, at).is_none() {
            let what = format!(
                "事项 {} 在 {place} 此前没有施行，其余 {} % 无规则可循；matter `{}` is not in force at {place} before, so that \
                 the other {} % would have no rules",
                enactment.matter,
                ALL - share,
                enactment.matter,
                ALL - share
            );
            return Err(refuse("enactment.share-former", what, "不给 share；leave `share` out"));
        }
        self.effective_at(&enactment.matter, place, at).await
    }

    /// The row that allows the share, in every mode of the matter.
    pub(super) fn divided_by_law(
        &self,
        enactment: &Enactment,
        effective: &Effective,
        share: u8,
        at: Timestamp,
        place: &str,
    ) -> Result<String, Error> {
        let definition = &effective.definition;
        let (law, mut least) = (self.law(), None);
        for mode in &definition.modes {
            let scope = Scope {
                day: time::date_of(at),
                division: &enactment.authority.division,
                matter: &enactment.matter,
                matter_type: definition.matter_type,
                mode: *mode,
                joint: definition.bundle.is_some(),
            };
            let found = law.gradual_start(&scope).map(|found| (found.value.percent_max, found.row.id.to_string()));
            let found = found.unwrap_or_else(|| (0, "no-row.gradual-start".to_owned()));
            least = Some(least.map_or_else(|| found.clone(), |least: (u8, String)| least.min(found.clone())));
        }
        let (most, row) = least.unwrap_or_else(|| (0, "no-row.gradual-start".to_owned()));
        if share <= most {
            return Ok(row);
        }
        let what = format!(
            "法律规则行 {row} 允许至多 {most} %，所请求的为 {share} %；law row `{row}` allows {most} % at most, and {share} % \
             is asked for"
        );
        Err(Error::invalid("enactment.share-law", place, what, BY_AUTHORITY))
    }

    /// The newest shadow of this very package at this authority, where it shows that nobody is touched.
    async fn proven(
        &self,
        request: &EnactRequest,
        record: &PackageRecord,
        enactment: &Enactment,
        at: Timestamp,
    ) -> Result<(ShadowReport, Digest), Error> {
        let (package, authority) = (request.package, &request.authority);
        let lacking = |what: String| {
            let fix = format!("先运行 banshi shadow {package} --at {authority}；run it first; 或 or: {BY_AUTHORITY}");
            refuse("enactment.share-shadow", what, fix)
        };
        let Some((report, digest)) = self.newest_report(package, authority)? else {
            return Err(lacking(format!(
                "组件包 {package} 在 {authority} 没有已完成的历史比对；there is no finished shadow of package {package} at \
                 {authority}"
            )));
        };
        let (steps, id) = (&report.steps, &report.id);
        if let Some(since) = report.since {
            // Whoever asks for the share would choose the cases that prove it.
            let what = format!(
                "历史比对 {id} 只比对了 {since} 及以后收件的办件，须比对全部；shadow {id} compared only cases received on {since} or \
                 later, and all of them are needed"
            );
            let fix = format!(
                "不带 --since 再运行 banshi shadow {package} --at {authority}；run it without --since; 或 or: {BY_AUTHORITY}"
            );
            return Err(refuse("enactment.share-shadow", what, fix));
        }
        if steps.effect + steps.failure + report.unjudged > 0 {
            let what = format!(
                "历史比对 {id} 有实质差异 {}、失败 {}、未能判断 {} 步，容许 0；shadow {id} shows {} differences in effect, {} \
                 failures and {} steps that could not be judged; 0 are allowed",
                steps.effect, steps.failure, report.unjudged, steps.effect, steps.failure, report.unjudged
            );
            return Err(refuse("enactment.share-differs", what, BY_AUTHORITY));
        }
        if steps.same + steps.wording == 0 {
            let what = format!(
                "历史比对 {id} 比对了 0 步，至少须 1 步；shadow {id} compared 0 steps, and at least 1 is needed"
            );
            return Err(refuse("enactment.share-empty", what, BY_AUTHORITY));
        }
        self.compared_as_now(&report, record, enactment, at).await?.map_or(Ok(()), |what| Err(lacking(what)))?;
        Ok((report, digest))
    }
    /// What differs between what a shadow compared, at the authority and wherever it had cases, and what would be in force
    /// there now; none: nothing.
    async fn compared_as_now(
        &self,
        report: &ShadowReport,
        record: &PackageRecord,
        enactment: &Enactment,
        at: Timestamp,
    ) -> Result<Option<String>, Error> {
        let (id, authority) = (&report.id, &enactment.authority);
        if enactment.permissions != record.manifest.permissions {
            return Ok(Some(format!(
                "历史比对 {id} 按组件包所请求的权限进行，将施行的权限不同；shadow {id} ran with the permissions that the package \
                 asks for, and others would be in force"
            )));
        }
        let places: BTreeSet<&Division> = report.compared.chains.keys().chain([&authority.division]).collect();
        for place in places {
            let now = self.as_if_enacted(record, authority, place, at).await?.effective.digest;
            let then = report.compared.chains.get(place);
            if then != Some(&now) {
                let then = then.map_or_else(|| "—".to_owned(), Digest::to_string);
                return Ok(Some(format!(
                    "历史比对 {id} 在 {place} 所比对的规则链为 {then}，将施行的为 {now}；shadow {id} compared the chain {then} at \
                     {place}, and {now} would be in force"
                )));
            }
        }
        Ok(None)
    }
}
