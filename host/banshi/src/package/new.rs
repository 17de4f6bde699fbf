//! `banshi package new`: a folder that builds, tests and can be enacted as it is, for its author to change.
//!
//! The matter's template is the smallest matter of `examples/`: what newcomers begin with is what the tests run.

use std::path::{Path, PathBuf};

use banshi_model::ids::{Authority, MatterCode};
use serde::Serialize;

use crate::failure::{Failure, Kind, OrFail, Result};

const MATTER_SOURCE: &str = include_str!("../../../../examples/smallest-matter/src/lib.rs");
const MATTER_MANIFEST: &str = include_str!("../../../../examples/smallest-matter/package.toml");

/// What a new package is to be.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The matter that it is, or for a variation the one below it.
    pub matter: MatterCode,
    /// Whose it is.
    pub authority: Authority,
    /// For a matter: the checkout that holds `sdk/rust`.
    pub sdk: Option<PathBuf>,
}

/// A folder that was made.
#[derive(Debug, Clone, Serialize)]
pub struct Made {
    /// Where it is.
    pub folder: PathBuf,
    /// What was written, from the folder.
    pub files: Vec<String>,
}

/// Makes a crate with a matter.
pub fn matter(folder: &Path, wish: &Wish) -> Result<Made> {
    let name = name_of(folder)?;
    let sdk = sdk(wish.sdk.as_deref())?;
    let (crate_name, department) = (name.replace('_', "-"), wish.authority.department.as_str());
    let manifest: String = MATTER_MANIFEST
        .lines()
        .map(|line| match line.split_once(" = ").map(|(key, _)| key) {
            Some("name") => format!("name = \"{}\"\n", package_name(wish, &name)),
            Some("matter") => format!("matter = \"{}\"\n", wish.matter),
            Some("authority") => authority(wish),
            // The SDK's own teaching sample says so; what an author makes of it is theirs.
            Some("sample") => String::new(),
            _ => format!("{line}\n"),
        })
        .collect();
    let source = MATTER_SOURCE
        .lines()
        .skip_while(|line| line.starts_with("//!"))
        .map(|line| line.replace("城市管理局", department))
        .filter(|line| !line.contains(".sample("))
        .fold(format!("//! {}: a matter.\n", wish.matter), |text, line| text + &line + "\n");
    let cargo = format!(
        "[package]\nname = \"{crate_name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n[lib]\n\
         crate-type = [\"cdylib\", \"rlib\"]\n\n[dependencies]\nbanshi-sdk = {{ path = {:?} }}\nschemars = \"1\"\n\n\
         # A workspace of its own, wherever the folder lies.\n[workspace]\n",
        sdk.display().to_string()
    );
    let test = test(&crate_name);
    write(
        folder,
        &[
            ("Cargo.toml", &cargo),
            ("package.toml", &manifest),
            ("src/lib.rs", &source),
            ("tests/case.rs", &test),
            (".gitignore", "target\n*.banshi\n"),
        ],
    )
}

/// Makes a settings variation, which needs no compiler.
pub fn variation(folder: &Path, wish: &Wish) -> Result<Made> {
    let name = name_of(folder)?;
    let text = format!(
        "# 参数变体：只能收紧，不能放宽。可调的参数见 `banshi matter show {} {}`。\n# A settings variation: it only \
         narrows. The knobs that there are: `banshi matter show {} {}`.\nname = \"{}\"\nversion = \"0.1.0\"\nkind = \
         \"settings\"\nmatter = \"{}\"\n{}title = {{ zh = \"{}的{}变体\" }}\n\n[settings]\npromised-days = 2\n",
        wish.authority.division,
        wish.matter,
        wish.authority.division,
        wish.matter,
        package_name(wish, &name),
        wish.matter,
        authority(wish),
        wish.authority.division,
        wish.matter,
    );
    write(folder, &[("variation.toml", &text)])
}

/// `division/folder`, so that two districts never mean the same name.
fn package_name(wish: &Wish, name: &str) -> String {
    format!("d{}/{}", wish.authority.division, name.replace('_', "-"))
}

fn authority(wish: &Wish) -> String {
    let Authority { department, division } = &wish.authority;
    format!("authority = {{ department = \"{}\", division = \"{division}\" }}\n", department.as_str())
}

/// The folder's own name, in lower-case letters, digits and hyphens, since crate and package are named after it.
fn name_of(folder: &Path) -> Result<String> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let good = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if good {
        return Ok(name);
    }
    let what = "package and crate are named after the folder: use lower-case letters, digits and hyphens";
    Err(Failure::usage(format!("{}: {what}", folder.display())))
}

/// The SDK's folder: below the given checkout, or below the first one upwards from here.
fn sdk(given: Option<&Path>) -> Result<PathBuf> {
    let inside = |folder: &Path| Some(folder.join("sdk/rust")).filter(|sdk| sdk.join("Cargo.toml").is_file());
    let found = match given {
        Some(given) => inside(given),
        None => {
            let here = std::env::current_dir().or_fail(Kind::Usage, "the current folder cannot be read")?;
            here.ancestors().find_map(inside)
        }
    };
    let sdk = found.ok_or_else(|| {
        Failure::usage("the SDK was not found: name the cloned repository with --source DIR".to_owned())
    })?;
    sdk.canonicalize().or_fail(Kind::Failed, sdk.display())
}

/// A case from window to permit, as the template's flow has it.
fn test(crate_name: &str) -> String {
    format!(
        "//! A case from window to permit, without a host.\n\nuse banshi_sdk::harness::Harness;\nuse \
         banshi_sdk::prelude::*;\nuse {}::Stall;\n\n#[test]\nfn a_person_permits_it() {{\n    let mut case = \
         Harness::<Stall>::new()\n        .answer(\"area\", 4)\n        .value(\"name\", \"李记煎饼\")\n        \
         .value(\"place\", \"陆家嘴环路1号旁\")\n        .document(\"site-plan\");\n    \
         assert!(case.precheck().is_empty());\n    case.submit().approve(\"acceptance\").approve(\"verdict\");\n    \
         assert_eq!(case.outcome(), Some(Outcome::Granted));\n}}\n",
        crate_name.replace('-', "_")
    )
}

/// Writes into a folder that is not there yet, or is empty: nobody's work is written over.
fn write(folder: &Path, files: &[(&str, &str)]) -> Result<Made> {
    let taken = std::fs::read_dir(folder).is_ok_and(|mut inside| inside.next().is_some());
    if taken {
        return Err(Failure::usage(format!("{} is not empty; name a new folder", folder.display())));
    }
    for (name, text) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).or_fail(Kind::Failed, parent.display())?;
        }
        std::fs::write(&path, text).or_fail(Kind::Failed, path.display())?;
    }
    Ok(Made { folder: folder.to_owned(), files: files.iter().map(|(name, _)| (*name).to_owned()).collect() })
}

#[cfg(test)]
mod tests {
    use banshi_model::package::Kind as PackageKind;

    use super::super::source::Source;
    use super::*;

    fn wish() -> Wish {
        let authority = serde_json::json!({ "department": "市场监督管理局", "division": "310115" });
        Wish { matter: "PD-1".parse().unwrap(), authority: serde_json::from_value(authority).unwrap(), sdk: None }
    }

    #[test]
    fn a_new_matter_is_the_authors_own_and_stands_on_the_sdk() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("my-stall");
        let made = matter(&folder, &wish()).unwrap();
        assert_eq!(made.files.len(), 5);
        let source = Source::read(&folder).unwrap();
        assert_eq!(source.manifest.name.as_str(), "d310115/my-stall");
        assert_eq!(source.manifest.matter.as_str(), "PD-1");
        assert_eq!(source.manifest.authority, wish().authority);
        let lib = std::fs::read_to_string(folder.join("src/lib.rs")).unwrap();
        assert!(lib.contains("市场监督管理局") && !lib.contains("城市管理局") && !lib.contains(".sample("));
        assert!(std::fs::read_to_string(folder.join("Cargo.toml")).unwrap().contains("sdk/rust"));
        // Once more would write over somebody's work.
        assert_eq!(matter(&folder, &wish()).unwrap_err().kind, Kind::Usage);
    }

    #[test]
    fn a_new_variation_is_settings_over_the_matter_named() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("faster");
        variation(&folder, &wish()).unwrap();
        let manifest = Source::read(&folder).unwrap().manifest;
        assert_eq!((manifest.kind, manifest.matter.as_str()), (PackageKind::Settings, "PD-1"));
        assert_eq!(manifest.settings["promised-days"], 2);
    }

    #[tokio::test]
    async fn a_new_variation_is_admitted_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, file) = (dir.path().join("faster"), dir.path().join("faster.banshi"));
        variation(&folder, &wish()).unwrap();
        super::super::build::build(&folder, Some(&file), |_| {}).await.unwrap();
        let checked = super::super::check::check(&file, &[], None).await.unwrap();
        assert!(checked.report.admitted, "{:?}", checked.report.findings);
    }

    #[test]
    fn a_folder_that_cannot_name_a_crate_is_refused() {
        for name in ["My", "a_b", "摊位", "1a"] {
            assert_eq!(variation(Path::new(name), &wish()).unwrap_err().kind, Kind::Usage, "{name}");
        }
    }
}
