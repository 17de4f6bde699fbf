//! What a partner sends back: the body of a callback, and the token that says which delivery it answers.
//! Pure; the key that the tokens are made with is an argument.
//!
//! A token is the outbox key and a MAC over it with the partner's kind, both in URL-safe Base64, with a full
//! stop between them. It names nothing that is secret and grants nothing without the MAC.

use banshi_model::case::Case;
use banshi_model::effect::{Outgoing, PartnerKind};
use banshi_model::text::Text;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::decide::REMOTE;
use crate::error::Error;

/// What a partner answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CallbackBody {
    /// An identity check ended.
    Identity {
        /// Whether the person is who they say.
        verified: bool,
        /// Whether they appeared in person; left out: as it was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        in_person: Option<bool>,
    },
    /// A look-up was answered.
    LookedUp {
        /// The answer; none: no record, or it failed.
        value: Option<Value>,
    },
    /// A payment was made or failed.
    Payment {
        /// Whether it was made.
        paid: bool,
    },
    /// A parcel arrived.
    Delivered {},
}

impl CallbackBody {
    /// Which partner may say this.
    pub fn partner(&self) -> PartnerKind {
        match self {
            Self::Identity { .. } => PartnerKind::Identity,
            Self::LookedUp { .. } => PartnerKind::SharedData,
            Self::Payment { .. } => PartnerKind::Payment,
            Self::Delivered {} => PartnerKind::Courier,
        }
    }
}

/// Refuses a remote check of somebody who must appear in person, unless an emergency puts the one in the place of the
/// other, or did when the check was asked. The partner's next answer may do better: this one is as if it had not come.
pub(crate) fn appeared(case: &Case, pending: &Outgoing, body: &CallbackBody) -> Result<(), Error> {
    let CallbackBody::Identity { verified: true, in_person: Some(false) } = body else { return Ok(()) };
    let named = |id: &String| pending.answers.as_ref() == Some(id);
    let must = case.signers.iter().any(|signer| signer.in_person && named(&signer.person.id));
    let asked_remotely = pending.data.pointer("/presence/kind").is_some_and(|kind| kind == REMOTE);
    if !must || asked_remotely || case.remote_identity().is_some() {
        return Ok(());
    }
    let zh = "该签署人须到场核验身份，远程核验不予采信";
    let en = "this signer has to appear in person; a remote check is not taken";
    Err(Error::Rule { rule: "identity.presence", text: Text::new(zh, en) })
}

/// The token under which a partner of this kind answers the delivery `key`.
pub(crate) fn seal(secret: &[u8], partner: PartnerKind, key: &str) -> Option<String> {
    let mac = mac(secret, partner, key)?;
    Some(format!("{}.{}", URL_SAFE_NO_PAD.encode(key), URL_SAFE_NO_PAD.encode(mac)))
}

/// The delivery that a token answers; none unless this host made the token for this kind of partner.
pub(crate) fn open(secret: &[u8], partner: PartnerKind, token: &str) -> Option<String> {
    let (key, given) = token.split_once('.')?;
    let key = String::from_utf8(URL_SAFE_NO_PAD.decode(key).ok()?).ok()?;
    let given = URL_SAFE_NO_PAD.decode(given).ok()?;
    bool::from(mac(secret, partner, &key)?.as_slice().ct_eq(&given)).then_some(key)
}

fn mac(secret: &[u8], partner: PartnerKind, key: &str) -> Option<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(format!("{partner:?}\n{key}").as_bytes());
    Some(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "310115-210426-7K3M9QX2TR/2/0";

    #[test]
    fn a_token_opens_for_the_partner_that_it_was_made_for_and_for_no_other() {
        let token = seal(b"secret", PartnerKind::Payment, KEY).unwrap();
        assert_eq!(open(b"secret", PartnerKind::Payment, &token).as_deref(), Some(KEY));
        assert_eq!(open(b"secret", PartnerKind::Courier, &token), None);
        assert_eq!(open(b"other", PartnerKind::Payment, &token), None);
    }

    #[test]
    fn a_token_that_is_cut_or_put_together_from_two_does_not_open() {
        let one = seal(b"secret", PartnerKind::Payment, KEY).unwrap();
        let two = seal(b"secret", PartnerKind::Payment, "310115-210426-7K3M9QX2TR/2/1").unwrap();
        let mixed = format!("{}.{}", one.split_once('.').unwrap().0, two.split_once('.').unwrap().1);
        for wrong in ["", ".", "!.!", &one[..one.len() - 1], &format!("{one}A"), &mixed] {
            assert_eq!(open(b"secret", PartnerKind::Payment, wrong), None, "{wrong}");
        }
    }
}
