//! Package files that are cut, changed or nothing but noise.

use super::hand_made::{component, matter};
use super::{Neighbour, host_under_fire, refused, shown};

/// The same noise in each run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }
}

/// A package that nothing is wrong with but that its definition traps.
fn sound() -> Vec<u8> {
    matter("noise", component("", "i32.const 8"))
}

#[tokio::test]
async fn cut_changed_and_random_bytes_are_refused_under_a_rules_name() {
    let host = host_under_fire("").await;
    let neighbour = Neighbour::begin(&host);
    let (sound, mut noise) = (sound(), Noise(0x9e37_79b9_7f4a_7c15));
    let mut files: Vec<Vec<u8>> = (0..16).map(|part| sound[..sound.len() * part / 16].to_vec()).collect();
    for _ in 0..48 {
        let mut changed = sound.clone();
        let at = noise.below(changed.len());
        changed[at] ^= 1 << noise.below(8);
        files.push(changed);
    }
    for length in [0, 1, 7, 8, 12, 1_000, 60_000] {
        let random: Vec<u8> = (0..length).map(|_| noise.next().to_le_bytes()[0]).collect();
        files.push([banshi_model::package::MAGIC.as_slice(), &random].concat());
        files.push(random);
    }
    let mut rules = Vec::new();
    for (nth, file) in files.into_iter().enumerate() {
        let answer = host.as_("platform").upload("/packages", file).await;
        for rule in refused(&answer) {
            let known = ["package.", "admission.", "guest."].iter().any(|family| rule.starts_with(family));
            assert!(known, "file {nth}: {rule}: {:#}", answer.body);
            rules.push(rule);
        }
    }
    assert!(["package.format", "package.malformed"].iter().all(|rule| rules.iter().any(|found| found == rule)));
    shown(&host, "banshi_packages_refused_total", "rule", rules.iter().map(String::as_str)).await;
    neighbour.end().await;
}
