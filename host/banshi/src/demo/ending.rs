//! The end of the story: certificates, what it came to, and the proof that the host never stopped.

use std::time::Instant;

use banshi_engine::api::licences::CertificateView;
use banshi_model::case::Phase;
use banshi_model::licence::LicenceStatus;

use super::certificate;
use super::plot::Plot;
use super::report::{self, District, Report};
use crate::commands::wording;
use crate::failure::{Failure, Kind, Result};
use crate::table::pad;

impl Plot {
    /// Shows the first certificate and what came of all cases.
    pub(super) async fn ending(&mut self, began: Instant) -> Result<Report> {
        let (mut districts, mut certificates) = (Vec::new(), Vec::new());
        for filed in &self.filed {
            self.doing = format!("{} 证书 the certificate", filed.place);
            let client = self.actors.of(&filed.shop)?;
            let case = client.case(&filed.case).await?;
            if case.summary.phase != Phase::Closed {
                return Err(Failure::new(Kind::Refused, format!("case {} has not ended", filed.case)));
            }
            let missing = || Failure::new(Kind::Refused, format!("case {} ended without a certificate", filed.case));
            let capability = case.certificate.clone().ok_or_else(missing)?;
            let shown = client.certificate(&capability).await?;
            valid(&shown)?;
            districts.push(District::of(&filed.place, &case, &shown)?);
            certificates.push((format!("{}/certificates/{capability}", self.theatre.host().url()), shown));
        }
        let samples = self.samples_said().await?;
        self.screen.heading("五、行业综合许可证", "The composite certificate")?;
        if let Some((address, shown)) = certificates.first() {
            let (head, permits) = certificate::table(shown);
            self.screen.line(&head)?;
            self.screen.raw("")?;
            self.screen.table(&permits)?;
            self.screen.raw("")?;
            self.screen.raw(&certificate::code(address, self.screen.is_terminal())?)?;
            self.screen.line(&format!("扫码或打开 scan or open:\n{address}"))?;
        }
        self.screen.heading("六、结果", "What it came to")?;
        self.screen.table(&report::table(&districts))?;
        for (district, (address, _)) in districts.iter().zip(&certificates) {
            self.screen.line(&format!("{}  {address}", pad(&district.place, 6)))?;
        }
        self.check(&districts)?;
        for sample in samples {
            self.screen.line(&format!("示例 sample: {sample}"))?;
        }
        let (restarts, elapsed, built) = (self.theatre.restarts()?, began.elapsed(), self.built_in);
        let pid = self.theatre.host().pid();
        self.screen.line(&format!(
            "主机重启 restarts {restarts}（进程 process {pid} 自始至终 from beginning to end）；用时 took {:.1} s，其中构建 of which building {:.1} s",
            elapsed.as_secs_f64(),
            built.as_secs_f64()
        ))?;
        Ok(Report { elapsed_ms: elapsed.as_millis(), restarts, districts })
    }

    /// Everything was decided in time, and who filed after the taking back is on the same rules as the first.
    fn check(&self, districts: &[District]) -> Result {
        for district in districts {
            if district.decided > district.due {
                let (place, decided, due) = (&district.place, district.decided, district.due);
                return Err(Failure::new(
                    Kind::Refused,
                    format!("{place}: decided on {decided}, due on {due}: {}", report::in_time(district)),
                ));
            }
        }
        if let (Some(first), Some(last)) = (districts.first(), districts.last())
            && first.layers != last.layers
        {
            return Err(Failure::new(
                Kind::Refused,
                format!("{} is not back on the city's version: {:?}", last.place, last.layers),
            ));
        }
        self.screen
            .line("✓ 全部按期 all in time；收回后回到市级规则 after the taking back the city's version applies again")
    }

    /// What the host marks as a sample on the first case.
    async fn samples_said(&self) -> Result<Vec<String>> {
        let Some(first) = self.filed.first() else { return Ok(Vec::new()) };
        let case = self.actors.of(&first.shop)?.case(&first.case).await?;
        Ok(case.samples.iter().map(wording::text).collect())
    }
}

/// Every permit that the certificate's code loads is live.
fn valid(certificate: &CertificateView) -> Result {
    let all = certificate
        .permits
        .iter()
        .map(|permit| (&permit.id, permit.status))
        .chain([(&certificate.id, certificate.status)]);
    for (id, status) in all {
        if status != LicenceStatus::Valid {
            return Err(Failure::new(Kind::Refused, format!("{id} is on a certificate and not valid: {status:?}")));
        }
    }
    if certificate.permits.len() < 2 {
        return Err(Failure::new(
            Kind::Refused,
            format!("the composite certificate {} holds fewer than two permits", certificate.id),
        ));
    }
    Ok(())
}
