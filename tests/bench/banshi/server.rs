//! The real binary as a child process: `banshi serve` on a folder of its own and a real clock, and simulated partners.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::cpu;
use crate::wire::{Wire, token};

/// A host that is not ready by then never will be.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// From which day the benchmark enacts.
const IN_FORCE_FROM: &str = "2021-01-01";
/// Principals that every host of the benchmark knows.
const TOKENS: &str = r#"
platform        role = "platform"
portal          role = "partner"
officer         role = "officer"; division = "310115"; department = "城市管理局"; units = ["规划科", "安全科", "交通科", "窗口"]
market          role = "officer"; division = "310115"; department = "市场监督管理局"; units = ["综合窗口", "市场监管·食品科", "市场监管·药械科", "市场监管·审批科"]
tobacco         role = "officer"; division = "310115"; department = "烟草专卖局"; units = ["烟草专卖·稽查科", "烟草专卖·许可科"]
"#;

/// A child process that says on its first line where it listens. Killed when it is dropped.
pub struct Server {
    child: Child,
    /// Where it answers.
    pub url: String,
    /// From its start until `/readyz` answered 200; zero for what is no host.
    pub ready_in: Duration,
}

impl Server {
    /// `banshi serve` on `folder`, with this configuration: `data/`, `keys`, `tokens.toml`, `config.toml`, `log`.
    pub fn start(folder: &Path, config: &Value) -> Result<Self> {
        Self::start_at(folder, config, None)
    }

    /// The same; a folder that is created has a simulated clock that shows this.
    pub fn start_at(folder: &Path, config: &Value, clock: Option<Timestamp>) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        private(&folder.join("tokens.toml"), &tokens())?;
        private(&folder.join("config.toml"), &toml::to_string(config)?)?;
        let mut command = Command::new(crate::context::banshi());
        command.args(["--json", "serve", "--listen", "127.0.0.1:0"]);
        for (name, file) in
            [("--data", "data"), ("--keys", "keys"), ("--tokens", "tokens.toml"), ("--config", "config.toml")]
        {
            command.arg(name).arg(folder.join(file));
        }
        if let Some(clock) = clock {
            command.args(["--simulated-clock", &clock.to_string()]);
        }
        let began = Instant::now();
        let mut server = Self::launch(command, folder)?;
        while !Wire::connect(&server.url)?.is_ready()? {
            ensure!(began.elapsed() < READY_WITHIN, "the host does not become ready");
            std::thread::sleep(Duration::from_millis(1));
        }
        server.ready_in = began.elapsed();
        Ok(server)
    }

    /// `banshi partner-sim`, which answers shared data from `answers` and calls back at once.
    pub fn partners(folder: &Path, secret: &Path, answers: &Path) -> Result<Self> {
        let mut command = Command::new(crate::context::banshi());
        command.args(["--json", "partner-sim", "--listen", "127.0.0.1:0", "--delay", "0"]);
        command.arg("--secret").arg(format!("@{}", secret.display())).arg("--answers").arg(answers);
        Self::launch(command, folder)
    }

    /// Another program that says where it listens as a host does; what it says else goes to `log` in the folder.
    pub fn launch(mut command: Command, folder: &Path) -> Result<Self> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("log"))?;
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let mut server = Self { child, url: String::new(), ready_in: Duration::ZERO };
        let said: Option<Value> = serde_json::from_str(&line).ok();
        let Some(url) = said.as_ref().and_then(|said| said["listening"].as_str()) else {
            let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            bail!("the process did not start: {line}{log}");
        };
        server.url = url.to_owned();
        Ok(server)
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its resident memory.
    pub fn rss_mib(&self) -> Result<f64> {
        cpu::rss_mib(self.pid())
    }

    /// Asks it to end and waits; everything that it accepted is on disk then.
    pub fn stop(mut self) -> Result<()> {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw).context("no process id")?;
        kill_process(pid, Signal::TERM)?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the process ended with {status}");
        Ok(())
    }

    /// Publishes a package and puts it in force for its own authority.
    pub fn put_in_force(&self, file: &[u8]) -> Result<()> {
        self.put_in_force_from(file, IN_FORCE_FROM)
    }

    /// The same from a day on.
    pub fn put_in_force_from(&self, file: &[u8], day: &str) -> Result<()> {
        let manifest = banshi_model::package::Package::decode(file)?.manifest;
        let (mut wire, platform) = (Wire::connect(&self.url)?, token("platform"));
        let key = format!("publish-{}", manifest.name.as_str().replace('/', "-"));
        let report: Value = wire.send(&platform, "/packages", &key, "application/octet-stream", file)?.read(201)?;
        let request = json!({
            "matter": manifest.matter, "authority": manifest.authority, "package": report["package"],
            "effective_from": day, "instrument": "测量〔2021〕1号",
        });
        let answer = wire.post(&platform, "/enactments", &format!("enact-{key}"), request.to_string().as_bytes())?;
        answer.read::<Value>(201).map(drop)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; there is nothing else to do about it here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The token file: the host keeps hashes only.
fn tokens() -> String {
    let mut file = String::new();
    for line in TOKENS.lines() {
        let Some((name, rest)) = line.split_once(' ') else { continue };
        let hash = hex::encode(Sha256::digest(token(name)));
        file += &format!("[[token]]\nname = \"{name}\"\nsha256 = \"{hash}\"\n{}\n", rest.trim().replace("; ", "\n"));
    }
    file
}

/// Writes a file that only its owner reads.
pub fn private(path: &Path, text: &str) -> Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}
