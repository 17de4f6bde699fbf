//! What a package says of itself.

use banshi_model::package::{CONTRACT, Kind, Manifest};
use banshi_model::text::Text;

use crate::registry::findings::Findings;
use crate::registry::requirement;

/// The command kinds of the contract, by name.
pub(crate) const COMMANDS: [&str; 25] = [
    "accept",
    "show-way",
    "decline",
    "request-supplement",
    "open-task",
    "close-task",
    "start-special-procedure",
    "set-timer",
    "cancel-timer",
    "verify-identity",
    "look-up",
    "request-payment",
    "refund",
    "open-part",
    "inspect-jointly",
    "grant",
    "refuse",
    "issue-licence",
    "release-parts",
    "end-licence",
    "open-after-check",
    "notify",
    "ship",
    "publish-fact",
    "close",
];

/// Checks the manifest by itself.
pub(crate) fn check(manifest: &Manifest) -> Findings {
    let mut found = Findings::default();
    if manifest.contract != CONTRACT {
        let text = format!("written for contract `{}`; this host serves `{CONTRACT}`", manifest.contract);
        found.block(
            "admission.contract",
            "manifest.contract",
            text,
            "build it again with an SDK of this host's version",
        );
    }
    requirement::check(manifest, &mut found);
    if !has_chinese(&manifest.title) {
        found.block(
            "admission.text",
            "manifest.title",
            "the title has no Chinese",
            "write what it is in Chinese, English beside it",
        );
    }
    if manifest.kind == Kind::Settings && manifest.settings.is_empty() {
        found.block(
            "admission.manifest",
            "manifest.settings",
            "a settings variation that sets nothing",
            "set at least one knob of the matter",
        );
    }
    if manifest.sample.as_ref().is_some_and(|text| !has_chinese(text)) {
        found.block(
            "admission.text",
            "manifest.sample",
            "the sample label has no Chinese",
            "say in Chinese what is a sample (示例)",
        );
    }
    permissions(manifest, &mut found);
    found
}

fn permissions(manifest: &Manifest, found: &mut Findings) {
    let asked = &manifest.permissions;
    for command in asked.commands.iter().filter(|command| !COMMANDS.contains(&command.as_str())) {
        let text = format!("there is no command `{command}` in the contract");
        found.block(
            "admission.permissions",
            "manifest.permissions.commands",
            text,
            "use a name of the contract's variant `command`",
        );
    }
    for licence in asked.licences.iter().filter(|licence| !is_licence_type(licence)) {
        let text = format!("`{licence}` is not a licence type code (GB/T 36904)");
        found.block(
            "admission.permissions",
            "manifest.permissions.licences",
            text,
            "18 characters of the definer and 3 digits",
        );
    }
    for (place, list) in [("services", &asked.services), ("units", &asked.units), ("facts", &asked.facts)] {
        if list
            .iter()
            .any(|name| name.trim().is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control))
        {
            let text = "a name of 1 to 60 characters without control characters is expected";
            found.block("admission.permissions", format!("manifest.permissions.{place}"), text, "correct or remove it");
        }
    }
}

/// 证照类型代码: 18 characters of the definer and 3 digits.
pub(crate) fn is_licence_type(text: &str) -> bool {
    text.len() == 21
        && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && text.bytes().skip(18).all(|b| b.is_ascii_digit())
}

/// Whether a text says something in Chinese.
pub(crate) fn has_chinese(text: &Text) -> bool {
    text.zh.chars().any(|c| matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{323AF}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample;

    fn refused(change: impl FnOnce(&mut Manifest)) -> Vec<String> {
        let mut manifest = sample::manifest(Kind::Matter);
        change(&mut manifest);
        check(&manifest).into_inner().into_iter().map(|found| format!("{} {}", found.rule, found.place)).collect()
    }

    #[test]
    fn a_manifest_that_fits_passes() {
        assert!(refused(|_| {}).is_empty());
        assert!(refused(|m| m.version = "1.0.0-rc.1".to_owned()).is_empty());
    }

    #[test]
    fn what_does_not_fit_is_named() {
        assert_eq!(
            refused(|m| m.contract = "banshi:matter@9.0.0".to_owned()),
            ["admission.contract manifest.contract"]
        );
        for version in ["1", "1.0", "1.0.x", "", "1.0.0 "] {
            assert_eq!(
                refused(|m| m.version = version.to_owned()),
                ["admission.manifest manifest.version"],
                "{version}"
            );
        }
        assert_eq!(refused(|m| m.title.zh = "Food".to_owned()), ["admission.text manifest.title"]);
        assert_eq!(
            refused(|m| m.sample = Some(banshi_model::text::Text::new("sample", "sample"))),
            ["admission.text manifest.sample"]
        );
        assert_eq!(refused(|m| m.kind = Kind::Settings), ["admission.manifest manifest.settings"]);
        assert_eq!(
            refused(|m| m.permissions.commands.extend(["delete-case".to_owned()])),
            ["admission.permissions manifest.permissions.commands"]
        );
        assert_eq!(
            refused(|m| m.permissions.licences.extend(["食品".to_owned()])),
            ["admission.permissions manifest.permissions.licences"]
        );
        assert_eq!(
            refused(|m| m.permissions.units.extend(["a\nb".to_owned()])),
            ["admission.permissions manifest.permissions.units"]
        );
    }

    #[test]
    fn the_commands_are_those_of_the_contract() {
        let wit = include_str!("../../../../../wit/cases.wit");
        let body = wit.split("variant command {").nth(1).unwrap().split("\n    }").next().unwrap();
        let names: Vec<&str> = body
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("//"))
            .map(|line| line.split(['(', ',']).next().unwrap())
            .collect();
        assert_eq!(names, COMMANDS);
    }
}
