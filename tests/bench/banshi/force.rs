//! `file_to_force_s`: a signed settings variation on disk, until it is in force, by the commands that people use.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::context::{Context, banshi};
use crate::plain;
use crate::server::Server;
use crate::table::{Key, Measurement, Report, median};
use crate::wire::token;

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[Key {
        name: "file_to_force_s",
        goal: "≤ 5",
        includes: "wall time on an idle host with a trust root: `banshi package publish` of a settings variation with the \
                   signatures of three persons beside it, `banshi enact` from a day that has come, and a look by `banshi matter show` that \
                   it is a layer of what is in force; building and signing come before",
    }],
    run,
};

/// A district's department.
const DEPARTMENT: &str = "城市管理局";
/// Signs in which role.
const SIGNERS: [&str; 3] = ["author", "reviewer", "releaser"];

/// A person at a terminal of this host.
struct Desk<'a> {
    folder: &'a Path,
    url: &'a str,
}

fn run(context: &Context, report: &mut Report) -> Result<()> {
    let folder = context.fresh()?;
    let server = Server::start(&folder.path().join("host"), &json!({}))?;
    let desk = Desk { folder: folder.path(), url: &server.url };
    desk.trust()?;
    std::fs::write(desk.file("ground.banshi"), context.package(plain::SOURCE)?)?;
    desk.sign("ground.banshi", "city")?;
    desk.put_in_force("ground.banshi")?;
    let mut took = Vec::new();
    // The first round warms the host up and is not counted.
    for round in 0..=context.size(11, 1) {
        let name = desk.variation(round)?;
        let began = Instant::now();
        desk.put_in_force(&name)?;
        let shown: Value = serde_json::from_slice(&desk.run(&["matter", "show", plain::DIVISION, plain::MATTER])?)?;
        if round > 0 {
            took.push(began.elapsed().as_secs_f64());
        }
        let layers = shown["layers"].as_array().map_or(0, Vec::len);
        ensure!(layers == round + 2, "{layers} layers are in force after round {round}: {shown}");
    }
    server.stop()?;
    report.set("file_to_force_s", median(took));
    Ok(())
}

impl Desk<'_> {
    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// One command; what it says on its standard output.
    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        let output = Command::new(banshi())
            .arg("--json")
            .args(arguments)
            .current_dir(self.folder)
            .env("BANSHI_HOST", self.url)
            .env("BANSHI_TOKEN", token("platform"))
            .output()?;
        let said = || String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "banshi {}: {}", arguments.join(" "), said());
        Ok(output.stdout)
    }

    /// A root with a key of the platform's, and three persons each in the city and in the district.
    fn trust(&self) -> Result<()> {
        self.run(&["package", "keygen", "root", "--person", "root"])?;
        let whose = ["--platform", "bench", "--key", "root.pub", "--expires", "2099-01-01"];
        self.run(&[&["trust", "init", "root.json"], &whose[..]].concat())?;
        for (place, division) in [("city", "310000"), ("district", plain::DIVISION)] {
            for role in SIGNERS {
                let person = format!("{place}-{role}");
                self.run(&["package", "keygen", &person, "--person", &person])?;
            }
            let key = |role: &str| format!("{place}-{role}.pub");
            let whose = ["--name", place, "--department", DEPARTMENT, "--division", division];
            let [author, reviewer, releaser] = SIGNERS.map(key);
            let keys = ["--author", &author, "--reviewer", &reviewer, "--releaser", &releaser];
            self.run(&[&["trust", "delegate", "root.json"], &whose[..], &keys[..]].concat())?;
        }
        self.run(&["trust", "sign", "root.json", "--key", "root.key"])?;
        self.run(&["trust", "install", "root.json"]).map(drop)
    }

    fn sign(&self, package: &str, place: &str) -> Result<()> {
        for role in SIGNERS {
            let key = format!("{place}-{role}.key");
            self.run(&["package", "sign", package, "--role", role, "--key", &key, "--trust", "root.json"])?;
        }
        Ok(())
    }

    /// The signed variation of a round, built as an author builds it.
    fn variation(&self, round: usize) -> Result<String> {
        let (folder, name) = (self.file(&format!("round-{round}")), format!("round-{round}.banshi"));
        std::fs::create_dir(&folder)?;
        let manifest = format!(
            "name = \"bench/round-{round}\"\nversion = \"1.0.0\"\nkind = \"settings\"\nmatter = \"{}\"\n\
             authority = {{ department = \"{DEPARTMENT}\", division = \"{}\" }}\n\
             title = {{ zh = \"测量\", en = \"a measurement\" }}\n\n[settings]\npromised-days = 4\n",
            plain::MATTER,
            plain::DIVISION,
        );
        std::fs::write(folder.join("variation.toml"), manifest)?;
        self.run(&["package", "build", folder.to_str().context("a folder's name")?, "-o", &name])?;
        self.sign(&name, "district")?;
        Ok(name)
    }

    fn put_in_force(&self, package: &str) -> Result<()> {
        self.run(&["package", "publish", package])?;
        self.run(&["enact", package, "--from", "2021-01-01", "--instrument", "测量〔2021〕1号"]).map(drop)
    }
}
