//! Damaged files of the storage: opened with an error that says so, or found by `verify`, or nothing was lost.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::Chance;
use super::disk::{copy, remove};
use super::load::Load;
use crate::support::{DAY_ONE, Host, Start};

const SECTOR: usize = 512;
const SECTORS: usize = 16;
/// What the storage writes and gives back at once, its least. The cases of these folders take several.
const SEGMENT: usize = 512 << 10;

/// A data folder with closed cases, and what `verify` says of it.
struct Whole {
    host: Host,
    /// What is lost where this is not said any more.
    truth: Value,
}

impl Whole {
    async fn make() -> Self {
        let load = Load::new().await;
        let config = format!("{}\n[store]\nsegment_bytes = {SEGMENT}\n", load.config());
        let mut host = Host::start(Start::simulated(DAY_ONE).configured(&config)).await;
        load.enact(&host).await;
        // Over a restart, so that there is a snapshot too.
        for _ in 0..2 {
            load.host_is_at(Some(&host));
            let clerks = load.clerks(&host, 16, true);
            load.acknowledges(150).await;
            host.kill();
            clerks.join_all().await;
            host.restart();
        }
        load.host_is_at(Some(&host));
        load.finish(&host).await;
        assert_eq!(host.terminate(), Some(0));
        let (code, said) = banshi(host.folder(), &["verify", "--json"], true);
        assert_eq!(code, 0, "{said}");
        Self { truth: report(&said), host }
    }

    fn copy(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in ["data", "keys", "tokens.toml", "config.toml"] {
            copy(&self.host.folder().join(name), &folder.path().join(name));
        }
        folder
    }

    /// Damages a copy. True: an error or a finding told of it. False: it told of nothing, and nothing is lost.
    fn told(&self, what: &str, damage: impl FnOnce(&Path)) -> bool {
        let folder = self.copy();
        damage(&folder.path().join("data/store"));
        self.told_of(what, folder.path())
    }

    /// The same of a folder as it is.
    fn told_of(&self, what: &str, folder: &Path) -> bool {
        let mut told = true;
        for keys in [false, true] {
            let (code, said) = banshi(folder, &["verify", "--json"], keys);
            assert!(!said.contains("panicked"), "{what}: {said}");
            match code {
                0 => {
                    told = false;
                    let mut expected = self.truth.clone();
                    expected["unsealed"] = keys.into();
                    let now = report(&said);
                    for count in ["cases", "entries", "records", "index_rows", "faults", "unsealed"] {
                        assert_eq!(now[count], expected[count], "{what}: lost without a word: {said}");
                    }
                }
                1 => assert!(said.contains("fault"), "{what}: {said}"),
                5 => {
                    let words =
                        ["does not open", "are lost", "not of format version", "missing", "os error", "the ledger"];
                    assert!(words.iter().any(|word| said.contains(word)), "{what}: {said}");
                }
                other => panic!("{what}: exit code {other}: {said}"),
            }
        }
        told
    }
}

/// Runs the binary on a folder; 124: it had not ended after a minute.
fn banshi(folder: &Path, args: &[&str], keys: bool) -> (i32, String) {
    let mut command = Command::new("timeout");
    command.arg("60").arg(env!("CARGO_BIN_EXE_banshi")).args(args).arg("--data").arg(folder.join("data"));
    if keys {
        command.arg("--keys").arg(folder.join("keys"));
    }
    let output = command.output().unwrap();
    let said = [output.stdout, b"\n".to_vec(), output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}

fn report(said: &str) -> Value {
    let mut values = serde_json::Deserializer::from_str(said).into_iter::<Value>();
    values.next().unwrap().unwrap()
}

fn change(path: &Path, how: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    how(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

fn snapshots(store: &Path) -> Vec<std::path::PathBuf> {
    let files = std::fs::read_dir(store.join("sled")).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("snap.")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_files_are_told_of_and_nothing_is_lost_in_silence() {
    let mut chance = Chance::new("damaged files");
    let whole = Whole::make().await;
    let db = |store: &Path| store.join("sled/db");
    let length = std::fs::metadata(db(&whole.host.folder().join("data/store"))).unwrap().len() as usize;
    assert!(!snapshots(&whole.host.folder().join("data/store")).is_empty());

    assert!(!whole.told("untouched", |_| {}));
    assert!(whole.told("the log emptied", |store| change(&db(store), Vec::clear)));
    assert!(
        whole.told("the log cut to its first segment", |store| change(&db(store), |bytes| bytes.truncate(SEGMENT)))
    );
    // Space that was given back can be all that is behind the cut.
    for part in [3, 2] {
        whole.told("the log cut", |store| change(&db(store), |bytes| bytes.truncate(length / part)));
    }
    assert!(whole.told("the log gone", |store| remove(&db(store))));
    assert!(whole.told("the storage gone", |store| remove(&store.join("sled"))));
    whole.told("a snapshot missing", |store| snapshots(store).iter().for_each(|path| remove(path)));
    for (what, left) in [("emptied", 0), ("cut", 20)] {
        let cut = |store: &Path| snapshots(store).iter().for_each(|path| change(path, |bytes| bytes.truncate(left)));
        assert!(whole.told(&format!("a snapshot {what}"), cut));
    }
    assert!(whole.told("a snapshot with a bad byte", |store| {
        snapshots(store).iter().for_each(|path| change(path, |bytes| bytes[9] ^= 0x40));
    }));
    assert!(!whole.told("the witness gone", |store| remove(&store.join("witness"))));
    assert!(!whole.told("the witness garbage", |store| change(&store.join("witness"), |bytes| bytes.fill(0x5a))));

    let (mut found, mut number) = (0, 0);
    // Most of the log can be space that was given back: then it takes more of them to hit what counts.
    while number < SECTORS || (found == 0 && number < 16 * SECTORS) {
        let at = chance.between(0, (length / SECTOR) as u64) as usize * SECTOR;
        let fill = [0x00, 0xa5][number % 2];
        let sector = |store: &Path| change(&db(store), |bytes| bytes[at..at + SECTOR].fill(fill));
        found += usize::from(whole.told(&format!("a bad sector at {at}"), sector));
        found += usize::from(whole.told(&format!("a bad sector at {at} and no snapshot"), |store| {
            sector(store);
            snapshots(store).iter().for_each(|path| remove(path));
        }));
        number += 1;
    }
    println!("{found} of {} bad sectors were told of; the others hold nothing that counts", 2 * number);
    assert!(found > 0, "no bad sector was ever told of");
}

/// What `verify` does not get to see first: the host itself, started on such a folder.
#[tokio::test(flavor = "multi_thread")]
async fn a_host_on_damaged_files_says_so_or_serves_and_never_panics() {
    let mut whole = Whole::make().await;
    let store = whole.host.folder().join("data/store");
    let kept = whole.copy();
    let length = std::fs::metadata(store.join("sled/db")).unwrap().len() as usize;
    for left in [SEGMENT, length / 3, length / 2] {
        change(&store.join("sled/db"), |bytes| bytes.truncate(left));
        match whole.host.try_restart() {
            Err(ended) => {
                assert_eq!(ended.code, Some(5), "{}", ended.said);
                assert!(!ended.said.contains("panicked"), "{}", ended.said);
            }
            // Space that was given back can be all that is behind the cut; then nothing is lost.
            Ok(()) => {
                assert_ne!(left, SEGMENT, "it listens on a fraction of its data");
                assert_eq!(whole.host.terminate(), Some(0));
                assert!(
                    !whole.told_of("served from a log that was cut", whole.host.folder()),
                    "it served what is damaged"
                );
            }
        }
        remove(&store);
        copy(&kept.path().join("data/store"), &store);
    }
    whole.host.restart();
}
