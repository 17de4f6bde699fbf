//! Host and partners as child processes, with everything that they need: tokens, secret, configuration, answers.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use banshi_http::tokens::TokenFile;
use banshi_model::time;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::cast::Cast;
use super::process::Process;
use super::workspace::Samples;
use crate::client::Client;
use crate::failure::{Failure, Kind, OrFail, Result};
use crate::host::Folder;

/// How long one request may take; publishing compiles a component.
const PATIENCE: Duration = Duration::from_secs(300);
/// Kinds of partners as the configuration names them, with their paths.
const PARTNERS: [(&str, &str); 5] = [
    ("identity", "identity"),
    ("shared_data", "shared-data"),
    ("notice", "notice"),
    ("payment", "payment"),
    ("courier", "courier"),
];

/// Where the story plays. Dropping it kills both processes and removes what was temporary.
#[derive(Debug)]
pub struct Theatre {
    host: Process,
    partners: Process,
    // Dropped after the processes that write into it.
    scratch: TempDir,
}

/// Everybody's client, by the token's name.
pub struct Actors(BTreeMap<String, Client>);

impl Theatre {
    /// Opens it: `folder` is where the host keeps its data; none: in a temporary folder.
    pub async fn open(
        cast: &Cast,
        samples: &Samples,
        scratch: TempDir,
        folder: Option<Folder>,
    ) -> Result<(Self, Actors)> {
        let at = scratch.path();
        let folder = folder.unwrap_or_else(|| Folder { data: at.join("data"), keys: at.join("keys") });
        let tokens = tokens(cast, samples, &at.join("tokens.toml"))?;
        let secret = written(at, "partners.secret", hex::encode(random()?).as_bytes())?;
        let answers = written(at, "answers.json", &serde_json::to_vec(&cast.shared_data(samples)?)?)?;
        let secret = format!("@{}", secret.display());
        let args = ["--listen", "127.0.0.1:0", "--secret", &secret, "--answers"].map(Into::into);
        let args = args.into_iter().chain([answers.into_os_string()]).collect();
        let partners = Process::start("partner-sim", args, at).await?;

        let config =
            written(at, "banshi.toml", toml::to_string(&configuration(cast, partners.url(), &secret))?.as_bytes())?;
        let mut args: Vec<std::ffi::OsString> = vec!["--listen".into(), "127.0.0.1:0".into()];
        let starts = time::text(cast.starts);
        for (name, value) in [
            ("--data", folder.data.as_os_str()),
            ("--keys", folder.keys.as_os_str()),
            ("--tokens", at.join("tokens.toml").as_os_str()),
            ("--config", config.as_os_str()),
            ("--simulated-clock", starts.as_ref()),
        ] {
            args.extend([name.into(), value.to_owned()]);
        }
        let host = Process::start("serve", args, at).await?;
        let actors = Actors::new(host.url(), tokens)?;
        Ok((Self { host, partners, scratch }, actors))
    }

    /// The host.
    pub fn host(&self) -> &Process {
        &self.host
    }

    /// How often the host was started again.
    pub fn restarts(&mut self) -> Result<u32> {
        self.partners.restarts()?;
        self.host.restarts()
    }

    /// Resolves when one of them ends by itself.
    pub async fn ended(&mut self) -> Failure {
        tokio::select! {
            failure = self.host.ended() => failure,
            failure = self.partners.ended() => failure,
        }
    }

    /// What both said last.
    pub fn last_words(&self) -> String {
        self.host.last_words() + &self.partners.last_words()
    }

    /// Ends both, the host first: it finishes what it accepted.
    pub async fn close(self) -> Result {
        let Self { host, partners, scratch } = self;
        host.stop().await?;
        partners.stop().await?;
        Ok(scratch.close()?)
    }
}

impl Actors {
    fn new(host: &str, tokens: Vec<(String, String)>) -> Result<Self> {
        let nobody = Client::new(host, None, PATIENCE)?;
        let clients = tokens.into_iter().map(|(name, token)| Ok((name, nobody.with_token(&token)?)));
        Ok(Self(clients.collect::<Result<_>>()?))
    }

    /// The client of who bears this token.
    pub fn of(&self, name: &str) -> Result<&Client> {
        self.0.get(name).ok_or_else(|| Failure::new(Kind::Failed, format!("nobody in the cast is called `{name}`")))
    }
}

/// Makes a token for everybody; the file keeps their hashes.
fn tokens(cast: &Cast, samples: &Samples, path: &Path) -> Result<Vec<(String, String)>> {
    let mut made = Vec::new();
    for (name, role) in cast.roles(samples)? {
        let random = random()?;
        let token = TokenFile::edit(path, |file| file.create(&name, role, None, random))?;
        made.push((name, token));
    }
    Ok(made)
}

fn random() -> Result<[u8; 32]> {
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|error| Failure::new(Kind::Failed, format!("no randomness: {error}")))?;
    Ok(random)
}

/// A file that only its owner reads.
fn written(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf> {
    let path = folder.join(name);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .or_fail(Kind::Failed, path.display())?;
    file.write_all(bytes).or_fail(Kind::Failed, path.display())?;
    Ok(path)
}

/// The host's configuration: under which codes its authorities issue, and where its partners are. Everything else stays as it is by default.
fn configuration(cast: &Cast, partners: &str, secret: &str) -> Value {
    let each = PARTNERS
        .map(|(kind, path)| (kind.to_owned(), json!({ "url": format!("{partners}/{path}"), "secret": secret })));
    json!({ "engine": { "authorities": cast.issuers }, "partners": Value::Object(each.into_iter().collect()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_reads_the_configuration_that_the_demo_writes() {
        let text =
            toml::to_string(&configuration(&Cast::load().unwrap(), "http://127.0.0.1:9", "0123456789abcdef")).unwrap();
        let config: crate::config::Config = toml::from_str(&text).unwrap();
        config.partners.check().unwrap();
        assert!(config.partners.courier.is_some());
        assert_eq!(config.engine.authorities.len(), 6);
    }
}
