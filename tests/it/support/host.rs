//! A host as a child process, on a folder that goes when the test goes.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Caller, Roles, package, say};

/// How long a host may take to say that it listens, or why it does not.
const START_DEADLINE: Duration = Duration::from_secs(60);

/// How a host starts.
#[derive(Default)]
pub struct Start {
    clock: Option<String>,
    config: String,
}

impl Start {
    /// On a simulated clock.
    pub fn simulated(at: &str) -> Self {
        Self { clock: Some(at.to_owned()), ..Self::default() }
    }

    /// With this configuration file.
    pub fn configured(self, config: &str) -> Self {
        Self { config: config.to_owned(), ..self }
    }
}

/// A running host.
pub struct Host {
    child: Child,
    url: String,
    folder: TempDir,
    clock: Option<String>,
    environment: Vec<(String, String)>,
    files_max: Option<usize>,
    http: reqwest::Client,
}

/// A host that ended instead of listening.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; none: a signal ended it.
    pub code: Option<i32>,
    /// What it said on standard error.
    pub said: String,
}

impl Host {
    /// Starts one and waits until it listens.
    pub async fn start(start: Start) -> Self {
        let mut host = Self::prepare(start);
        host.restart();
        host
    }

    /// A folder with everything that a host needs, and no host yet: `restart` starts it.
    pub fn prepare(start: Start) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tokens.toml"), Roles::file()).unwrap();
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(folder.path().join("tokens.toml"), private).unwrap();
        std::fs::write(folder.path().join("config.toml"), &start.config).unwrap();
        // An error only says that another test has installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = client();
        let environment = Vec::new();
        Self { child: nobody(), url: String::new(), folder, clock: start.clock, environment, files_max: None, http }
    }

    /// Ends it as the kernel would: no signal handler runs.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }

    /// Asks it to end (SIGTERM) and gives the exit code.
    pub fn terminate(&mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.child.wait().unwrap().code()
    }

    /// Starts it again on the same folder.
    pub fn restart(&mut self) {
        if let Err(ended) = self.try_restart() {
            panic!("the host did not start (exit code {:?}): {}", ended.code, ended.said);
        }
    }

    /// Starts it again on the same folder; says how it ended where it did not come to listen.
    pub fn try_restart(&mut self) -> Result<(), Ended> {
        let before = std::fs::metadata(self.folder.path().join("log")).map_or(0, |log| log.len() as usize);
        self.launch();
        let stdout = self.child.stdout.take().unwrap();
        let (sender, line) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(stdout).read_line(&mut line);
            let _ = sender.send(line);
        });
        let Ok(line) = line.recv_timeout(START_DEADLINE) else {
            self.kill();
            panic!("the host neither listened nor ended within {START_DEADLINE:?}\n{}", self.log());
        };
        match serde_json::from_str::<Value>(&line) {
            Ok(said) => {
                self.url = said["listening"].as_str().unwrap().to_owned();
                Ok(())
            }
            Err(_) => Err(Ended { code: self.ended(), said: self.log().split_off(before) }),
        }
    }

    /// Starts the process, and waits for nothing.
    pub fn launch(&mut self) {
        let path = |name: &str| -> PathBuf { self.folder.path().join(name) };
        let log = std::fs::OpenOptions::new().create(true).append(true).open(path("log")).unwrap();
        let binary = env!("CARGO_BIN_EXE_banshi");
        let mut command = Command::new(self.files_max.map_or(binary, |_| "prlimit"));
        if let Some(files) = self.files_max {
            // It becomes the host, so the process is the same.
            command.arg(format!("--nofile={files}")).arg(binary);
        }
        command.arg("--json").arg("serve").arg("--data").arg(path("data")).arg("--keys").arg(path("keys"));
        command.arg("--tokens").arg(path("tokens.toml")).arg("--config").arg(path("config.toml"));
        command.args(["--listen", "127.0.0.1:0"]);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(clock) = &self.clock {
            command.args(["--simulated-clock", clock]);
        }
        self.child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    }

    /// Waits until the process has ended by itself; its exit code, or none where a signal ended it.
    pub fn ended(&mut self) -> Option<i32> {
        let began = std::time::Instant::now();
        while began.elapsed() < START_DEADLINE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.kill();
        panic!("the host did not end within {START_DEADLINE:?}")
    }

    /// The environment variables of the next start, instead of those before.
    pub fn set_environment(&mut self, environment: &[(&str, String)]) {
        self.environment = environment.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    }

    /// How many files the process of the next start may have open.
    pub fn set_files_max(&mut self, files: usize) {
        self.files_max = Some(files);
    }

    /// The process id; the same as long as nothing was restarted.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where it answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its folder: `data/`, `keys`, `tokens.toml`, `config.toml`, `log`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A caller with the token of this name.
    pub fn as_(&self, name: &str) -> Caller {
        Caller::new(self.http.clone(), self.url.clone(), Roles::token(name))
    }

    /// A caller without a token.
    pub fn anybody(&self) -> Caller {
        Caller::new(self.http.clone(), self.url.clone(), String::new())
    }

    /// Builds a package from source, publishes it and puts it in force from 2021-01-01 on.
    pub async fn put_in_force(&self, source: &str, matter: &str, department: &str, division: &str) -> Value {
        let digest = self.publish(source).await;
        self.enact(&digest, matter, department, division).await
    }

    /// Publishes and gives the digest.
    pub async fn publish(&self, source: &str) -> String {
        // Beside the connections, which are not looked after while their thread builds.
        let source = source.to_owned();
        let file = tokio::task::spawn_blocking(move || package(&source)).await.unwrap();
        let report = self.as_("platform").upload("/packages", file).await;
        say(&report, 201);
        report.body["package"].as_str().unwrap().to_owned()
    }

    /// Enacts from 2021-01-01 on.
    pub async fn enact(&self, digest: &str, matter: &str, department: &str, division: &str) -> Value {
        let request = json!({
            "matter": matter, "authority": { "department": department, "division": division }, "package": digest,
            "effective_from": "2021-01-01", "instrument": "测试〔2021〕1号",
        });
        let answer = self.as_("platform").post("/enactments", request).await;
        say(&answer, 201);
        answer.body
    }

    /// Moves the simulated clock; every due timer has fired when this returns.
    pub async fn clock(&self, to: &str) {
        let answer = self.as_("platform").post("/clock", json!({ "to": to })).await;
        say(&answer, 200);
    }

    /// Runs the binary on this host's folder, which must not be running then; gives exit code and output.
    pub fn offline(&self, args: &[&str]) -> (i32, String) {
        let data = self.folder.path().join("data");
        let keys = self.folder.path().join("keys");
        let output = Command::new(env!("CARGO_BIN_EXE_banshi"))
            .args(args)
            .arg("--data")
            .arg(data)
            .arg("--keys")
            .arg(keys)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
    }

    /// What the host has logged of all that it did until now. It writes its lines beside its work, in their order, so it is
    /// asked something that stands behind all of them.
    pub async fn logged(&self) -> String {
        static ASKED: AtomicU64 = AtomicU64::new(0);
        let id = format!("00000000-0000-4000-8000-{:012x}", ASKED.fetch_add(1, Ordering::Relaxed));
        let asked = self.http.get(format!("{}/healthz", self.url)).header("x-request-id", &id).send().await;
        assert_eq!(asked.unwrap().status(), 200);
        let written = async {
            while !self.log().contains(&id) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let written = tokio::time::timeout(START_DEADLINE, written).await;
        assert!(written.is_ok(), "the host does not log what it is asked");
        self.log()
    }

    /// What stands in the log so far; all of it once the host has ended by itself, see `logged` else.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("---- log of the host ----\n{}", self.log());
        }
    }
}

/// A process that has ended, where none was started yet.
fn nobody() -> Child {
    let mut child = Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    child
}

/// Drops an idle connection before the host does: a test that blocks its only thread (on a build, on the command line)
/// does not see the host's close, and its next request would go into a closed connection.
fn client() -> reqwest::Client {
    reqwest::Client::builder().pool_idle_timeout(Duration::from_secs(5)).build().unwrap()
}
