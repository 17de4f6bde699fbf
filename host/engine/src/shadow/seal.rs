//! The host's signature under reports: Ed25519, with a key of this purpose alone that derives from the key file.

use banshi_model::ids::Digest;
use banshi_store::Store;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::Serialize;

use crate::api::shadow::{ShadowKey, ShadowReport, SignOff, Signature};

/// The one algorithm there is now.
const ALGORITHM: &str = "ed25519";
/// What is signed begins with its purpose, so that no signature of one thing stands for another.
const REPORT: &[u8] = b"banshi shadow report\n";
const SIGN_OFF: &[u8] = b"banshi shadow sign-off\n";

/// A report that its signature does not belong to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsealed {
    /// Not signed with this algorithm.
    #[error("the signature's algorithm `{0}` is not ed25519")]
    Algorithm(String),
    /// Signed by another host.
    #[error("the report was signed with the key {0}, which is not this host's")]
    Key(String),
    /// Changed since, or never signed.
    #[error("the signature does not belong to this report: it was changed since, or never signed")]
    Signature,
}

/// A report's digest: what a person signs off.
pub fn digest(report: &ShadowReport) -> Digest {
    Digest::of(&bytes(REPORT, report))
}

/// Checks a report against its signature; with `key`, also that it is this host's.
pub fn verify(report: &ShadowReport, signature: &Signature, key: Option<&str>) -> Result<(), Unsealed> {
    check(&bytes(REPORT, report), signature, key)
}

/// Checks a person's signature likewise.
pub fn verify_sign_off(sign_off: &SignOff, key: Option<&str>) -> Result<(), Unsealed> {
    let signature = sign_off.signature.as_ref().ok_or(Unsealed::Signature)?;
    check(&bytes(SIGN_OFF, &SignOff { signature: None, ..sign_off.clone() }), signature, key)
}

fn check(signed: &[u8], signature: &Signature, key: Option<&str>) -> Result<(), Unsealed> {
    if signature.algorithm != ALGORITHM {
        return Err(Unsealed::Algorithm(signature.algorithm.clone()));
    }
    if key.is_some_and(|key| key != signature.key) {
        return Err(Unsealed::Key(signature.key.clone()));
    }
    let (mut public, mut value) = ([0; 32], [0; 64]);
    hex::decode_to_slice(&signature.key, &mut public).map_err(|_| Unsealed::Signature)?;
    hex::decode_to_slice(&signature.value, &mut value).map_err(|_| Unsealed::Signature)?;
    let public = VerifyingKey::from_bytes(&public).map_err(|_| Unsealed::Signature)?;
    public.verify_strict(signed, &value.into()).map_err(|_| Unsealed::Signature)
}

/// What is signed: the purpose, then the JSON of the value with its members in the order of the type.
fn bytes(purpose: &[u8], value: &impl Serialize) -> Vec<u8> {
    let mut signed = purpose.to_vec();
    // Plain data with text keys: writing it cannot fail, and what was not written would not verify.
    if let Ok(json) = serde_json::to_vec(value) {
        signed.extend(json);
    }
    signed
}

/// The host's key.
pub(super) struct Seal(SigningKey);

impl Seal {
    pub(super) fn of(store: &Store) -> Self {
        Self(SigningKey::from_bytes(&store.derive_key("shadow-reports")))
    }

    pub(super) fn key(&self) -> ShadowKey {
        ShadowKey { algorithm: ALGORITHM.to_owned(), key: hex::encode(self.0.verifying_key().as_bytes()) }
    }

    pub(super) fn report(&self, report: &ShadowReport) -> Signature {
        self.sign(&bytes(REPORT, report))
    }

    pub(super) fn sign_off(&self, sign_off: &SignOff) -> Signature {
        self.sign(&bytes(SIGN_OFF, &SignOff { signature: None, ..sign_off.clone() }))
    }

    fn sign(&self, signed: &[u8]) -> Signature {
        let ShadowKey { algorithm, key } = self.key();
        Signature { algorithm, key, value: hex::encode(self.0.sign(signed).to_bytes()) }
    }
}
