//! Package files, and what a manifest says of itself.

use arbitrary::{Result, Unstructured};
use banshi_model::package::{Kind, MAGIC, Package};
use serde_json::Value;

use super::{bounded, bounded_findings};
use crate::json;
use crate::registry::{admission, sample};

/// Bytes as they are, or a file around a manifest that was right before it was edited.
pub fn run(data: &[u8]) {
    let Some((mode, rest)) = data.split_first() else { return };
    match mode % 4 {
        0 => read(rest),
        1 => read(&[MAGIC.as_slice(), rest].concat()),
        _ => {
            if let Ok(file) = file(&mut Unstructured::new(rest)) {
                read(&file);
            }
        }
    }
}

fn file(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let kind = *u.choose(&[Kind::Matter, Kind::Settings, Kind::Code])?;
    let mut manifest = serde_json::to_value(sample::manifest(kind)).expect("a manifest is JSON");
    json::edit(u, &mut manifest)?;
    let manifest = manifest.to_string().into_bytes();
    let mut length = u32::try_from(manifest.len()).unwrap_or(u32::MAX);
    if u.ratio(1, 16)? {
        length = u.arbitrary()?;
    }
    let component: &[u8] = if kind == Kind::Settings && u.ratio(7, 8)? { b"" } else { b"\0asm\x0d\0\x01\0" };
    Ok([MAGIC.as_slice(), &length.to_be_bytes(), &manifest, component].concat())
}

fn read(file: &[u8]) {
    let package = match Package::decode(file) {
        Ok(package) => package,
        Err(error) => return bounded(&error.to_string()),
    };
    let settings = package.manifest.kind == Kind::Settings;
    assert_eq!(settings, package.component.is_empty(), "code has a component, and settings have none");
    assert!(settings || package.manifest.settings.is_empty(), "only settings set knobs");

    let written = package.encode().expect("what was read can be written");
    let again = Package::decode(&written).expect("what was written can be read");
    assert_eq!(again, package, "a file that was written holds what was read");
    assert_eq!(again.encode().expect("it was written before"), written, "the same package is the same bytes");
    assert_eq!(Package::digest(&written), Package::digest(&written.clone()));

    let found = admission::manifest::check(&package.manifest);
    bounded_findings(found.iter());
    if !found.blocks() {
        let json: Value = serde_json::to_value(&package.manifest).expect("a manifest is JSON");
        assert!(!json["version"].as_str().unwrap_or_default().contains(char::is_whitespace), "an admitted version");
    }
}
