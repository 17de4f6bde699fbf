//! Proof before power: where the configuration demands it, a package is enacted only with a finished report of it at
//! that very authority, and with a person's signature where the report shows that somebody would be touched.

use banshi_model::ids::{Authority, Digest};
use banshi_model::text::Text;

use super::record::Record;
use super::seal;
use crate::Engine;
use crate::api::shadow::ShadowReport;
use crate::error::Error;

impl Engine {
    /// Refuses an enactment without the report that the policy demands. The newest report counts.
    pub(crate) fn shadow_demanded(&self, package: Digest, at: &Authority) -> Result<(), Error> {
        if !self.inner.config.shadow.required {
            return Ok(());
        }
        let Some(record) = self.newest_sealed(package, at)? else {
            let text = Text::new(
                format!("施行前须有此组件包在 {at} 的历史比对报告；请先运行 banshi shadow {package} --at {at}"),
                format!(
                    "before it is enacted this package takes a finished shadow report at {at}; run `banshi shadow \
                     {package} --at {at}` first"
                ),
            );
            return Err(Error::Rule { rule: "enactment.shadow", text });
        };
        if signed(&record, &self.shadow_key().key) {
            return Ok(());
        }
        let (id, steps) = (&record.id, &record.tally.steps);
        let text = Text::new(
            format!(
                "历史比对 {id} 显示 {} 处实质差异、{} 处失败；须有负责人署名：banshi shadow sign-off {id}",
                steps.effect, steps.failure
            ),
            format!(
                "shadow {id} shows {} differences in effect and {} failures; a named person has to sign them: `banshi \
                 shadow sign-off {id}`",
                steps.effect, steps.failure
            ),
        );
        Err(Error::Rule { rule: "enactment.shadow-sign-off", text })
    }

    /// The newest finished report of a package at an authority, with its digest.
    pub(crate) fn newest_report(
        &self,
        package: Digest,
        at: &Authority,
    ) -> Result<Option<(ShadowReport, Digest)>, Error> {
        let reported = |record: Record| {
            let report = record.report();
            let digest = seal::digest(&report);
            (report, digest)
        };
        Ok(self.newest_sealed(package, at)?.map(reported))
    }

    fn newest_sealed(&self, package: Digest, at: &Authority) -> Result<Option<Record>, Error> {
        let key = self.shadow_key().key;
        let sealed = |record: &Record| {
            let signature = record.signature.as_ref();
            signature.is_some_and(|signature| seal::verify(&record.report(), signature, Some(&key)).is_ok())
        };
        Ok(self.finished_shadows(package, at)?.into_iter().find(sealed))
    }
}

/// Whether nothing has to be signed, or a person has signed this very report.
fn signed(record: &Record, key: &str) -> bool {
    let report = record.report();
    let touches = report.steps.effect + report.steps.failure > 0;
    let digest = seal::digest(&report);
    let by_a_person = |sign_off: &crate::api::shadow::SignOff| {
        sign_off.report == digest && seal::verify_sign_off(sign_off, Some(key)).is_ok()
    };
    !touches || record.sign_offs.iter().any(by_a_person)
}
