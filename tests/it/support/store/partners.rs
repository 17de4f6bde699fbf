//! The simulated partners, `banshi partner-sim`, as a process of their own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{MARKET, TOBACCO, top};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// They answer from the sample of the reference case. They end with this.
pub(super) struct Partners {
    child: Child,
    url: String,
}

impl Partners {
    pub(super) fn start() -> Self {
        let answers = top().join("plugins/samples/shared-data.json");
        let mut command = Command::new(env!("CARGO_BIN_EXE_banshi"));
        command.args(["--json", "partner-sim", "--secret", SECRET, "--answers"]).arg(answers);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        Self { child, url: said["listening"].as_str().unwrap().to_owned() }
    }

    /// The host's configuration: where its partners are, and under which codes authorities issue.
    pub(super) fn config(&self) -> String {
        let mut text = format!(
            "[engine.authorities]\n\"{MARKET}@310115\" = \"11310115MB1A01151B\"\n\"{TOBACCO}@310115\" = \"11310115MB1B011521\"\n\
             \"{MARKET}@310101\" = \"11310101MB1A01012B\"\n\"{TOBACCO}@310101\" = \"11310101MB1B010131\"\n"
        );
        for (kind, path) in
            [("identity", "identity"), ("shared_data", "shared-data"), ("notice", "notice"), ("courier", "courier")]
        {
            text += &format!("[partners.{kind}]\nurl = \"{}/{path}\"\nsecret = \"{SECRET}\"\n", self.url);
        }
        text
    }
}

impl Drop for Partners {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
