//! `bundle_http_16`: the convenience store over HTTP, with simulated partners and clients in other processes.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::bundle_client::{Load, Loaded};
use crate::context::{Context, top};
use crate::disk::{self, Written};
use crate::plain::on_disk;
use crate::role;
use crate::server::{Server, private};
use crate::table::{Key, Measurement, Report, median};

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[Key {
        name: "bundle_http_16",
        goal: "reported",
        includes: "16 clients that take one convenience store each (five permits) from prefill over papers, identity, \
                   verdicts of both departments and courier to closed; looking for open tasks included; partners are \
                   simulated in another process; steps are plugin calls over bundle and parts",
    }],
    run,
};

/// What the demo puts in force, parts before the bundle that joins them.
const PACKAGES: [&str; 10] = [
    "plugins/p01-food",
    "plugins/p02-prepacked-food",
    "plugins/p03-liquor",
    "plugins/p04-tobacco",
    "plugins/p05-drugs",
    "plugins/p06-devices",
    "plugins/b01-convenience-store",
    "plugins/variations/huangpu-food",
    "plugins/variations/huangpu-convenience",
    "plugins/variations/xuhui-convenience",
];
/// Partners as the configuration names them, with their paths at the simulated ones.
const PARTNERS: [(&str, &str); 5] = [
    ("identity", "identity"),
    ("shared_data", "shared-data"),
    ("notice", "notice"),
    ("payment", "payment"),
    ("courier", "courier"),
];
const CLIENTS: usize = 16;

/// What the run of the bundle found.
pub struct Bundles {
    /// The key's members.
    pub members: Map<String, Value>,
    /// What it left on disk.
    pub written: Written,
}

/// A host with everything that the demo has in force, and its partners.
pub struct Shop {
    host: Option<Server>,
    // Ends after the host.
    _partners: Server,
    folder: TempDir,
    config: Value,
    filed: u64,
}

impl Shop {
    /// Opens it.
    pub fn open(context: &Context) -> Result<Self> {
        let files = PACKAGES.iter().map(|source| context.package(source)).collect::<Result<Vec<_>>>()?;
        let folder = context.fresh()?;
        let secret = folder.path().join("partners.secret");
        private(&secret, &crate::wire::token("partners"))?;
        let answers = top().join("plugins/samples/shared-data.json");
        let partners = Server::partners(folder.path(), &secret, &answers)?;
        let each = PARTNERS.map(|(kind, path)| {
            let partner =
                json!({ "url": format!("{}/{path}", partners.url), "secret": format!("@{}", secret.display()) });
            (kind.to_owned(), partner)
        });
        let authorities =
            json!({ "市场监督管理局@310115": "11310115MB1A01151B", "烟草专卖局@310115": "11310115MB1B011521" });
        let config = json!({ "engine": { "authorities": authorities }, "partners": Map::from_iter(each) });
        let host = Server::start(folder.path(), &config)?;
        files.iter().try_for_each(|file| host.put_in_force(file))?;
        Ok(Self { host: Some(host), _partners: partners, folder, config, filed: 0 })
    }

    /// The host.
    pub fn host(&self) -> &Server {
        // It is taken only while it is started again or at the end.
        self.host.as_ref().unwrap_or(&self._partners)
    }

    /// Where the host's folder is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// So many stores by so many clients.
    pub fn load(&mut self, connections: usize, cases: usize) -> Result<Loaded> {
        let (url, pid) = (self.host().url.clone(), self.host().pid());
        let load = Load { url, pid, connections, cases, first: self.filed, samples: top().join("plugins/samples") };
        self.filed += cases as u64;
        role::play("bundle-client", &load)
    }

    /// Stops the host and starts it again.
    pub fn restart(&mut self) -> Result<()> {
        self.host.take().context("the host is gone")?.stop()?;
        self.host = Some(Server::start(self.folder.path(), &self.config)?);
        Ok(())
    }

    /// Stops the host; the folder stays until this goes.
    pub fn stop(&mut self) -> Result<()> {
        self.host.take().context("the host is gone")?.stop()
    }
}

fn run(context: &Context, report: &mut Report) -> Result<()> {
    report.set("bundle_http_16", bundles(context)?.members.clone());
    Ok(())
}

/// Runs the bundle once; later answers are the same run's.
pub fn bundles(context: &Context) -> Result<&Bundles> {
    if context.bundles.get().is_none() {
        let measured = measured(context)?;
        return Ok(context.bundles.get_or_init(|| measured));
    }
    context.bundles.get().context("the bundle was not run")
}

fn measured(context: &Context) -> Result<Bundles> {
    let (rounds, cases) = (context.size(3, 1), context.size(320, 4));
    let clients = context.size(CLIENTS, 2);
    let mut shop = Shop::open(context)?;
    let before = on_disk(shop.folder())?;
    shop.load(clients, cases.div_ceil(10))?;
    let all = (0..rounds).map(|_| shop.load(clients, cases)).collect::<Result<Vec<_>>>()?;
    let rss = shop.host().rss_mib()?;
    let loaded = on_disk(shop.folder())?.saturating_sub(before);
    let grown = disk::at_rest(shop.folder())?.saturating_sub(before);
    shop.stop()?;
    let written = disk::written(shop.folder(), grown)?;
    let middle = |of: fn(&Loaded) -> f64| median(all.iter().map(of).collect());
    let cases_s = middle(|round| round.cases as f64 / round.wall_s);
    let members = json!({
        "cases_s": cases_s,
        "steps_s": cases_s * written.steps_per_case,
        "steps_per_case": written.steps_per_case,
        "p50_ms": middle(|round| round.p50_ms),
        "p99_ms": middle(|round| round.p99_ms),
        "cpu_ms_per_case": middle(|round| round.cpu_s * 1000.0 / round.cases as f64),
        "rss_mib": rss,
        "disk_bytes_per_case": written.disk_bytes_per_case,
        "disk_bytes_per_case_right_after": loaded as f64 * written.disk_bytes_per_case / (grown as f64).max(1.0),
        "looks_per_case": middle(|round| round.looks as f64 / round.cases as f64),
    });
    let members = members.as_object().cloned().unwrap_or_default();
    Ok(Bundles { members, written })
}
