//! One signed request to one partner: no redirect, no proxy, a timeout over all of it, a bounded answer.

use banshi_engine::SourceProblem;
use jiff::Timestamp;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response};

use crate::options::{Endpoint, Error, Options};
use crate::sign;

/// Why a request brought nothing. Displayed as a fixed word that may be stored and logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Problem {
    /// No answer in time.
    #[error("timeout")]
    Timeout,
    /// No connection, or it broke.
    #[error("unreachable")]
    Unreachable,
    /// An answer that is no success; also a redirect, which is not followed.
    #[error("status-{0}")]
    Status(u16),
    /// An answer that is too long or does not read.
    #[error("invalid-answer")]
    Answer,
    /// Nobody is configured for this partner kind.
    #[error("unconfigured")]
    Unconfigured,
    /// The message could not be made.
    #[error("unsendable")]
    Unsendable,
}

impl From<Problem> for SourceProblem {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Timeout => Self::Timeout,
            Problem::Unreachable | Problem::Unconfigured => Self::Unreachable,
            Problem::Status(_) => Self::Refused,
            Problem::Answer | Problem::Unsendable => Self::Invalid,
        }
    }
}

/// The one client of this process for partners.
pub(crate) fn client(options: &Options) -> Result<Client, Error> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        return Err(Error::NoProvider);
    }
    let mut builder = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("banshi/", env!("CARGO_PKG_VERSION")));
    if let Some(path) = &options.ca_file {
        let pem = std::fs::read(path)
            .map_err(|e| Error::option("ca_file", format!("cannot read `{}`: {e}", path.display())))?;
        let authorities = reqwest::Certificate::from_pem_bundle(&pem)
            .map_err(|e| Error::option("ca_file", format!("`{}` is not PEM: {e}", path.display())))?;
        builder = builder.tls_certs_only(authorities);
    } else if !options.uses_tls() {
        // Without TLS no authorities are needed; a machine may have none installed.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|e| Error::Client(e.to_string()))
}

/// Posts `body`, signed for this moment of the wall clock. Answers what came back, its body not yet read.
pub(crate) async fn post(
    client: &Client,
    to: &Endpoint,
    content_type: &'static str,
    body: Vec<u8>,
) -> Result<Response, Problem> {
    let seconds = Timestamp::now().as_second();
    client
        .post(to.url.clone())
        .timeout(to.timeout)
        .header(CONTENT_TYPE, content_type)
        .header(sign::TIMESTAMP, seconds.to_string())
        .header(sign::SIGNATURE, sign::sign(&to.secret, seconds, &body))
        .body(body)
        .send()
        .await
        .map_err(|e| problem(&e))
}

/// Reads at most `most` bytes of an answer.
pub(crate) async fn read(mut response: Response, most: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| problem(&e))? {
        if bytes.len() + chunk.len() > most {
            return Err(Problem::Answer);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn problem(error: &reqwest::Error) -> Problem {
    match () {
        () if error.is_timeout() => Problem::Timeout,
        () if error.is_builder() => Problem::Unsendable,
        () => Problem::Unreachable,
    }
}
