//! Packages: built, published, put in force, taken back.

use std::path::Path;

use banshi_engine::api::registry::{EffectiveView, EnactRequest};
use banshi_model::ids::{Division, EnactmentId};
use banshi_model::package::Kind as PackageKind;
use banshi_model::time;
use jiff::civil::Date;

use super::cast::{Cast, PLATFORM};
use super::plot::Plot;
use super::screen::Screen;
use super::workspace::{BuiltPackage, Workspace};
use super::{applicant, layers};
use crate::client::Key;
use crate::commands::wording;
use crate::failure::{Failure, Kind, OrFail, Result};
use crate::table::{Table, cut};

/// Builds every package of the story. Cargo says on standard error what takes time.
pub async fn build(workspace: &Workspace, cast: &Cast, scratch: &Path, screen: &Screen) -> Result<Vec<BuiltPackage>> {
    let mut built = Vec::new();
    for folder in cast.matters.iter().chain(&cast.variations) {
        let doing = format!("构建 building plugins/{folder}");
        let package = workspace.build(folder, scratch, |note| eprintln!("{note}")).await;
        built.push(package.or_else(|failure| Err(failure.error).or_fail(Kind::Refused, doing))?);
    }
    let mut table = Table::new(&["组件包 package", "类别 kind", "事项", "机构 authority", "KiB"]).widest(38);
    for package in &built {
        let m = &package.manifest;
        let (name, size) = (format!("{}@{}", m.name, m.version), package.file.len().div_ceil(1024).to_string());
        table.row([&name, wording::kind(m.kind), m.matter.as_str(), &m.authority.to_string(), &size]);
    }
    screen.table(&table)?;
    Ok(built)
}

impl Plot {
    /// The city's departments publish and enact their matters, parts before the bundle that joins them.
    pub(super) async fn publish_city(&mut self, from: Date) -> Result {
        let city: Vec<BuiltPackage> =
            self.built.iter().filter(|package| package.manifest.kind == PackageKind::Matter).cloned().collect();
        self.publish(&city, from).await?;
        Ok(())
    }

    /// The districts publish and enact their layers; the owners' names with their enactments.
    pub(super) async fn publish_variations(&mut self, from: Date) -> Result<Vec<(String, EnactmentId)>> {
        let local: Vec<BuiltPackage> =
            self.built.iter().filter(|package| package.manifest.kind != PackageKind::Matter).cloned().collect();
        self.screen
            .line(&format!("\n  15:00 黄浦、徐汇发布并施行本区规则，自 {from} 起；主机不停 enacted, no restart"))?;
        self.publish(&local, from).await
    }

    async fn publish(&mut self, packages: &[BuiltPackage], from: Date) -> Result<Vec<(String, EnactmentId)>> {
        let mut table =
            Table::new(&["组件包 package", "准入", "提示", "经办 by", "施行 enacted", "文号 instrument"]).widest(38);
        let (mut enacted, mut signature) = (Vec::new(), None);
        for package in packages {
            let m = &package.manifest;
            let by = self.cast.publisher(&m.authority)?.to_owned();
            let client = self.actors.of(&by)?;
            self.doing = format!("发布 publishing {}@{} as {by}", m.name, m.version);
            let report = client.publish(package.file.clone(), &Key::fresh()?).await?;
            self.doing = format!("施行 enacting {}@{} as {by}", m.name, m.version);
            let request = EnactRequest {
                matter: m.matter.clone(),
                authority: m.authority.clone(),
                package: report.package,
                base: None,
                effective_from: from,
                until: None,
                transitional: Default::default(),
                reviewed_by: Vec::new(),
                share: None,
                watch: None,
                instrument: m.instrument.clone().unwrap_or_default(),
                permissions: None,
            };
            let enactment = client.enact(&request, &Key::fresh()?).await?;
            let (admitted, notes) = (if report.admitted { "✓" } else { "✗" }, report.findings.len().to_string());
            let (name, instrument) = (format!("{}@{}", m.name, m.version), cut(&enactment.instrument, 22));
            table.row([&name, admitted, &notes, &by, enactment.id.as_str(), &instrument]);
            enacted.push((m.name.to_string(), enactment.id));
            signature = Some(report.signature);
        }
        self.screen.table(&table)?;
        if let Some(signature) = signature {
            self.screen.line(&format!("签名 signature: {}", wording::text(&signature)))?;
        }
        Ok(enacted)
    }

    /// Takes back what an owner enacted, the last first.
    pub(super) async fn take_back(&mut self, owner: &str, enacted: &[(String, EnactmentId)]) -> Result {
        let own = enacted.iter().rev().filter(|(name, _)| name.split('/').next() == Some(owner));
        for (name, id) in own {
            let package = self.built.iter().find(|package| package.manifest.name.as_str() == name);
            let authority = package.map(|package| package.manifest.authority.clone());
            let authority =
                authority.ok_or_else(|| Failure::new(Kind::Failed, format!("`{name}` was not built here")))?;
            let by = self.cast.publisher(&authority)?;
            self.doing = format!("收回 taking back {name} ({id}) as {by}");
            let taken = self.actors.of(by)?.take_back(id, &Key::fresh()?).await?;
            let at = taken.enactment.taken_back.map(time::text).unwrap_or_default();
            self.screen.line(&format!("  15:00 {by} 收回 takes back {name}（{id}），{at}"))?;
        }
        self.show_layers("收回之后", "after it was taken back").await
    }

    /// The applicants' business licences go into the licence library, as another system would hand them over.
    pub(super) async fn register_licences(&mut self) -> Result {
        self.doing = "营业执照入库 registering the business licences".to_owned();
        let client = self.actors.of(PLATFORM)?;
        for shop in &self.cast.shops {
            let request = applicant::business_licence(shop, &self.samples, &self.cast)?;
            client.register(&request, &Key::fresh()?).await?;
        }
        let (title, count) = (wording::text(&self.cast.business_licence.title), self.cast.shops.len());
        self.screen.line(&format!("电子证照库 licence library: {count} × {title}（示例 sample）"))
    }

    /// Which layer gives what, at each place where somebody files.
    pub(super) async fn show_layers(&mut self, zh: &str, en: &str) -> Result {
        let views = self.effective().await?;
        self.screen.line(&format!("\n  哪个值来自哪一层 which layer gives which value · {zh} {en}"))?;
        let places = views.iter().map(|(place, view)| (place.as_str(), view));
        self.screen.table(&layers::table(places, &self.cast.city))?;
        self.screen.raw("")
    }

    /// Before the day on which they are in force, enacted layers change nothing.
    pub(super) async fn show_unchanged_until(&mut self, day: Date) -> Result {
        let views = self.effective().await?;
        if let Some((place, view)) = views.iter().find(|(_, view)| view.layers.len() > 1) {
            let what = format!(
                "{place}: {} has {} layers before {day}, the day from which they are in force",
                view.code,
                view.layers.len()
            );
            return Err(Failure::new(Kind::Refused, what));
        }
        self.screen.line("  ✓ 今日各区仍为市级规则 today every district is still on the city's version\n")
    }

    /// The bundle, and each part that a district varies, as in force now at each district of the cast.
    async fn effective(&mut self) -> Result<Vec<(String, EffectiveView)>> {
        self.doing = "查询现行规则 asking what is in force".to_owned();
        let client = self.actors.of(PLATFORM)?;
        let varied = self.built.iter().filter(|package| package.manifest.kind != PackageKind::Matter);
        let varied: Vec<_> = varied
            .map(|package| (package.manifest.matter.clone(), package.manifest.authority.division.clone()))
            .collect();
        let mut places: Vec<(String, Division)> = Vec::new();
        for shop in &self.cast.shops {
            if !places.iter().any(|(_, division)| *division == shop.division) {
                places.push((shop.label.zh.clone(), shop.division.clone()));
            }
        }
        let mut views = Vec::new();
        for (place, division) in places {
            let parts = varied
                .iter()
                .filter(|(matter, at)| *at == division && *matter != self.cast.bundle)
                .map(|(matter, _)| matter);
            for matter in std::iter::once(&self.cast.bundle).chain(parts) {
                views.push((place.clone(), client.matter(&division, matter, false).await?));
            }
        }
        Ok(views)
    }
}
