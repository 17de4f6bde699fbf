//! Sealing: what a payload looks like once nobody can read it without the key.
//!
//! A sealed body is `suite:u8 ‖ nonce:12 ‖ ciphertext ‖ tag:16`. The associated data is the row's key and its
//! meta part, so that a value that is moved to another row, or whose clear part is changed, does not open.
//!
//! Nonces are 96 random bits. Every case has a key of its own that seals some thousand values in its life;
//! with 2^20 values under one key the chance of any repeat is 2^-57. Counters would need no luck, but a
//! folder that is restored from a backup would count over the same numbers again with the same keys.
//!
//! The suite byte names the cipher: 1 is AES-256-GCM. Another (SM4-GCM) implements [`Aead`] and takes a
//! number; values sealed before it keep reading.

use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce, Tag};
use zeroize::Zeroizing;

/// Bytes that a sealed body keeps in front of its ciphertext.
pub(crate) const HEADER_BYTES: usize = 1 + NONCE_BYTES;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// The body does not open: another key, another place, or changed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unsealable;

/// An authenticated cipher under one key.
pub(crate) trait Aead: Send + Sync {
    /// The number in the header of what it seals.
    fn suite(&self) -> u8;
    /// Seals `text` in place and returns the tag.
    fn seal(&self, nonce: &[u8; NONCE_BYTES], aad: &[u8], text: &mut [u8]) -> Result<[u8; TAG_BYTES], Unsealable>;
    /// Opens `text` in place.
    fn open(
        &self,
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        text: &mut [u8],
        tag: &[u8; TAG_BYTES],
    ) -> Result<(), Unsealable>;
}

/// AES-256-GCM.
struct AesGcm(Aes256Gcm);

impl Aead for AesGcm {
    fn suite(&self) -> u8 {
        1
    }

    fn seal(&self, nonce: &[u8; NONCE_BYTES], aad: &[u8], text: &mut [u8]) -> Result<[u8; TAG_BYTES], Unsealable> {
        self.0.encrypt_in_place_detached(Nonce::from_slice(nonce), aad, text).map(Into::into).map_err(|_| Unsealable)
    }

    fn open(
        &self,
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        text: &mut [u8],
        tag: &[u8; TAG_BYTES],
    ) -> Result<(), Unsealable> {
        let (nonce, tag) = (Nonce::from_slice(nonce), Tag::from_slice(tag));
        self.0.decrypt_in_place_detached(nonce, aad, text, tag).map_err(|_| Unsealable)
    }
}

/// A key, ready to seal and to open. Its memory is wiped when it is dropped.
pub(crate) struct Vault {
    cipher: Box<dyn Aead>,
}

impl Vault {
    /// A vault of a 32-byte key.
    pub(crate) fn new(key: &Zeroizing<[u8; 32]>) -> Self {
        Self { cipher: Box::new(AesGcm(Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key.as_slice())))) }
    }

    /// Seals a body in place. `body` has [`HEADER_BYTES`] free bytes in front of the plaintext.
    pub(crate) fn seal(&self, nonces: &mut Nonces, aad: &[u8], mut body: Vec<u8>) -> Result<Vec<u8>, Unsealable> {
        body.reserve_exact(TAG_BYTES);
        let nonce = nonces.next()?;
        let (header, text) = body.split_first_chunk_mut::<HEADER_BYTES>().ok_or(Unsealable)?;
        let tag = self.cipher.seal(&nonce, aad, text)?;
        let (suite, rest) = header.split_first_mut().ok_or(Unsealable)?;
        *suite = self.cipher.suite();
        rest.copy_from_slice(&nonce);
        body.extend_from_slice(&tag);
        Ok(body)
    }

    /// Opens a sealed body; the plaintext is what lies behind the first [`HEADER_BYTES`] bytes of the answer.
    pub(crate) fn open(&self, aad: &[u8], mut body: Vec<u8>) -> Result<Vec<u8>, Unsealable> {
        let text_end = body.len().checked_sub(TAG_BYTES).ok_or(Unsealable)?;
        let tag: [u8; TAG_BYTES] = *body.get(text_end..).and_then(<[u8]>::first_chunk).ok_or(Unsealable)?;
        body.truncate(text_end);
        let (header, text) = body.split_first_chunk_mut::<HEADER_BYTES>().ok_or(Unsealable)?;
        let [suite, nonce @ ..] = *header;
        if suite != self.cipher.suite() {
            return Err(Unsealable);
        }
        self.cipher.open(&nonce, aad, text, &tag)?;
        Ok(body)
    }
}

/// The associated data of a row's body.
pub(crate) fn aad(key: &[u8], meta: &[u8]) -> Vec<u8> {
    let length = u32::try_from(key.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&length, key, meta].concat()
}

/// Random nonces, drawn from the system some at a time.
pub(crate) struct Nonces {
    drawn: [[u8; NONCE_BYTES]; 8],
    used: usize,
}

impl Nonces {
    /// None drawn yet.
    pub(crate) const fn new() -> Self {
        Self { drawn: [[0; NONCE_BYTES]; 8], used: 8 }
    }

    fn next(&mut self) -> Result<[u8; NONCE_BYTES], Unsealable> {
        if self.used >= self.drawn.len() {
            getrandom::fill(self.drawn.as_flattened_mut()).map_err(|_| Unsealable)?;
            self.used = 0;
        }
        let nonce = self.drawn.get(self.used).copied().ok_or(Unsealable)?;
        self.used += 1;
        Ok(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(byte: u8) -> Vault {
        Vault::new(&Zeroizing::new([byte; 32]))
    }

    fn body(text: &[u8]) -> Vec<u8> {
        [&[0; HEADER_BYTES], text].concat()
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_place_only() {
        let sealed = vault(1).seal(&mut Nonces::new(), &aad(b"key", b"meta"), body(b"secret")).unwrap();
        let opened = vault(1).open(&aad(b"key", b"meta"), sealed.clone()).unwrap();
        assert_eq!(&opened[HEADER_BYTES..], b"secret");
        assert_eq!(vault(2).open(&aad(b"key", b"meta"), sealed.clone()), Err(Unsealable));
        assert_eq!(vault(1).open(&aad(b"yek", b"meta"), sealed.clone()), Err(Unsealable));
        assert_eq!(vault(1).open(&aad(b"key", b"atem"), sealed), Err(Unsealable));
    }

    #[test]
    fn a_byte_between_key_and_meta_cannot_change_sides() {
        assert_ne!(aad(b"ke", b"ymeta"), aad(b"key", b"meta"));
    }

    #[test]
    fn every_changed_bit_is_noticed() {
        let sealed = vault(1).seal(&mut Nonces::new(), b"", body(b"secret")).unwrap();
        for at in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[at / 8] ^= 1 << (at % 8);
            assert_eq!(vault(1).open(b"", changed), Err(Unsealable), "bit {at}");
        }
    }

    #[test]
    fn no_nonce_comes_twice() {
        let mut nonces = Nonces::new();
        let seen: std::collections::BTreeSet<_> = (0..100).map(|_| nonces.next().unwrap()).collect();
        assert_eq!(seen.len(), 100);
    }
}
