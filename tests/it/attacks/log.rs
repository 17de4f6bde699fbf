//! A log that nobody reads: a collector that hangs must not stop the host that it collects from.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::FileTypeExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::{DAY_ONE, Host, Start, plain_application, say};

/// How long anything here may take.
const DEADLINE: Duration = Duration::from_secs(120);

/// Lines that the host says it lost.
async fn lost(host: &Host) -> u64 {
    let metrics = host.as_("platform").metrics().await;
    let line = metrics.lines().find_map(|line| line.strip_prefix("banshi_log_lines_lost_total "));
    line.map_or(0, |number| number.parse().unwrap())
}

/// Many requests at once, each of which is a line.
async fn some_lines(host: &Host) {
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let officer = host.as_("officer");
        asking.spawn(async move {
            for _ in 0..40 {
                say(&officer.get("/divisions/310115/matters").await, 200);
            }
        });
    }
    asking.join_all().await;
}

#[tokio::test]
async fn a_log_that_nobody_reads_stops_nobody_and_its_lost_lines_are_counted() {
    let mut host = Host::prepare(Start::simulated(DAY_ONE));
    // The log is a pipe that somebody has opened and does not read: it takes 64 KiB.
    let log = host.folder().join("log");
    assert!(Command::new("mkfifo").arg(&log).status().unwrap().success());
    assert!(log.metadata().unwrap().file_type().is_fifo());
    let pipe = OpenOptions::new().read(true).write(true).open(&log).unwrap();
    host.restart();
    // Nothing here reads the pipe by its name, which would wait.
    std::fs::remove_file(&log).unwrap();
    host.put_in_force("examples/plain-approval", "EX-PLAIN", "城市管理局", "310000").await;

    let began = Instant::now();
    while lost(&host).await == 0 {
        assert!(began.elapsed() < DEADLINE, "no line is lost, and nobody reads them");
        some_lines(&host).await;
    }
    let id = host.as_("applicant").submit(plain_application()).await;
    assert_eq!(host.as_("applicant").case(&id).await["phase"], "accepted");

    // Whoever reads again learns of it.
    let (sender, said) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    let told = tokio::task::spawn_blocking(move || {
        std::iter::from_fn(|| said.recv_timeout(DEADLINE).ok()).find(|line| line.contains("log lines were lost"))
    });
    let told = told.await.unwrap().expect("the gap is not told of");
    assert!(told.contains("lines.lost="), "{told}");
    assert_eq!(host.terminate(), Some(0));
}
