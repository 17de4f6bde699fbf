//! Who the partners are, where they are reached, and how patiently. Everything is checked at start.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use banshi_model::effect::PartnerKind;
use reqwest::Url;
use serde::Deserialize;

use crate::backoff::Backoff;

/// A secret must have at least this many bytes.
const SECRET_BYTES_MIN: usize = 16;

/// Every kind of partner.
pub(crate) const KINDS: [PartnerKind; 5] =
    [PartnerKind::Identity, PartnerKind::SharedData, PartnerKind::Notice, PartnerKind::Payment, PartnerKind::Courier];

/// What cannot work, found at start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An option is not right.
    #[error("option `partners.{option}`: {what}")]
    Option {
        /// Which.
        option: String,
        /// What is wrong with it and what to write instead.
        what: String,
    },
    /// The process has no cryptography for TLS.
    #[error("no TLS provider is installed; install rustls' ring provider when the process starts")]
    NoProvider,
    /// The HTTP client does not start.
    #[error("http client does not start: {0}")]
    Client(String),
}

impl Error {
    pub(crate) fn option(option: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Option { option: option.into(), what: what.into() }
    }
}

/// Section `[partners]`: every option with its default and unit.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The `source` of every message, a URI reference. Default `urn:banshi:host`.
    pub source: String,
    /// Where partners reach this host: what stands before `/api/v1/callbacks/{token}`. Default: none; the binary
    /// fills in the address that it listens on.
    pub callback_url: Option<String>,
    /// Deliveries at once to each partner kind, 1 to 256. Default 8.
    pub concurrency: usize,
    /// How many due deliveries are known at once, in flight or waiting for a place, 1 to 100,000; a known one that waits
    /// costs its key. One partner's backlog hides another's deliveries only beyond this. Default 1024.
    pub scan: usize,
    /// Wait after the first failure, in milliseconds; doubles. Default 1000.
    pub backoff_first_ms: u64,
    /// The longest wait, in milliseconds. Default 3,600,000 (an hour).
    pub backoff_longest_ms: u64,
    /// Attempts before a delivery becomes a dead letter, 1 to 1000. Default 24.
    pub attempts: u32,
    /// PEM file of the authorities that partners' certificates are checked against, instead of the system's. Default:
    /// none, the system's.
    pub ca_file: Option<PathBuf>,
    /// 身份核验. Default: none; deliveries wait until a start at which there is one.
    pub identity: Option<Partner>,
    /// 数据共享. Default: none; every source of it answers as unreachable, and the applicant is asked.
    pub shared_data: Option<SharedDataPartner>,
    /// 通知. Default: none.
    pub notice: Option<Partner>,
    /// 统一支付. Default: none.
    pub payment: Option<Partner>,
    /// 统一物流. Default: none.
    pub courier: Option<Partner>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            source: "urn:banshi:host".to_owned(),
            callback_url: None,
            concurrency: 8,
            scan: 1024,
            backoff_first_ms: 1000,
            backoff_longest_ms: 3_600_000,
            attempts: 24,
            ca_file: None,
            identity: None,
            shared_data: None,
            notice: None,
            payment: None,
            courier: None,
        }
    }
}

/// One partner that takes deliveries.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// Where messages are posted to.
    pub url: String,
    /// What both sides sign with: at least 16 bytes, or `@` and the path of a file that holds it.
    pub secret: Secret,
    /// How long one request may take in all, in milliseconds. Default 5000.
    #[serde(default = "five_seconds")]
    pub timeout_ms: u64,
    /// Accept `http` to another machine: personal data then travels in the clear. Default false.
    #[serde(default)]
    pub plain_http: bool,
}

/// The shared data partner: takes deliveries (look-ups that a case waits for) and answers questions at once.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedDataPartner {
    /// Where messages are posted to.
    pub url: String,
    /// Where questions that a person waits for are posted to. Default: `url` with `/query` added.
    #[serde(default)]
    pub query_url: Option<String>,
    /// What both sides sign with: at least 16 bytes, or `@` and the path of a file that holds it.
    pub secret: Secret,
    /// How long one request may take in all, in milliseconds. Default 5000.
    #[serde(default = "five_seconds")]
    pub timeout_ms: u64,
    /// Questions at once, 1 to 1024. Default 32.
    #[serde(default = "thirty_two")]
    pub query_concurrency: usize,
    /// An answer may have this many bytes. Default 262,144.
    #[serde(default = "quarter_mib")]
    pub answer_bytes_max: usize,
    /// Accept `http` to another machine: personal data then travels in the clear. Default false.
    #[serde(default)]
    pub plain_http: bool,
}

fn five_seconds() -> u64 {
    5000
}

fn thirty_two() -> usize {
    32
}

fn quarter_mib() -> usize {
    256 * 1024
}

/// A shared secret, or where to read it. Shows nothing of itself.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// A secret, or `@` and a path.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret's bytes; reads the file where it names one. `option` is for the error.
    pub fn read(&self, option: &str) -> Result<Vec<u8>, Error> {
        let text = match self.0.strip_prefix('@') {
            None => self.0.clone(),
            Some(path) => std::fs::read_to_string(path)
                .map_err(|e| Error::option(option, format!("cannot read the file `{path}`: {e}")))?,
        };
        let bytes = text.trim_end_matches(['\r', '\n']).as_bytes().to_vec();
        if bytes.len() < SECRET_BYTES_MIN {
            return Err(Error::option(
                option,
                format!("shorter than {SECRET_BYTES_MIN} bytes; make one with `openssl rand -hex 32`"),
            ));
        }
        Ok(bytes)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A checked address with what a request to it needs.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) url: Url,
    pub(crate) secret: Vec<u8>,
    pub(crate) timeout: Duration,
}

impl Options {
    pub(crate) fn backoff(&self) -> Backoff {
        Backoff {
            first: Duration::from_millis(self.backoff_first_ms),
            longest: Duration::from_millis(self.backoff_longest_ms),
            attempts: self.attempts,
        }
    }

    /// The endpoint of a partner kind; none where it is not configured.
    pub(crate) fn endpoint(&self, kind: PartnerKind) -> Result<Option<Endpoint>, Error> {
        let name = crate::event::partner_name(kind).replace('-', "_");
        let partner = match kind {
            PartnerKind::Identity => self.identity.clone(),
            PartnerKind::SharedData => self.shared_data.as_ref().map(SharedDataPartner::as_partner),
            PartnerKind::Notice => self.notice.clone(),
            PartnerKind::Payment => self.payment.clone(),
            PartnerKind::Courier => self.courier.clone(),
        };
        partner.map(|partner| partner.endpoint(&name)).transpose()
    }

    /// Whether any partner is reached over TLS.
    pub(crate) fn uses_tls(&self) -> bool {
        let shared = self.shared_data.as_ref().map(|shared| (&shared.url, shared.query_url.as_ref()));
        let single = [&self.identity, &self.notice, &self.payment, &self.courier];
        let urls = single.into_iter().flatten().map(|partner| &partner.url);
        let mut urls = urls.chain(shared.iter().flat_map(|(url, query)| std::iter::once(*url).chain(*query)));
        urls.any(|url| Url::parse(url).is_ok_and(|url| url.scheme() == "https"))
    }

    /// Checks everything that can be checked without connecting; reads the secrets' files.
    pub fn check(&self) -> Result<(), Error> {
        in_range("concurrency", self.concurrency as u64, 1, 256)?;
        in_range("scan", self.scan as u64, 1, 100_000)?;
        in_range("attempts", u64::from(self.attempts), 1, 1000)?;
        in_range("backoff_first_ms", self.backoff_first_ms, 1, self.backoff_longest_ms)?;
        in_range("backoff_longest_ms", self.backoff_longest_ms, 1, 7 * 24 * 3_600_000)?;
        for kind in KINDS {
            self.endpoint(kind)?;
        }
        self.shared_data.as_ref().map_or(Ok(()), |shared| shared.query().map(drop))
    }
}

impl Partner {
    fn endpoint(&self, name: &str) -> Result<Endpoint, Error> {
        in_range(&format!("{name}.timeout_ms"), self.timeout_ms, 1, 600_000)?;
        Ok(Endpoint {
            url: address(&self.url, &format!("{name}.url"), self.plain_http)?,
            secret: self.secret.read(&format!("{name}.secret"))?,
            timeout: Duration::from_millis(self.timeout_ms),
        })
    }
}

impl SharedDataPartner {
    fn as_partner(&self) -> Partner {
        let (url, secret) = (self.url.clone(), self.secret.clone());
        Partner { url, secret, timeout_ms: self.timeout_ms, plain_http: self.plain_http }
    }

    /// Where questions go.
    pub(crate) fn query(&self) -> Result<Endpoint, Error> {
        in_range("shared_data.query_concurrency", self.query_concurrency as u64, 1, 1024)?;
        let url = self.query_url.clone().unwrap_or_else(|| format!("{}/query", self.url.trim_end_matches('/')));
        Partner { url, ..self.as_partner() }.endpoint("shared_data")
    }
}

fn in_range(option: &str, value: u64, least: u64, most: u64) -> Result<(), Error> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Error::option(option, format!("{value} is not between {least} and {most}")))
}

fn address(text: &str, option: &str, plain_http: bool) -> Result<Url, Error> {
    let wrong = |what: &str| Err(Error::option(option, what));
    let Ok(url) = Url::parse(text) else {
        return wrong("not an address; write it like `https://partner.example/banshi`");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("holds credentials; requests are signed with `secret` instead");
    }
    if url.fragment().is_some() {
        return wrong("holds a `#` part, which is never sent");
    }
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => Ok(url),
        "http" if here || plain_http => Ok(url),
        "http" => wrong("plain http would send personal data in the clear; use https, or say `plain_http = true`"),
        _ => wrong("neither http nor https"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Options, toml::de::Error> {
        toml::from_str(text)
    }

    fn identity(url: &str, more: &str) -> Result<Option<Endpoint>, Error> {
        parse(&format!("[identity]\nurl = \"{url}\"\nsecret = \"0123456789abcdef\"\n{more}"))
            .unwrap()
            .endpoint(PartnerKind::Identity)
    }

    #[test]
    fn an_unknown_option_is_refused() {
        assert!(parse("retries = 3").unwrap_err().to_string().contains("unknown field `retries`"));
        assert!(parse("[identity]\nurl = \"\"\nsecret = \"\"\nfollow = true").is_err());
    }

    #[test]
    fn an_address_must_be_safe() {
        assert!(identity("https://id.example.gov.cn/v1", "").unwrap().is_some());
        assert!(identity("http://127.0.0.1:9000/", "").unwrap().is_some());
        assert!(identity("http://[::1]:9000/", "").unwrap().is_some());
        assert!(identity("http://10.0.0.8/", "plain_http = true").unwrap().is_some());
        for url in [
            "http://10.0.0.8/",
            "https://u:p@id.example/",
            "ftp://id.example/",
            "file:///etc/passwd",
            "id",
            "https://a/#x",
        ] {
            assert!(identity(url, "").is_err(), "{url}");
        }
    }

    #[test]
    fn a_short_secret_is_refused_and_no_secret_is_shown() {
        let options = parse("[notice]\nurl = \"https://n.example\"\nsecret = \"hunter2\"").unwrap();
        assert!(!format!("{options:?}").contains("hunter2"));
        let error = options.endpoint(PartnerKind::Notice).err().unwrap().to_string();
        assert!(error.contains("partners.notice.secret") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_secret_may_stand_in_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "0123456789abcdef\n").unwrap();
        let secret = Secret::new(format!("@{}", file.path().display()));
        assert_eq!(secret.read("x").unwrap(), b"0123456789abcdef");
        assert!(Secret::new("@/does/not/exist").read("x").is_err());
    }

    #[test]
    fn numbers_outside_their_range_are_refused() {
        for text in ["concurrency = 0", "scan = 0", "attempts = 0", "backoff_first_ms = 0", "backoff_longest_ms = 1"] {
            assert!(parse(text).unwrap().check().is_err(), "{text}");
        }
        assert!(parse("").unwrap().check().is_ok());
    }

    #[test]
    fn questions_go_beside_the_deliveries_unless_told_otherwise() {
        let partner = |more: &str| -> SharedDataPartner {
            toml::from_str(&format!("url = \"https://d.example/in/\"\nsecret = \"0123456789abcdef\"\n{more}")).unwrap()
        };
        assert_eq!(partner("").query().unwrap().url.as_str(), "https://d.example/in/query");
        assert_eq!(partner("query_url = \"https://q.example/\"").query().unwrap().url.as_str(), "https://q.example/");
    }
}
