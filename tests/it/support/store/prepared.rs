//! The folder of a host with the convenience store in force: made once a run, and kept in memory.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::{BUSINESS_LICENCE, MARKET, OPENS, TOBACCO, licence_id, sample, subject};
use crate::support::{Host, Roles, Start, say};

/// Folder, matter, department, in the order in which they can be enacted.
const MATTERS: [(&str, &str, &str); 7] = [
    ("plugins/p01-food", "P01", MARKET),
    ("plugins/p02-prepacked-food", "P02", MARKET),
    ("plugins/p03-liquor", "P03", MARKET),
    ("plugins/p04-tobacco", "P04", TOBACCO),
    ("plugins/p05-drugs", "P05", MARKET),
    ("plugins/p06-devices", "P06", MARKET),
    ("plugins/b01-convenience-store", "B01", MARKET),
];

/// Lays a copy of it into the folder of a host that was not started yet.
pub(super) async fn lay_into(host: &Host) {
    static READY: OnceCell<Snapshot> = OnceCell::const_new();
    READY.get_or_init(prepared).await.write(host.folder());
    write_tokens(host);
}

/// Publishes and enacts everything, and gives the folder as it then is.
async fn prepared() -> Snapshot {
    let mut host = Host::start(Start::simulated(OPENS)).await;
    for (folder, matter, department) in MATTERS {
        host.put_in_force(folder, matter, department, "310000").await;
    }
    let licence = json!({
        "id": licence_id(BUSINESS_LICENCE, "11310115MB1A01151B", "2021000000115001"), "licence_type": BUSINESS_LICENCE,
        "title": { "zh": "营业执照" }, "division": "310115", "department": MARKET, "holder": subject(),
        "content": sample("business-licence"),
    });
    say(&host.as_("platform").post("/licences", licence).await, 201);
    assert_eq!(host.terminate(), Some(0));
    Snapshot::of(host.folder())
}

/// Officers of the two departments in Pudong and Huangpu, beside the roles that every host has.
fn write_tokens(host: &Host) {
    let path = host.folder().join("tokens.toml");
    let mut file = std::fs::read_to_string(&path).unwrap();
    let market = r#"["综合窗口", "市场监管·食品科", "市场监管·药械科", "市场监管·审批科"]"#;
    let tobacco = r#"["烟草专卖·许可科", "烟草专卖·稽查科"]"#;
    for (place, division) in [("", "310115"), ("-huangpu", "310101")] {
        for (name, department, units) in [("market", MARKET, market), ("tobacco", TOBACCO, tobacco)] {
            let name = format!("{name}{place}");
            let hash = hex::encode(Sha256::digest(Roles::token(&name)));
            file += &format!(
                "[[token]]\nname = \"{name}\"\nsha256 = \"{hash}\"\nrole = \"officer\"\ndivision = \"{division}\"\n\
                 department = \"{department}\"\nunits = {units}\n\n"
            );
        }
    }
    std::fs::write(path, file).unwrap();
}

/// Data and keys of a host that has stopped, in memory: nothing is left behind when the tests end.
struct Snapshot(BTreeMap<PathBuf, Kept>);

/// A file or a folder.
struct Kept {
    mode: u32,
    /// What is in it; none: it is a folder.
    bytes: Option<Vec<u8>>,
}

impl Snapshot {
    fn of(folder: &Path) -> Self {
        let mut all = BTreeMap::new();
        let mut open = vec![PathBuf::from("data"), PathBuf::from("keys")];
        while let Some(path) = open.pop() {
            let metadata = std::fs::metadata(folder.join(&path)).unwrap();
            let bytes = if metadata.is_dir() {
                let entries = std::fs::read_dir(folder.join(&path)).unwrap();
                open.extend(entries.map(|entry| path.join(entry.unwrap().file_name())));
                None
            } else {
                Some(std::fs::read(folder.join(&path)).unwrap())
            };
            all.insert(path, Kept { mode: metadata.permissions().mode(), bytes });
        }
        Self(all)
    }

    fn write(&self, folder: &Path) {
        // A folder sorts before what is in it.
        for (path, kept) in &self.0 {
            let to = folder.join(path);
            match &kept.bytes {
                None => std::fs::create_dir(&to).unwrap(),
                Some(bytes) => std::fs::write(&to, bytes).unwrap(),
            }
            std::fs::set_permissions(&to, std::fs::Permissions::from_mode(kept.mode)).unwrap();
        }
    }
}
