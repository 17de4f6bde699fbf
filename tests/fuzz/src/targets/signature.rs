//! Signature files beside packages: what they hold, and what a root makes of them.

use arbitrary::{Result, Unstructured};
use banshi_model::release::SigningRole;
use banshi_trust::{Asked, PackageSignature, SignatureFile, Statement, judge};

use super::trust::{authority, key, now, package, root, told};
use crate::json;

/// Bytes as they are, or a file that was right before it was edited.
pub fn run(data: &[u8]) {
    let Some((mode, rest)) = data.split_first() else { return };
    if mode % 4 == 0 {
        read(rest);
    } else {
        let _ = edited(&mut Unstructured::new(rest));
    }
}

fn right() -> SignatureFile {
    let (root, mut file) = (root().signed, SignatureFile::default());
    for (role, number) in SigningRole::ALL.into_iter().zip([11, 12, 13]) {
        let statement = Statement { package: package(), role, root: root.id.clone(), trust: 1, at: now() };
        file.add(PackageSignature::new(statement, &key(number)).expect("it can sign"));
    }
    file
}

fn edited(u: &mut Unstructured<'_>) -> Result<()> {
    let mut document = serde_json::to_value(right()).expect("a file is JSON");
    json::edit(u, &mut document)?;
    read(document.to_string().as_bytes());
    Ok(())
}

fn read(bytes: &[u8]) {
    let file = match SignatureFile::parse(bytes) {
        Ok(file) => file,
        Err(refusal) => return told(&refusal),
    };
    let written = serde_json::to_vec(&file).expect("what was read can be written");
    assert_eq!(SignatureFile::parse(&written).expect("what was written can be read"), file, "a file comes back");
    let (root, right, authority) = (root().signed, right(), authority());
    match judge(&root, &Asked { package: package(), authority: &authority, now: now() }, &file) {
        // Nothing counts but the very statements that were signed.
        Ok(release) => {
            assert!(
                file.signatures.iter().all(|one| right.signatures.iter().any(|good| good.statement == one.statement))
            );
            assert!(release.stands(|_| true) && !release.stands(|_| false));
        }
        Err(refusal) => told(&refusal),
    }
}
