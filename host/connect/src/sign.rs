//! Signatures of messages between the host and its partners: one way to make them, one way to check them.
//!
//! `Banshi-Timestamp` holds seconds since 1970 in decimal, by the wall clock (never a simulated one);
//! `Banshi-Signature` holds `v1=` and the lower-case hex of HMAC-SHA-256 under the shared secret over the
//! timestamp's text, one full stop, and the body's bytes. Several signatures may stand there, parted by commas:
//! one that fits is enough, so that a secret can be exchanged without a gap.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The header with the seconds.
pub const TIMESTAMP: &str = "banshi-timestamp";
/// The header with the signature.
pub const SIGNATURE: &str = "banshi-signature";
/// How far the two clocks may be apart, in seconds.
pub const TOLERANCE_SECONDS: i64 = 300;

/// Why a message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    /// The timestamp is no number.
    #[error("`Banshi-Timestamp` is not a number of seconds")]
    Timestamp,
    /// Too far from this machine's time, or sent again later.
    #[error("`Banshi-Timestamp` is more than {TOLERANCE_SECONDS} s away; check both clocks")]
    Stale,
    /// No signature fits.
    #[error("`Banshi-Signature` does not fit; check that both sides hold the same secret")]
    Signature,
}

/// The value of `Banshi-Signature` for a body sent at `seconds`.
pub fn sign(secret: &[u8], seconds: i64, body: &[u8]) -> String {
    format!("v1={}", hex::encode(mac(secret, &seconds.to_string(), body).finalize().into_bytes()))
}

/// Checks a message that arrived at `now` (seconds). Compares in constant time.
pub fn verify(secret: &[u8], timestamp: &str, signature: &str, body: &[u8], now: i64) -> Result<(), Forged> {
    let seconds: i64 = timestamp.parse().map_err(|_| Forged::Timestamp)?;
    if now.abs_diff(seconds) > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(Forged::Stale);
    }
    let fits = signature
        .split(',')
        .filter_map(|one| one.trim().strip_prefix("v1="))
        .any(|one| hex::decode(one).is_ok_and(|bytes| mac(secret, timestamp, body).verify_slice(&bytes).is_ok()));
    if fits { Ok(()) } else { Err(Forged::Signature) }
}

fn mac(secret: &[u8], timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length; the error of `new_from_slice` cannot happen for it.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap_or_else(|_| Hmac::new(&Default::default()));
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"specversion":"1.0"}"#;

    /// Computed with `openssl dgst -sha256 -hmac`, so that a partner in another language can check itself.
    #[test]
    fn a_known_message_has_its_known_signature() {
        let signature = sign(b"0123456789abcdef", 1_619_402_400, BODY);
        assert_eq!(signature, "v1=3ed3b94b7afb43931215b68a4ac68d3a1313738551c869f4a80a9068bfb046fc");
    }

    #[test]
    fn a_signed_message_is_believed() {
        let signature = sign(b"secret", 1000, BODY);
        assert_eq!(verify(b"secret", "1000", &signature, BODY, 1300), Ok(()));
        assert_eq!(verify(b"secret", "1000", &format!("v1=00, {signature}"), BODY, 700), Ok(()));
    }

    #[test]
    fn another_body_secret_time_or_scheme_is_not_believed() {
        let signature = sign(b"secret", 1000, BODY);
        assert_eq!(verify(b"secret", "1000", &signature, b"{}", 1000), Err(Forged::Signature));
        assert_eq!(verify(b"other", "1000", &signature, BODY, 1000), Err(Forged::Signature));
        assert_eq!(verify(b"secret", "1001", &signature, BODY, 1000), Err(Forged::Signature));
        assert_eq!(verify(b"secret", "01000", &signature, BODY, 1000), Err(Forged::Signature));
        assert_eq!(verify(b"secret", "1000", &signature.replace("v1", "v0"), BODY, 1000), Err(Forged::Signature));
        assert_eq!(verify(b"secret", "1000", "", BODY, 1000), Err(Forged::Signature));
    }

    #[test]
    fn an_old_or_future_message_is_stale() {
        let signature = sign(b"secret", 1000, BODY);
        assert_eq!(verify(b"secret", "1000", &signature, BODY, 1301), Err(Forged::Stale));
        assert_eq!(verify(b"secret", "1000", &signature, BODY, 699), Err(Forged::Stale));
        assert_eq!(verify(b"secret", "soon", &signature, BODY, 1000), Err(Forged::Timestamp));
        assert_eq!(verify(b"secret", "-9223372036854775808", &signature, BODY, i64::MAX), Err(Forged::Stale));
    }
}
