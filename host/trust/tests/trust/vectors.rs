//! Test vectors of the standards.

use banshi_trust::key::KeyError;
use banshi_trust::{Algorithm, PublicKey, SecretKey};
use sm3::Digest as _;
use zeroize::Zeroizing;

fn secret(algorithm: Algorithm, text: &str) -> SecretKey {
    let bytes: [u8; 32] = hex::decode(text).unwrap().try_into().unwrap();
    SecretKey::new(algorithm, Zeroizing::new(bytes)).unwrap()
}

/// RFC 8032, 7.1: tests 1, 2 and 3.
#[test]
fn ed25519_gives_the_signatures_of_rfc_8032() {
    let vectors = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ];
    for (key, public, message, signature) in vectors {
        let (key, message) = (secret(Algorithm::Ed25519, key), hex::decode(message).unwrap());
        assert_eq!(key.public().unwrap().to_hex(), public);
        assert_eq!(hex::encode(key.sign(&message).unwrap()), signature);
        key.public().unwrap().verify(&message, &hex::decode(signature).unwrap()).unwrap();
    }
}

/// GB/T 32905, appendix A.1.
#[test]
fn sm3_gives_the_digest_of_its_standard() {
    let digest = hex::encode(sm3::Sm3::digest(b"abc"));
    assert_eq!(digest, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
}

/// GM/T 0003.5, appendix A.2: the key, the identity `1234567812345678`, the message and its signature.
#[test]
fn sm2_verifies_the_signature_of_its_standard() {
    let key = secret(Algorithm::Sm2Sm3, "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
    let x = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020";
    let y = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
    let public = key.public().unwrap();
    assert_eq!(public.to_hex(), ["04", x, y].concat());
    let r = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3";
    let s = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
    let signature = hex::decode([r, s].concat()).unwrap();
    public.verify(b"message digest", &signature).unwrap();
    assert_eq!(public.verify(b"message digest.", &signature), Err(KeyError::Signature));
}

#[test]
fn both_algorithms_refuse_another_message_another_key_and_a_changed_signature() {
    for algorithm in [Algorithm::Ed25519, Algorithm::Sm2Sm3] {
        let (key, other) = (secret(algorithm, &"11".repeat(32)), secret(algorithm, &"22".repeat(32)));
        let public = key.public().unwrap();
        let signature = key.sign(b"m").unwrap();
        assert_eq!(key.sign(b"m").unwrap(), signature, "signing draws no chance");
        public.verify(b"m", &signature).unwrap();
        assert!(public.verify(b"n", &signature).is_err());
        assert!(other.public().unwrap().verify(b"m", &signature).is_err());
        for nth in [0, 31, 32, 63] {
            let mut changed = signature;
            changed[nth] ^= 1;
            assert!(public.verify(b"m", &changed).is_err(), "byte {nth}");
        }
        for wrong in [&signature[..63], &[0; 64], &[0xff; 64], &[]] {
            assert_eq!(public.verify(b"m", wrong), Err(KeyError::Signature));
        }
    }
}

#[test]
fn what_is_no_public_key_is_refused() {
    let weak = [1].into_iter().chain([0; 31]).collect::<Vec<u8>>();
    assert_eq!(PublicKey::new(Algorithm::Ed25519, &weak), Err(KeyError::Public), "the neutral point");
    assert_eq!(PublicKey::new(Algorithm::Ed25519, &[0; 31]), Err(KeyError::Public));
    let mut point = hex::decode(secret(Algorithm::Sm2Sm3, &"11".repeat(32)).public().unwrap().to_hex()).unwrap();
    assert!(PublicKey::new(Algorithm::Sm2Sm3, &point).is_ok());
    point[64] ^= 1;
    assert_eq!(PublicKey::new(Algorithm::Sm2Sm3, &point), Err(KeyError::Public), "not on the curve");
    assert_eq!(PublicKey::new(Algorithm::Sm2Sm3, &point[..33]), Err(KeyError::Public), "one form only");
    assert_eq!(PublicKey::new(Algorithm::Sm2Sm3, &[0]), Err(KeyError::Public), "the point at infinity");
}

#[test]
fn a_scalar_out_of_range_is_no_private_key() {
    for wrong in ["00".repeat(32), "ff".repeat(32)] {
        let bytes: [u8; 32] = hex::decode(wrong).unwrap().try_into().unwrap();
        assert_eq!(SecretKey::new(Algorithm::Sm2Sm3, Zeroizing::new(bytes)).unwrap_err(), KeyError::Secret);
    }
    // n - 1: (1 + d) has no inverse, so it cannot sign.
    let last = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122";
    assert_eq!(secret(Algorithm::Sm2Sm3, last).sign(b"m"), Err(KeyError::Secret));
}

#[test]
fn a_private_key_is_not_shown() {
    let key = secret(Algorithm::Ed25519, &"ab".repeat(32));
    assert!(!format!("{key:?}").contains("ab".repeat(4).as_str()));
}
