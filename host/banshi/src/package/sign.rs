//! Signing a package and checking its signatures, on files and without a host.

use std::path::{Path, PathBuf};

use banshi_model::package::Package;
use banshi_model::release::{Release, SigningRole};
use banshi_trust::{Asked, KeyId, PackageSignature, Refusal, SecretKey, SignatureFile, SignedRoot, Statement, judge};
use jiff::Timestamp;
use serde::Serialize;

use crate::client::Problem;
use crate::commands::package::read;
use crate::failure::{Failure, Kind, OrFail, Result};

/// The signature file beside a package.
pub fn beside(package: &Path) -> PathBuf {
    let mut whole = package.as_os_str().to_owned();
    whole.push(".sig");
    whole.into()
}

/// Reads the trust root.
pub fn root(path: &Path) -> Result<SignedRoot> {
    let bytes = std::fs::read(path).or_fail(Kind::Usage, format!("cannot read {}", path.display()))?;
    SignedRoot::parse(&bytes).map_err(refused)
}

/// A refusal as a failure: what the host would say.
pub fn refused(refusal: Refusal) -> Failure {
    let fix = [refusal.fix.zh, refusal.fix.en].join(" ");
    let problem = Problem {
        title: "签名或信任根不成立".to_owned(),
        status: 422,
        code: refusal.code.to_owned(),
        detail: refusal.text.zh,
        detail_en: refusal.text.en,
        place: Some(refusal.place),
        fix: Some(fix),
        ..Problem::default()
    };
    let error = anyhow::anyhow!("{} ({})", problem.title, problem.code);
    Failure { kind: Kind::Refused, error, problem: Some(Box::new(problem)) }
}

/// What was signed.
#[derive(Debug, Serialize)]
pub struct Signed {
    /// The signature file.
    pub file: PathBuf,
    /// By which key.
    pub key: KeyId,
    /// Whose it is, as the root says.
    pub person: String,
    /// In which role.
    pub role: SigningRole,
    /// How many signatures the file holds now.
    pub signatures: usize,
    /// What is still missing; none: the root is satisfied.
    pub missing: Option<String>,
}

/// Which file is signed, how.
#[derive(Debug)]
pub struct Wish<'a> {
    /// The package file.
    pub package: &'a Path,
    /// The signature file.
    pub file: PathBuf,
    /// The root that the signer has before them.
    pub root: &'a SignedRoot,
    /// In which role.
    pub role: SigningRole,
    /// Now.
    pub now: Timestamp,
}

/// Adds a signature to the file beside a package. A key that the root does not know is refused: nobody could use it.
pub fn sign(wish: Wish<'_>, key: &SecretKey) -> Result<Signed> {
    let (bytes, root) = (read(wish.package)?, &wish.root.signed);
    let id = key.public().or_fail(Kind::Usage, "no public key")?.id();
    let Some(known) = root.keys.get(&id) else {
        return Err(Failure::usage(format!("the trust root knows no key {id}; have the platform add it first")));
    };
    let mut file = existing(&wish.file)?.unwrap_or_default();
    let package = Package::digest(&bytes);
    let statement = Statement { package, role: wish.role, root: root.id.clone(), trust: root.version, at: wish.now };
    file.add(PackageSignature::new(statement, key).or_fail(Kind::Failed, "not signed")?);
    std::fs::write(&wish.file, serde_json::to_vec_pretty(&file)?)
        .or_fail(Kind::Usage, format!("cannot write {}", wish.file.display()))?;
    let authority = Package::decode(&bytes).or_fail(Kind::Usage, wish.package.display())?.manifest.authority;
    let judged = judge(root, &Asked { package, authority: &authority, now: wish.now }, &file);
    Ok(Signed {
        key: id,
        person: known.person.clone(),
        role: wish.role,
        signatures: file.signatures.len(),
        missing: judged.err().map(|refusal| [refusal.text.zh, refusal.text.en.unwrap_or_default()].join(" ")),
        file: wish.file,
    })
}

fn existing(path: &Path) -> Result<Option<SignatureFile>> {
    match std::fs::read(path) {
        Ok(bytes) => SignatureFile::parse(&bytes).map(Some).map_err(refused),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).or_fail(Kind::Usage, format!("cannot read {}", path.display())),
    }
}

/// The bytes of the signature file, where there is one.
pub fn signatures(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).or_fail(Kind::Usage, format!("cannot read {}", path.display())),
    }
}

/// Checks a package's signatures against a root, as a host on which it is installed would.
pub fn verify(package: &Path, file: &Path, root: &SignedRoot, now: Timestamp) -> Result<Release> {
    let bytes = read(package)?;
    let authority = Package::decode(&bytes).or_fail(Kind::Usage, package.display())?.manifest.authority;
    let asked = Asked { package: Package::digest(&bytes), authority: &authority, now };
    judge(&root.signed, &asked, &existing(file)?.unwrap_or_default()).map_err(refused)
}
