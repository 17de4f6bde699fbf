//! What the runtime trusts of what lies in its folder of compiled components.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use banshi_model::package::Kind;
use banshi_runtime::Options;

use crate::support::{Bench, layer, plain, unruly};

fn only_file(bench: &Bench) -> PathBuf {
    let mut files: Vec<_> = fs::read_dir(bench.cache()).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

#[tokio::test]
async fn what_was_compiled_at_admission_is_found_after_a_restart() {
    let mut bench = Bench::new();
    let package = bench.packages.add(plain());
    bench.runtime.admit(Kind::Matter, plain()).await.unwrap();
    bench.restart();
    bench.runtime.knobs(package).await.unwrap();
    let counts = bench.runtime.metrics();
    assert_eq!((counts.compiled, counts.cache_hits, counts.cache_refused), (0, 1, 0));
}

#[tokio::test]
async fn the_folder_and_its_files_are_the_owners_alone() {
    let bench = Bench::new();
    bench.runtime.admit(Kind::Matter, plain()).await.unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(bench.cache()), 0o700);
    assert_eq!(mode(only_file(&bench)), 0o600);
}

#[tokio::test]
async fn a_file_that_was_changed_anywhere_is_compiled_again_and_never_run() {
    let mut bench = Bench::new();
    let package = bench.packages.add(plain());
    bench.runtime.admit(Kind::Matter, plain()).await.unwrap();
    let file = only_file(&bench);
    let honest = fs::read(&file).unwrap();
    for place in [0, 31, 32, honest.len() / 2, honest.len() - 1] {
        let mut forged = honest.clone();
        forged[place] ^= 1;
        fs::write(&file, forged).unwrap();
        bench.restart();
        bench.runtime.knobs(package).await.unwrap();
        let counts = bench.runtime.metrics();
        assert_eq!((counts.compiled, counts.cache_refused), (1, 1), "byte {place}");
        assert_eq!(fs::read(&file).unwrap(), honest, "the honest file is back");
    }
    for cut in [0, 16, 32, honest.len() - 1] {
        fs::write(&file, &honest[..cut]).unwrap();
        bench.restart();
        bench.runtime.knobs(package).await.unwrap();
        assert_eq!(bench.runtime.metrics().cache_refused, 1, "cut at {cut}");
    }
}

#[tokio::test]
async fn a_file_of_another_component_does_not_pass_under_this_ones_name() {
    let mut bench = Bench::new();
    let package = bench.packages.add(plain());
    bench.runtime.admit(Kind::Matter, plain()).await.unwrap();
    let own = only_file(&bench);
    bench.runtime.admit(Kind::Matter, unruly()).await.unwrap();
    let other = fs::read_dir(bench.cache()).unwrap().map(|file| file.unwrap().path()).find(|path| *path != own);
    fs::copy(other.unwrap(), &own).unwrap();
    bench.restart();
    bench.runtime.knobs(package).await.unwrap();
    assert_eq!(bench.runtime.metrics().cache_refused, 1);
}

#[tokio::test]
async fn a_folder_that_was_written_under_another_key_is_not_trusted() {
    let mut bench = Bench::new();
    let package = bench.packages.add(plain());
    bench.runtime.admit(Kind::Matter, plain()).await.unwrap();
    bench.restart_with_key([8; 32]);
    bench.runtime.knobs(package).await.unwrap();
    assert_eq!(bench.runtime.metrics().cache_refused, 1);
}

#[tokio::test]
async fn what_nobody_will_read_is_removed_at_start_and_nothing_else() {
    let mut bench = Bench::new();
    bench.runtime.admit(Kind::Matter, plain()).await.unwrap();
    let (ours, notes) = (only_file(&bench), bench.cache().join("notes.txt"));
    let interrupted = bench.cache().join(format!("{}.0.writing", ours.file_name().unwrap().display()));
    let of_another_engine = bench.cache().join(format!("{0}-{0}.cwasm", "0".repeat(64)));
    for file in [&interrupted, &of_another_engine, &notes] {
        fs::write(file, b"left").unwrap();
    }
    bench.restart();
    let there = [&ours, &notes, &interrupted, &of_another_engine].map(|file| file.exists());
    assert_eq!(there, [true, true, false, false]);
}

#[tokio::test]
async fn the_one_that_was_not_called_for_longest_is_evicted_and_comes_back() {
    let bench = Bench::with(Options { loaded_components: 2, ..Options::default() });
    let (first, second) = (bench.packages.add(plain()), bench.packages.add(unruly()));
    let third = bench.packages.add(layer());
    bench.runtime.knobs(first).await.unwrap();
    bench.runtime.knobs(second).await.unwrap();
    bench.runtime.knobs(first).await.unwrap();
    bench.runtime.refine_findings(third, &crate::support::draft(), &[]).await.unwrap();
    let counts = bench.runtime.metrics();
    assert_eq!((counts.loaded, counts.evicted), (2, 1));

    // The first is still there: it needs no store. The second is not.
    bench.packages.forget(first);
    bench.packages.forget(second);
    bench.runtime.knobs(first).await.unwrap();
    assert_eq!(bench.runtime.knobs(second).await.unwrap_err().code(), "package.unavailable");
    bench.packages.add(unruly());
    bench.runtime.knobs(second).await.unwrap();
    assert_eq!(bench.runtime.metrics().compiled, 3, "it comes back from the cache");
}

#[tokio::test]
async fn packages_with_the_same_component_share_what_is_loaded() {
    let bench = Bench::with(Options { loaded_components: 1, ..Options::default() });
    let packages: Vec<_> = (0..40).map(|number| bench.packages.add_as(&format!("matter-{number}"), plain())).collect();
    for package in &packages {
        bench.runtime.knobs(*package).await.unwrap();
    }
    let counts = bench.runtime.metrics();
    assert_eq!((counts.loaded, counts.compiled, counts.cache_hits, counts.evicted), (1, 1, 0, 0));

    // Of 40 packages some were let go, though their component stays; the last is still there.
    packages.iter().for_each(|package| bench.packages.forget(*package));
    assert_eq!(bench.runtime.knobs(packages[0]).await.unwrap_err().code(), "package.unavailable");
    bench.runtime.knobs(packages[39]).await.unwrap();

    // Another component takes the place of the one, with every package that had it.
    let other = bench.packages.add(unruly());
    bench.runtime.knobs(other).await.unwrap();
    let counts = bench.runtime.metrics();
    assert_eq!((counts.loaded, counts.evicted), (1, 1));
    assert_eq!(bench.runtime.knobs(packages[39]).await.unwrap_err().code(), "package.unavailable");
}
