//! The three packages of the merger: the food licence with liquor among its items, the end of the liquor licence, and the
//! bundle without it. Published and enacted as one instrument, taken back as one.

use serde_json::{Value, json};

use crate::support::{Host, package, say};

/// Real: of the Shanghai market regulator, in force from 2023-07-10.
const INSTRUMENT: &str = "沪市监规范〔2023〕7号";
/// Folder and matter, in the order in which they can be enacted: the bundle is checked over its parts.
const PACKAGES: [(&str, &str); 3] = [
    ("plugins/p01-food-2023", "P01"),
    ("plugins/b01-convenience-store-2023", "B01"),
    ("plugins/p03-liquor-2023", "P03"),
];

/// Whose they are.
pub fn authority() -> Value {
    json!({ "department": "市场监督管理局", "division": "310000" })
}

/// The packages, published: their digests, in that order.
pub struct Merger([String; 3]);

impl Merger {
    /// Builds them before any host runs, so that publishing takes no longer than publishing does.
    pub async fn build() {
        tokio::task::spawn_blocking(|| PACKAGES.map(|(folder, _)| package(folder).len())).await.unwrap();
    }

    /// Publishes them; nothing is in force by it.
    pub async fn publish(host: &Host) -> Self {
        let mut digests = Vec::new();
        for (folder, _) in PACKAGES {
            digests.push(host.publish(folder).await);
        }
        Self(digests.try_into().unwrap())
    }

    /// The package of a matter.
    pub fn package(&self, matter: &str) -> &str {
        let at = PACKAGES.iter().position(|(_, known)| *known == matter).unwrap();
        &self.0[at]
    }

    /// Enacts them from a day on; the enactments, in that order.
    pub async fn enact(&self, host: &Host, from: &str) -> Vec<Value> {
        let mut enacted = Vec::new();
        for (digest, (_, matter)) in self.0.iter().zip(PACKAGES) {
            let request = json!({
                "matter": matter, "authority": authority(), "package": digest, "effective_from": from,
                "instrument": INSTRUMENT,
            });
            enacted.push(say(&host.as_("platform").post("/enactments", request).await, 201).clone());
        }
        enacted
    }

    /// Takes them back, the last first: the bundle never stands on parts that are gone.
    pub async fn take_back(&self, host: &Host, enacted: &[Value]) {
        for enactment in enacted.iter().rev() {
            let path = format!("/enactments/{}/take-back", enactment["id"].as_str().unwrap());
            say(&host.as_("platform").post(&path, json!({})).await, 200);
        }
    }
}
