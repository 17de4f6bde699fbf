//! Whoever can write the folder of compiled components has no code run by it.

use std::path::{Path, PathBuf};

use crate::support::{Host, host_with_plain_approval, package, plain_application};

/// Every compiled component below a folder.
fn compiled(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(compiled(&path));
        } else if path.extension().is_some_and(|ending| ending == "cwasm") {
            found.push(path);
        }
    }
    found
}

async fn counted(host: &Host, counter: &str) -> String {
    let metrics = host.as_("platform").metrics().await;
    let line = metrics.lines().find(|line| line.starts_with(counter)).unwrap_or_else(|| panic!("{metrics}"));
    line.rsplit(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_compiled_component_that_was_replaced_on_disk_is_not_run_but_compiled_again() {
    // Built before anything is said to the host: meanwhile it would close an idle connection.
    package("tests/guests/always-traps");
    let mut host = host_with_plain_approval().await;
    host.put_in_force("tests/guests/always-traps", "T-TRAP", "城市管理局", "310000").await;
    host.terminate();
    let files = compiled(host.folder());
    assert_eq!(files.len(), 2, "{files:?}");
    let honest: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    // Each in the other's place: both are whole files that this host wrote, under the wrong names.
    std::fs::write(&files[0], &honest[1]).unwrap();
    std::fs::write(&files[1], &honest[0]).unwrap();
    host.restart();
    let id = host.as_("applicant").submit(plain_application()).await;
    assert_eq!(host.as_("applicant").case(&id).await["phase"], "accepted");
    assert_eq!(counted(&host, "banshi_component_cache_refused_total").await, "1");
    assert!(host.logged().await.contains("is not what this host wrote"));

    // Code of the attacker's own behind the honest beginning.
    host.terminate();
    let own = files.iter().zip(&honest).find(|(file, honest)| std::fs::read(file).unwrap() == **honest).unwrap();
    let mut forged = own.1.clone();
    let middle = forged.len() / 2;
    forged[middle..].fill(0xcc);
    std::fs::write(own.0, forged).unwrap();
    host.restart();
    let id = host.as_("applicant").submit(plain_application()).await;
    assert_eq!(host.as_("applicant").case(&id).await["phase"], "accepted");
    assert_eq!(counted(&host, "banshi_component_cache_refused_total").await, "1");
    assert_eq!(std::fs::read(own.0).unwrap(), *own.1, "the honest file is back");
}
