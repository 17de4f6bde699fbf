//! How the HTTP face behaves. Every option with its default and unit; unknown keys are refused.

use std::time::Duration;

use axum::http::Uri;
use serde::Deserialize;

/// The options of section `[http]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpOptions {
    /// What the addresses in QR codes begin with, for example `https://zwfw.example.gov.cn`. Set it wherever
    /// a proxy stands in front. Default: none; then `http://` and the request's own Host.
    pub public_url: Option<String>,
    /// The largest JSON request, in bytes. Default 1 MiB.
    pub json_bytes_max: usize,
    /// The largest package file, in bytes. Default 32 MiB.
    pub package_bytes_max: usize,
    /// The largest document, in bytes. The engine has a limit of its own. Default 20 MiB.
    pub document_bytes_max: usize,
    /// The largest callback of a partner, in bytes. Default 64 KiB.
    pub callback_bytes_max: usize,
    /// How long the headers of a request may take to arrive, in milliseconds; so also how long an idle
    /// connection stays open. It must be longer than the keep-alive of the gateway in front, or that one meets
    /// a connection that was just closed. A host that strangers reach without a gateway may set it lower. Default 75,000.
    pub header_timeout_ms: u64,
    /// How long a request may take from its last header to its answer, in milliseconds. Default 30,000.
    pub request_timeout_ms: u64,
    /// The same for what is slow by nature: packages, documents, the clock. In milliseconds. Default 300,000.
    pub slow_timeout_ms: u64,
    /// How long a caller may take nothing of an answer before the connection is closed, in milliseconds. Keep it below
    /// `shutdown_grace_ms`, or whoever does not read makes a stop fail. Default 20,000.
    pub write_timeout_ms: u64,
    /// How many requests may be in work at once; one more is answered 503. Default 1,024.
    pub requests_max: usize,
    /// How many connections may be open at once; one more waits to be accepted. Default 4,096.
    pub connections_max: usize,
    /// How many streams of events may be open at once; one more is answered 503. Default 256.
    pub streams_max: usize,
    /// What `Retry-After` says where too much was asked at once, in seconds. Default 1.
    pub retry_after_seconds: u64,
    /// How long accepted requests may take to finish once the host stops, in milliseconds. Default 30,000.
    pub shutdown_grace_ms: u64,
    /// Whether `/metrics` answers without a platform token. Default false.
    pub metrics_without_token: bool,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            public_url: None,
            json_bytes_max: 1024 * 1024,
            package_bytes_max: 32 * 1024 * 1024,
            document_bytes_max: 20 * 1024 * 1024,
            callback_bytes_max: 64 * 1024,
            header_timeout_ms: 75_000,
            request_timeout_ms: 30_000,
            slow_timeout_ms: 300_000,
            write_timeout_ms: 20_000,
            requests_max: 1024,
            connections_max: 4096,
            streams_max: 256,
            retry_after_seconds: 1,
            shutdown_grace_ms: 30_000,
            metrics_without_token: false,
        }
    }
}

/// An option that cannot be; found at start and not at use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("option http.{option}: {what}; {fix}")]
pub struct OptionError {
    /// Which.
    pub option: &'static str,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub fix: &'static str,
}

impl HttpOptions {
    /// Checks what the types cannot say.
    pub fn check(&self) -> Result<(), OptionError> {
        let at_least_one = [
            ("json_bytes_max", self.json_bytes_max == 0),
            ("package_bytes_max", self.package_bytes_max == 0),
            ("document_bytes_max", self.document_bytes_max == 0),
            ("callback_bytes_max", self.callback_bytes_max == 0),
            ("header_timeout_ms", self.header_timeout_ms == 0),
            ("request_timeout_ms", self.request_timeout_ms == 0),
            ("slow_timeout_ms", self.slow_timeout_ms == 0),
            ("write_timeout_ms", self.write_timeout_ms == 0),
            ("requests_max", self.requests_max == 0),
            ("connections_max", self.connections_max == 0),
            ("streams_max", self.streams_max == 0),
        ];
        if let Some((option, _)) = at_least_one.into_iter().find(|(_, zero)| *zero) {
            return Err(OptionError { option, what: "0 lets nothing through".to_owned(), fix: "give at least 1" });
        }
        self.public_url.as_deref().map_or(Ok(()), check_url)
    }

    /// `header_timeout_ms` as a duration.
    pub(crate) const fn header_timeout(&self) -> Duration {
        Duration::from_millis(self.header_timeout_ms)
    }

    /// `request_timeout_ms` as a duration.
    pub(crate) const fn request_timeout(&self) -> Duration {
        Duration::from_millis(self.request_timeout_ms)
    }

    /// `slow_timeout_ms` as a duration.
    pub(crate) const fn slow_timeout(&self) -> Duration {
        Duration::from_millis(self.slow_timeout_ms)
    }

    /// `write_timeout_ms` as a duration.
    pub(crate) const fn write_timeout(&self) -> Duration {
        Duration::from_millis(self.write_timeout_ms)
    }

    /// `shutdown_grace_ms` as a duration.
    pub(crate) const fn shutdown_grace(&self) -> Duration {
        Duration::from_millis(self.shutdown_grace_ms)
    }
}

fn check_url(url: &str) -> Result<(), OptionError> {
    let wrong = |what: String| OptionError {
        option: "public_url",
        what,
        fix: "write it like `https://zwfw.example.gov.cn`, without a path",
    };
    let uri: Uri = url.parse().map_err(|_| wrong(format!("`{url}` is not an address")))?;
    match uri.scheme_str() {
        Some("http" | "https") if uri.path() == "/" && uri.query().is_none() => Ok(()),
        _ => Err(wrong(format!("`{url}` does not begin with http:// or https://, or has a path or query"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_hold() {
        assert_eq!(HttpOptions::default().check(), Ok(()));
        assert_eq!(toml::from_str::<HttpOptions>("").unwrap(), HttpOptions::default());
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let error = toml::from_str::<HttpOptions>("request_timeout = 5").unwrap_err();
        assert!(error.to_string().contains("unknown field `request_timeout`"), "{error}");
    }

    #[test]
    fn a_limit_of_zero_is_refused_by_name() {
        let options: HttpOptions = toml::from_str("requests_max = 0").unwrap();
        assert_eq!(options.check().unwrap_err().option, "requests_max");
    }

    #[test]
    fn a_public_url_must_be_absolute_and_without_path_or_query() {
        for (url, good) in [
            ("https://zwfw.example.gov.cn", true),
            ("http://10.0.0.1:8080/", true),
            ("http://10.0.0.1:8080/banshi", false),
            ("zwfw.example.gov.cn", false),
            ("ftp://zwfw.example.gov.cn", false),
            ("https://zwfw.example.gov.cn/?a=b", false),
            ("not an address", false),
        ] {
            let options = HttpOptions { public_url: Some(url.to_owned()), ..HttpOptions::default() };
            assert_eq!(options.check().is_ok(), good, "{url}");
        }
    }
}
