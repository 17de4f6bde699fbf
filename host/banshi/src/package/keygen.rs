//! Key files: the private half with mode 0600 and never shown or sent, the public half for whoever makes the trust root.

use std::fs::{OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use banshi_trust::edit::Holder;
use banshi_trust::{Algorithm, KeyId, PublicKey, SecretKey};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::failure::{Failure, Kind, OrFail, Result};

/// The format of a private key's file.
const PRIVATE: &str = "banshi-private-key@1";
/// The format of a public key's file.
const PUBLIC: &str = "banshi-public-key@1";
/// Draws for an SM2 key: one in 2^32 is no scalar, so the second never happens.
const DRAWS: usize = 8;

/// What a private key's file says. Not `Debug`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PrivateFile {
    format: String,
    algorithm: Algorithm,
    person: String,
    secret: String,
}

impl Drop for PrivateFile {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

/// What a public key's file says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicFile {
    format: String,
    algorithm: Algorithm,
    person: String,
    id: KeyId,
    public: String,
}

/// What was made.
#[derive(Debug, Serialize)]
pub struct Made {
    /// The private key's file.
    pub private: PathBuf,
    /// The public key's file.
    pub public: PathBuf,
    /// The key's id.
    pub id: KeyId,
    /// Who holds it.
    pub person: String,
    /// Which algorithm.
    pub algorithm: Algorithm,
}

/// Makes a key in `NAME.key` and `NAME.pub`; neither may be there.
pub fn keygen(name: &Path, algorithm: Algorithm, person: &str) -> Result<Made> {
    let key = draw(algorithm)?;
    let public = key.public().or_fail(Kind::Failed, "no public key")?;
    let (private_path, public_path) = (with(name, ".key"), with(name, ".pub"));
    if public_path.exists() {
        return Err(Failure::usage(format!("{} is there already", public_path.display())));
    }
    let secret = key.expose_hex();
    let file =
        PrivateFile { format: PRIVATE.to_owned(), algorithm, person: person.to_owned(), secret: secret.to_string() };
    let text = Zeroizing::new(serde_json::to_vec_pretty(&file)?);
    let doing = || format!("cannot make {}", private_path.display());
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&private_path)
        .or_fail(Kind::Usage, doing())?;
    // The process's mask may take bits away and never add one; this says so even where a default list of a folder does.
    out.set_permissions(Permissions::from_mode(0o600)).or_fail(Kind::Failed, doing())?;
    out.write_all(&text).and_then(|()| out.sync_all()).or_fail(Kind::Failed, doing())?;
    let id = public.id();
    let told =
        PublicFile { format: PUBLIC.to_owned(), algorithm, person: person.to_owned(), id, public: public.to_hex() };
    std::fs::write(&public_path, serde_json::to_vec_pretty(&told)?)
        .or_fail(Kind::Usage, format!("cannot write {}", public_path.display()))?;
    Ok(Made { private: private_path, public: public_path, id, person: person.to_owned(), algorithm })
}

fn draw(algorithm: Algorithm) -> Result<SecretKey> {
    for _ in 0..DRAWS {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|e| Failure::new(Kind::Failed, format!("no randomness: {e}")))?;
        if let Ok(key) = SecretKey::new(algorithm, bytes) {
            return Ok(key);
        }
    }
    Err(Failure::new(Kind::Failed, "no key could be drawn"))
}

fn with(name: &Path, ending: &str) -> PathBuf {
    let mut whole = name.as_os_str().to_owned();
    whole.push(ending);
    whole.into()
}

/// Reads a private key. One that others can read is refused: it may be known already.
pub fn private(path: &Path) -> Result<SecretKey> {
    let doing = || format!("cannot read {}", path.display());
    let mode = std::fs::metadata(path).or_fail(Kind::Usage, doing())?.permissions().mode();
    if mode & 0o077 != 0 {
        let (path, mode) = (path.display(), mode & 0o777);
        return Err(Failure::usage(format!(
            "{path} has mode {mode:o}: others may read it; make it 0600 or draw a new key"
        )));
    }
    let text = Zeroizing::new(std::fs::read(path).or_fail(Kind::Usage, doing())?);
    // What the parser says could repeat a part of the file.
    let no_key = || Failure::usage(format!("{} is no private key of `banshi package keygen`", path.display()));
    let file: PrivateFile = serde_json::from_slice(&text).map_err(|_| no_key())?;
    if file.format != PRIVATE {
        return Err(no_key());
    }
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(&file.secret, bytes.as_mut_slice()).map_err(|_| no_key())?;
    SecretKey::new(file.algorithm, bytes).map_err(|_| no_key())
}

/// Reads a public key with its holder.
pub fn public(path: &Path) -> Result<Holder> {
    let text = std::fs::read(path).or_fail(Kind::Usage, format!("cannot read {}", path.display()))?;
    let no_key = || Failure::usage(format!("{} is no public key of `banshi package keygen`", path.display()));
    let file: PublicFile = serde_json::from_slice(&text).map_err(|_| no_key())?;
    let key = PublicKey::from_hex(file.algorithm, &file.public).map_err(|_| no_key())?;
    if file.format != PUBLIC || key.id() != file.id {
        return Err(no_key());
    }
    Ok(Holder { key, person: file.person })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_is_for_its_owner_only_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("zhang.san");
        for algorithm in [Algorithm::Ed25519, Algorithm::Sm2Sm3] {
            let name = name.with_file_name(algorithm.word());
            let made = keygen(&name, algorithm, "张三").unwrap();
            assert_eq!(std::fs::metadata(&made.private).unwrap().permissions().mode() & 0o777, 0o600);
            let (secret, holder) = (private(&made.private).unwrap(), public(&made.public).unwrap());
            assert_eq!((secret.public().unwrap(), holder.person.as_str()), (holder.key, "张三"));
            let text = std::fs::read_to_string(&made.public).unwrap();
            assert!(!text.contains(secret.expose_hex().as_str()));
            assert!(keygen(&name, algorithm, "李四").is_err());
        }
    }

    #[test]
    fn a_private_key_that_others_can_read_is_refused_and_none_is_repeated_in_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let made = keygen(&folder.path().join("a"), Algorithm::Ed25519, "张三").unwrap();
        std::fs::set_permissions(&made.private, Permissions::from_mode(0o640)).unwrap();
        assert!(format!("{:#}", private(&made.private).unwrap_err().error).contains("mode 640"));
        std::fs::set_permissions(&made.private, Permissions::from_mode(0o600)).unwrap();
        let broken = std::fs::read_to_string(&made.private).unwrap().replace("\"secret\": \"", "\"secret\": \"zz");
        std::fs::write(&made.private, &broken).unwrap();
        let secret = broken.split("\"secret\": \"").nth(1).unwrap().split('"').next().unwrap();
        assert!(!format!("{:#}", private(&made.private).unwrap_err().error).contains(&secret[2..20]));
    }
}
