//! The trust root, and packages with their signature files.

use banshi_engine::api::Page;
use banshi_engine::api::registry::AdmissionReport;
use banshi_engine::api::trust::{PinnedCase, TrustView};
use banshi_model::ids::Digest;
use banshi_trust::SignedRoot;

use super::registry::page;
use super::{Client, Key};
use crate::failure::Result;

impl Client {
    /// What is trusted.
    pub async fn trust(&self) -> Result<TrustView> {
        self.get(&["trust"], &[]).await
    }

    /// Installs a trust root.
    pub async fn install_trust(&self, root: &SignedRoot, key: &Key) -> Result<TrustView> {
        self.put(&["trust"], root, key).await
    }

    /// Open cases of a package that takes no new ones, a page.
    pub async fn closed_cases(&self, package: &Digest, cursor: Option<String>) -> Result<Page<PinnedCase>> {
        self.get(&["trust", "closed", &package.to_string(), "cases"], &page(cursor)).await
    }

    /// Publishes a package file with the signature file beside it, or alone where there is none.
    pub async fn publish_signed(
        &self,
        package: Vec<u8>,
        signatures: Option<Vec<u8>>,
        key: &Key,
    ) -> Result<AdmissionReport> {
        let (media_type, body) = signed(package, signatures);
        self.post_bytes(&["packages"], &media_type, body, key).await
    }

    /// What publishing that would answer; nothing of it is kept.
    pub async fn check_package(&self, package: Vec<u8>, signatures: Option<Vec<u8>>) -> Result<AdmissionReport> {
        let (media_type, body) = signed(package, signatures);
        self.ask_bytes(&["packages", "check"], &media_type, body).await
    }
}

/// A package's body and its media type, with the signature file where there is one.
fn signed(package: Vec<u8>, signatures: Option<Vec<u8>>) -> (String, Vec<u8>) {
    match signatures {
        None => ("application/octet-stream".to_owned(), package),
        Some(signatures) => together(&[("package", &package), ("signatures", &signatures)]),
    }
}

/// A `multipart/form-data` body (RFC 7578). Its boundary is the digest of the parts, which cannot stand in them.
fn together(parts: &[(&str, &[u8])]) -> (String, Vec<u8>) {
    let boundary = Digest::of(&parts.iter().map(|(_, bytes)| *bytes).collect::<Vec<_>>().concat()).to_string();
    let mut body = Vec::new();
    for (name, bytes) in parts {
        body.extend_from_slice(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; ").as_bytes());
        body.extend_from_slice(
            format!("filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}
