//! A package's source folder: `package.toml` (a matter) or `variation.toml` (a variation), and a crate where it is code.

use std::path::{Path, PathBuf};

use banshi_model::package::{CONTRACT, Kind, Manifest};

use crate::failure::{self, Failure, OrFail, Result};

/// A folder that was read.
#[derive(Debug)]
pub struct Source {
    /// What the package says of itself.
    pub manifest: Manifest,
    /// The crate's `Cargo.toml`; none for settings.
    pub crate_file: Option<PathBuf>,
}

impl Source {
    /// Reads a folder and checks that its parts agree.
    ///
    /// `kind` may be left out: `package.toml` is a matter; `variation.toml` is code beside a `Cargo.toml`, and
    /// settings without one.
    pub fn read(dir: &Path) -> Result<Self> {
        let crate_file = Some(dir.join("Cargo.toml")).filter(|path| path.is_file());
        let (package, variation) = (dir.join("package.toml"), dir.join("variation.toml"));
        let (file, unless_said) = match (package.is_file(), variation.is_file()) {
            (true, true) => return Err(wrong(dir, "holds both package.toml and variation.toml; keep one")),
            (false, false) => return Err(wrong(dir, "holds neither package.toml nor variation.toml")),
            (true, false) => (package, Kind::Matter),
            (false, true) if crate_file.is_some() => (variation, Kind::Code),
            (false, true) => (variation, Kind::Settings),
        };
        let text = std::fs::read_to_string(&file).or_fail(failure::Kind::Usage, file.display())?;
        let manifest = parse(&text, unless_said).map_err(|what| wrong(&file, &what))?;
        match (manifest.kind, &crate_file) {
            (Kind::Settings, _) => Ok(Self { manifest, crate_file: None }),
            (_, Some(_)) => Ok(Self { manifest, crate_file }),
            (_, None) => Err(wrong(&file, "says that it is code, but there is no Cargo.toml beside it")),
        }
    }

    /// `NAME-VERSION.banshi`, with `-` for the name's `/`.
    pub fn file_name(&self) -> String {
        format!("{}-{}.banshi", self.manifest.name.as_str().replace('/', "-"), self.manifest.version)
    }
}

fn parse(text: &str, unless_said: Kind) -> std::result::Result<Manifest, String> {
    let mut table: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
    if !table.contains_key("kind") {
        let kind = toml::Value::try_from(unless_said).map_err(|error| error.to_string())?;
        table.insert("kind".to_owned(), kind);
    }
    if let Some(place) = datetime("settings", table.get("settings")) {
        return Err(format!("`{place}` is a TOML date; write it as a text, like \"2021-05-01\""));
    }
    let manifest: Manifest = table.try_into().map_err(|error: toml::de::Error| error.to_string())?;
    if manifest.contract != CONTRACT {
        return Err(format!("is written for the contract `{}`; this build knows `{CONTRACT}`", manifest.contract));
    }
    Ok(manifest)
}

/// JSON has no dates: one would arrive as something that no schema expects.
fn datetime(place: &str, value: Option<&toml::Value>) -> Option<String> {
    match value? {
        toml::Value::Datetime(_) => Some(place.to_owned()),
        toml::Value::Array(items) => items.iter().find_map(|item| datetime(place, Some(item))),
        toml::Value::Table(members) => {
            members.iter().find_map(|(name, value)| datetime(&format!("{place}.{name}"), Some(value)))
        }
        _ => None,
    }
}

fn wrong(path: &Path, what: &str) -> Failure {
    Failure::usage(format!("{}: {what}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VARIATION: &str = r#"
name = "huangpu/convenience-store"
version = "1.0.0"
matter = "B01"
title = { zh = "黄浦区便利店" }
instrument = "黄府办〔2021〕示例3号"
[authority]
department = "市场监督管理局"
division = "310101"
[settings]
promised-days = 3
"#;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        dir
    }

    fn read(files: &[(&str, &str)]) -> std::result::Result<Source, String> {
        let dir = folder(files);
        Source::read(dir.path()).map_err(|failure| format!("{:#}", failure.error))
    }

    #[test]
    fn ten_lines_are_a_settings_variation() {
        let source = read(&[("variation.toml", VARIATION)]).unwrap();
        assert_eq!(source.manifest.kind, Kind::Settings);
        assert_eq!(source.manifest.settings["promised-days"], 3);
        assert_eq!(source.file_name(), "huangpu-convenience-store-1.0.0.banshi");
        assert!(source.crate_file.is_none());
    }

    #[test]
    fn the_kind_follows_the_files_unless_it_is_said() {
        let kind = |files: &[(&str, &str)]| read(files).unwrap().manifest.kind;
        let without_settings = VARIATION.split("[settings]").next().unwrap();
        assert_eq!(kind(&[("variation.toml", without_settings), ("Cargo.toml", "")]), Kind::Code);
        assert_eq!(kind(&[("package.toml", without_settings), ("Cargo.toml", "")]), Kind::Matter);
        let said = format!("kind = \"settings\"\n{VARIATION}");
        assert_eq!(kind(&[("variation.toml", &said), ("Cargo.toml", "")]), Kind::Settings);
    }

    #[test]
    fn what_contradicts_itself_is_refused_with_its_place() {
        for (files, expected) in [
            (vec![], "neither package.toml nor variation.toml"),
            (vec![("package.toml", VARIATION), ("variation.toml", VARIATION)], "keep one"),
            (vec![("package.toml", VARIATION)], "no Cargo.toml"),
            (vec![("variation.toml", "name = 1")], "variation.toml"),
        ] {
            let error = read(&files).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
        let misspelt = format!("instrumnet = \"x\"\n{VARIATION}");
        assert!(read(&[("variation.toml", &misspelt)]).unwrap_err().contains("instrumnet"));
        let dated = VARIATION.replace("promised-days = 3", "since = [2021-05-01]");
        assert!(read(&[("variation.toml", &dated)]).unwrap_err().contains("settings.since"));
        let other = format!("contract = \"banshi:matter@9.0.0\"\n{VARIATION}");
        assert!(read(&[("variation.toml", &other)]).unwrap_err().contains("banshi:matter@9.0.0"));
    }
}
