//! HTTP/1.1 over one kept connection, with as little work as it takes: a client shares the machine with the host that
//! it measures.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A request that takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(120);

/// One open connection to a host.
pub struct Wire {
    stream: TcpStream,
    host: String,
    request: Vec<u8>,
    received: Vec<u8>,
}

/// An answer; the body is that of the last request on its connection.
pub struct Answer<'a> {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: &'a [u8],
}

/// The token of this name, in every token file that the benchmark writes.
pub fn token(name: &str) -> String {
    hex::encode(Sha256::digest(format!("benchmark token of {name}")))
}

impl Answer<'_> {
    /// The body, where the status is this one.
    pub fn read<T: DeserializeOwned>(&self, status: u16) -> Result<T> {
        ensure!(self.status == status, "{}: {}", self.status, String::from_utf8_lossy(self.body));
        Ok(serde_json::from_slice(self.body)?)
    }
}

impl Wire {
    /// Connects to `http://HOST:PORT`.
    pub fn connect(url: &str) -> Result<Self> {
        let host = url.strip_prefix("http://").context("an address begins with http://")?.to_owned();
        let stream = TcpStream::connect(&host).with_context(|| url.to_owned())?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, host, request: Vec::new(), received: Vec::new() })
    }

    /// Whether the host says that it takes work.
    pub fn is_ready(&mut self) -> Result<bool> {
        self.request.clear();
        write!(self.request, "GET /readyz HTTP/1.1\r\nhost: {}\r\n\r\n", self.host)?;
        Ok(self.exchange()?.status == 200)
    }

    /// Reads.
    pub fn get(&mut self, who: &str, path: &str) -> Result<Answer<'_>> {
        self.request.clear();
        write!(
            self.request,
            "GET /api/v1{path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {who}\r\n\r\n",
            self.host
        )?;
        self.exchange()
    }

    /// Writes JSON, under an idempotency key as every caller should. `who` is a token.
    pub fn post(&mut self, who: &str, path: &str, key: &str, body: &[u8]) -> Result<Answer<'_>> {
        self.send(who, path, key, "application/json", body)
    }

    /// Writes a body of any kind.
    pub fn send(&mut self, who: &str, path: &str, key: &str, kind: &str, body: &[u8]) -> Result<Answer<'_>> {
        self.request.clear();
        write!(
            self.request,
            "POST /api/v1{path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {who}\r\nidempotency-key: {key}\r\n\
             content-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            self.host,
            body.len()
        )?;
        self.request.extend_from_slice(body);
        self.exchange()
    }

    /// Asks with a JSON body where nothing is written.
    pub fn ask(&mut self, who: &str, path: &str, body: &Value) -> Result<Answer<'_>> {
        self.request.clear();
        let body = body.to_string();
        write!(
            self.request,
            "POST /api/v1{path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {who}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        )?;
        self.exchange()
    }

    fn exchange(&mut self) -> Result<Answer<'_>> {
        self.stream.write_all(&self.request)?;
        self.received.clear();
        let mut piece = [0; 16 << 10];
        let (head, length) = loop {
            let count = self.stream.read(&mut piece)?;
            ensure!(count > 0, "the host closed the connection");
            self.received.extend_from_slice(piece.get(..count).unwrap_or_default());
            if let Some(end) = self.received.windows(4).position(|window| window == b"\r\n\r\n") {
                break (end + 4, length(self.received.get(..end).unwrap_or_default())?);
            }
        };
        while self.received.len() < head + length {
            let count = self.stream.read(&mut piece)?;
            ensure!(count > 0, "the host closed the connection");
            self.received.extend_from_slice(piece.get(..count).unwrap_or_default());
        }
        let status = self.received.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
        let status = status.and_then(|digits| digits.parse().ok()).context("no status line")?;
        Ok(Answer { status, body: self.received.get(head..head + length).unwrap_or_default() })
    }
}

/// How long the body is, as the headers say.
fn length(head: &[u8]) -> Result<usize> {
    for line in std::str::from_utf8(head)?.split("\r\n").skip(1) {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            return Ok(value.trim().parse()?);
        }
        if name.eq_ignore_ascii_case("transfer-encoding") {
            bail!("an answer without a length");
        }
    }
    Ok(0)
}
