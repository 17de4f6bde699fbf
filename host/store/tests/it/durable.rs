//! What only a folder can show: locks, key files, marks, and what a crash leaves.

use std::os::unix::fs::PermissionsExt;

use banshi_store::{Group, OpenError, Options, Store, verify_data};

use crate::sample::{Story, at, draft, id, subject};
use crate::{Bench, options, save};

async fn filled() -> (Bench, Story) {
    let bench = Bench::disk();
    let mut story = Story::begin(&id("310115", 1), draft("310115", subject()), at(0));
    save(&bench.store, &mut story).await.unwrap();
    (bench, story)
}

fn open(bench: &Bench) -> Result<Store, OpenError> {
    Store::open(&bench.path().join("data"), &bench.path().join("keys"), &options())
}

#[tokio::test]
async fn a_second_handle_on_the_folder_is_told_that_it_is_in_use() {
    let (bench, _) = filled().await;
    assert!(matches!(open(&bench), Err(OpenError::InUse(_))));
    assert!(matches!(verify_data(&bench.path().join("data")), Err(OpenError::InUse(_))));
    let bench = bench.again();
    assert!(bench.store.verify().unwrap().ok());
}

#[tokio::test]
async fn the_key_file_is_the_owners_alone() {
    let (bench, _) = filled().await;
    let mode = std::fs::metadata(bench.path().join("keys")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_missing_or_foreign_or_damaged_key_file_is_told() {
    let (bench, _) = filled().await;
    let (other, _) = filled().await;
    let keys = bench.path().join("keys");
    let Bench { store, folder } = bench;
    drop((store, other.store));
    let (data, folder) = (keys.with_file_name("data"), folder.unwrap());
    let open = |keys: &std::path::Path| Store::open(&data, keys, &options());

    assert!(matches!(open(&folder.path().join("none")), Err(OpenError::KeysMissing { .. })));
    let foreign = other.folder.as_ref().unwrap().path().join("keys");
    assert!(matches!(open(&foreign), Err(OpenError::KeysForeign { .. })));
    // A new folder does not take the keys of another.
    let fresh = folder.path().join("fresh");
    assert!(matches!(Store::open(&fresh, &foreign, &options()), Err(OpenError::KeysForeign { .. })));
    let copy = std::fs::read(&keys).unwrap();
    std::fs::write(&keys, &copy[..50]).unwrap();
    assert!(matches!(open(&keys), Err(OpenError::KeysDamaged { .. })));
    std::fs::write(&keys, &copy).unwrap();
    assert!(open(&keys).is_ok());
}

#[tokio::test]
async fn a_simulated_clock_is_a_mark_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
    let simulated = Options { create_simulated: true, ..options() };
    assert!(Store::open(&data, &keys, &simulated).unwrap().simulated());
    assert!(Store::open(&data, &keys, &options()).unwrap().simulated());

    let (bench, _) = filled().await;
    assert!(!bench.store.simulated());
    let Bench { store, folder } = bench;
    drop(store);
    let folder = folder.unwrap();
    let refused = Store::open(&folder.path().join("data"), &folder.path().join("keys"), &simulated);
    assert!(matches!(refused, Err(OpenError::Clock { found: "real", .. })));
}

#[tokio::test]
async fn derived_keys_stay_the_same_and_differ_by_purpose() {
    let (bench, _) = filled().await;
    let (cache, callback) = (bench.store.derive_key("cache"), bench.store.derive_key("callback"));
    assert_ne!(cache, callback);
    let bench = bench.again();
    assert_eq!(bench.store.derive_key("cache"), cache);
    assert_ne!(Bench::disk().store.derive_key("cache"), cache);
}

#[tokio::test]
async fn nothing_personal_lies_on_disk_in_the_clear() {
    let (bench, mut story) = filled().await;
    let case = story.case.id.clone();
    story.accept(at(1)).do_task(at(2), "review");
    let mut group = Group::new();
    crate::add(&mut group, &mut story);
    group.put_licence(&crate::sample::licence("L1", &case, subject(), Some("capability-1")));
    group.reply(
        "portal",
        "key-of-a-request",
        banshi_store::Reply {
            request: banshi_model::ids::Digest::of(b""),
            status: 201,
            body: crate::sample::NAME.into(),
            case: Some(case.clone()),
        },
    );
    group.put_draft(&case, &serde_json::json!({"name": crate::sample::NAME}), at(9));
    bench.store.commit(group).await.unwrap();
    let path = bench.path().to_owned();
    drop(bench.store);
    let mut looked_at = 0;
    for file in files(&path) {
        let bytes = std::fs::read(&file).unwrap();
        looked_at += bytes.len();
        for secret in
            [crate::sample::NAME, crate::sample::SUBJECT, "世纪大道", "capability-1", "key-of-a-request", "officer-1"]
        {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} lies in {}", file.display());
        }
    }
    assert!(looked_at > 2_000);
}

fn files(path: &std::path::Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(path)
        .unwrap()
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { files(&path) } else { vec![path] }
        })
        .collect()
}

#[tokio::test]
async fn groups_that_were_acknowledged_and_are_gone_are_missed_at_open() {
    let (bench, mut story) = filled().await;
    let (data, keys) = (bench.path().join("data"), bench.path().join("keys"));
    let Bench { store, folder } = bench;
    drop(store);
    copy(&data.join("sled"), &data.join("older"));
    let store = Store::open(&data, &keys, &options()).unwrap();
    story.accept(at(5));
    save(&store, &mut story).await.unwrap();
    drop(store);
    std::fs::remove_dir_all(data.join("sled")).unwrap();
    std::fs::rename(data.join("older"), data.join("sled")).unwrap();
    assert!(matches!(Store::open(&data, &keys, &options()), Err(OpenError::Lost { acknowledged: 2, found: 1, .. })));
    assert!(matches!(verify_data(&data), Err(OpenError::Lost { .. })));
    std::fs::remove_file(data.join("witness")).unwrap();
    assert_eq!(Store::open(&data, &keys, &options()).unwrap().case(&story.case.id).unwrap().unwrap().seq, 1);
    drop(folder);
}

pub fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[tokio::test]
async fn a_folder_is_walked_without_its_keys() {
    let (bench, _) = filled().await;
    let data = bench.path().join("data");
    let Bench { store, folder } = bench;
    drop(store);
    let report = verify_data(&data).unwrap();
    assert_eq!(report.faults, []);
    assert_eq!((report.cases, report.entries, report.unsealed), (1, 1, false));
    assert!(matches!(verify_data(&folder.unwrap().path().join("nothing")), Err(OpenError::Format { .. })));
}

#[tokio::test]
async fn a_disk_that_is_nearly_full_is_told_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
    let store = Store::open(&data, &keys, &Options { reserve_bytes: u64::MAX, ..options() }).unwrap();
    let mut story = Story::begin(&id("310115", 1), draft("310115", subject()), at(0));
    let refused = save(&store, &mut story).await;
    assert!(matches!(refused, Err(banshi_store::Error::Full { .. })), "{refused:?}");
    assert!(store.case(&story.case.id).unwrap().is_none());
}

#[tokio::test]
async fn what_is_queued_when_the_last_handle_goes_is_finished() {
    let (bench, _) = filled().await;
    let path = bench.path().to_owned();
    let commits: Vec<_> = (2..40)
        .map(|n| {
            let store = bench.store.clone();
            tokio::spawn(async move {
                save(&store, &mut Story::begin(&id("310115", n), draft("310115", subject()), at(0))).await
            })
        })
        .collect();
    for commit in commits {
        commit.await.unwrap().unwrap();
    }
    let bench = bench.again();
    assert_eq!(bench.store.verify().unwrap().cases, 39);
    assert!(path.exists());
}

#[tokio::test]
async fn who_listens_is_told_what_was_written_and_nothing_of_what_was_refused() {
    let (bench, mut story) = filled().await;
    let written = bench.store.tap();
    let stale = story.case.clone();
    story.step(at(1), Vec::new());
    save(&bench.store, &mut story).await.unwrap();
    let told = written.try_recv().unwrap();
    assert!(told.pairs.iter().any(|(_, value)| value.is_some()));

    let mut late = Story { case: stale, seq: 1, fresh: Vec::new(), before: 1 };
    late.step(at(2), Vec::new());
    assert!(save(&bench.store, &mut late).await.is_err());
    assert!(written.try_recv().is_err());
}
