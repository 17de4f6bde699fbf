//! A child process of the demo: this very binary under another command. It never outlives its `Process`.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};

use crate::failure::{Failure, Kind, OrFail, Result};
use crate::host::ENDS_WITH_STDIN;

/// How long a child may take until it listens.
const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// How long a child may take to finish once it is asked to stop.
const STOPS_WITHIN: Duration = Duration::from_secs(10);
/// So many of its last log lines are shown when it failed.
const LOG_LINES: usize = 12;

/// A running child. Dropping it kills it, also while a panic unwinds.
#[derive(Debug)]
pub struct Process {
    name: &'static str,
    child: Child,
    /// Its standard input; taken from the child, which would close it when waited for.
    #[allow(dead_code, reason = "what it does is to stay open")]
    lifeline: Option<ChildStdin>,
    pid: Option<u32>,
    url: String,
    log: PathBuf,
}

/// The one line that a child says when it takes requests.
#[derive(Deserialize)]
struct Listening {
    listening: String,
}

impl Process {
    /// Starts `banshi NAME ARGS --json` and waits until it says where it listens. Its log goes into `folder`.
    pub async fn start(name: &'static str, args: Vec<OsString>, folder: &Path) -> Result<Self> {
        let program = std::env::current_exe().or_fail(Kind::Failed, "cannot tell where this binary is")?;
        let log = folder.join(format!("{name}.log"));
        let lines = File::create(&log).or_fail(Kind::Failed, log.display())?;
        let mut child = Command::new(program)
            .arg(name)
            .args(args)
            .arg("--json")
            // Held open by the demo: the child stops when it closes, even if the demo is killed.
            .stdin(Stdio::piped())
            .env(ENDS_WITH_STDIN, "1")
            .stdout(Stdio::piped())
            .stderr(lines)
            .kill_on_drop(true)
            .spawn()
            .or_fail(Kind::Failed, format!("cannot start `banshi {name}`"))?;
        let (pid, stdout, lifeline) = (child.id(), child.stdout.take(), child.stdin.take());
        let mut process = Self { name, child, lifeline, pid, url: String::new(), log };
        let mut line = String::new();
        if let Some(stdout) = stdout {
            let mut reader = BufReader::new(stdout);
            let read = tokio::time::timeout(STARTS_WITHIN, reader.read_line(&mut line)).await;
            read.map_err(|_| process.failed("did not listen in time"))??;
        }
        let said: Listening = serde_json::from_str(&line).map_err(|_| process.failed("did not start"))?;
        process.url = said.listening;
        Ok(process)
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.pid.unwrap_or_default()
    }

    /// How often it was started again since it first listened: never, or this is an error. A child that was not
    /// waited for keeps its id, so that an id that stayed and a child that has not ended are one and the same process.
    pub fn restarts(&mut self) -> Result<u32> {
        match self.child.try_wait()? {
            None if self.child.id() == self.pid => Ok(0),
            None => Err(self.failed("became another process")),
            Some(status) => Err(self.failed(&format!("ended by itself ({status})"))),
        }
    }

    /// Resolves when it ends by itself.
    pub async fn ended(&mut self) -> Failure {
        match self.child.wait().await {
            Ok(status) => self.failed(&format!("ended by itself ({status})")),
            Err(error) => error.into(),
        }
    }

    /// Asks it to finish what it accepted, and waits for that.
    pub async fn stop(mut self) -> Result {
        let pid = self.pid.and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid.filter(|_| matches!(self.child.try_wait(), Ok(None))) {
            // An error says that it has ended meanwhile.
            let _ = kill_process(pid, Signal::TERM);
        }
        match tokio::time::timeout(STOPS_WITHIN, self.child.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(self.failed(&format!("ended badly ({status})"))),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => {
                self.child.kill().await?;
                Err(self.failed("did not finish in time and was killed"))
            }
        }
    }

    /// The end of its log, for who looks for the reason of a failure.
    pub fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.get(lines.len().saturating_sub(LOG_LINES)..).unwrap_or_default();
        last.iter().map(|line| format!("  {} │ {line}\n", self.name)).collect()
    }

    fn failed(&self, what: &str) -> Failure {
        Failure::new(Kind::Refused, format!("`banshi {}` {what}\n{}", self.name, self.last_words()))
    }
}
