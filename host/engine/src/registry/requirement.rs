//! Versions: a package's own, and the range of its base's that a variation was made for. Both are read as Cargo reads them.

use banshi_model::package::{Kind, Manifest};
use semver::{Version, VersionReq};

use super::findings::Findings;

/// A version or range may have this many characters.
const CHARS_MAX: usize = 64;

/// Checks a manifest by itself.
pub(super) fn check(manifest: &Manifest, found: &mut Findings) {
    if version(&manifest.version).is_none() {
        let text = format!("version `{}` is no semantic version", manifest.version);
        found.block("admission.manifest", "manifest.version", text, "write it like `1.4.0` or `1.4.0-rc.1`");
    }
    let Some(base) = &manifest.base else { return };
    if manifest.kind == Kind::Matter {
        let text = "a matter stands on nothing and names no base";
        found.block("admission.manifest", "manifest.base", text, "leave `base` out");
    } else if range(base).is_none() {
        let text = format!("`{base}` is no range of versions");
        found.block("admission.manifest", "manifest.base", text, "write it like `^1.2`, `>=1.4, <3` or `=1.4.0`");
    }
}

fn version(text: &str) -> Option<Version> {
    Version::parse(text).ok().filter(|_| text.len() <= CHARS_MAX)
}

fn range(text: &str) -> Option<VersionReq> {
    VersionReq::parse(text).ok().filter(|_| text.len() <= CHARS_MAX)
}

/// Whether a version is within a range. A range that does not read admits nothing; a version that does not read was
/// published before versions were checked, and no range can be said to leave it out.
pub(super) fn within(wanted: &str, given: &str) -> bool {
    match (range(wanted), version(given)) {
        (Some(range), Some(version)) => range.matches(&version),
        (None, _) => false,
        (Some(_), None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample;

    fn found(kind: Kind, version: &str, base: Option<&str>) -> Vec<String> {
        let mut manifest = sample::manifest(kind);
        (manifest.version, manifest.base) = (version.to_owned(), base.map(str::to_owned));
        let mut found = Findings::default();
        check(&manifest, &mut found);
        found.into_inner().into_iter().map(|found| found.place).collect()
    }

    #[test]
    fn versions_are_semantic_and_only_a_variation_names_a_base() {
        assert!(found(Kind::Matter, "1.4.0-rc.1+build.5", None).is_empty());
        for wrong in ["1", "1.0", "01.0.0", "1.0.0-01", "1.0.x", "", " 1.0.0"] {
            assert_eq!(found(Kind::Matter, wrong, None), ["manifest.version"], "{wrong}");
        }
        assert!(found(Kind::Settings, "1.0.0", Some(">=1.4, <3")).is_empty());
        assert_eq!(found(Kind::Code, "1.0.0", Some("soon")), ["manifest.base"]);
        assert_eq!(found(Kind::Matter, "1.0.0", Some("^1")), ["manifest.base"]);
    }

    #[test]
    fn a_range_holds_or_does_not() {
        for (wanted, given, holds) in
            [("^1.2", "1.9.0", true), ("^1.2", "2.0.0", false), ("=1.4.0", "1.4.1", false), ("*", "3.0.0", true)]
        {
            assert_eq!(within(wanted, given), holds, "{wanted} {given}");
        }
        assert!(!within("nonsense", "1.0.0") && within("^1", "as it was"));
    }
}
