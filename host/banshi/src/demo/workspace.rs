//! The source folder: found from where one stands, built into package files, and read for its samples.

use std::path::{Path, PathBuf};

use banshi_model::package::{Manifest, Package};
use serde_json::{Map, Value};

use crate::failure::{Failure, Kind, OrFail, Result};
use crate::package::build;

/// The folder that has `plugins/` and `wit/`.
#[derive(Debug, Clone)]
pub struct Workspace(PathBuf);

/// A package that was built, ready to be published.
#[derive(Debug, Clone)]
pub struct BuiltPackage {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The file.
    pub file: Vec<u8>,
}

impl Workspace {
    /// The given folder, or the first one upwards from here that looks like it.
    pub fn find(given: Option<&Path>) -> Result<Self> {
        if let Some(given) = given {
            let what = "has no `plugins/` and `wit/`; give the folder that the sources were cloned into";
            let found = is_workspace(given).then(|| Self(given.to_owned()));
            return found.ok_or_else(|| Failure::usage(format!("--source {} {what}", given.display())));
        }
        let here = std::env::current_dir().or_fail(Kind::Usage, "the current folder cannot be read")?;
        let found = here.ancestors().find(|folder| is_workspace(folder)).map(|folder| Self(folder.to_owned()));
        found.ok_or_else(|| {
            let what = "the demo builds its plugins from source: run it inside the cloned repository, or say where that is with --source DIR";
            Failure::usage(format!("neither {} nor a folder above it has `plugins/` and `wit/`; {what}", here.display()))
        })
    }

    /// The samples that ship with the plugins.
    pub fn samples(&self) -> Result<Samples> {
        Samples::read(&self.0.join("plugins/samples"))
    }

    /// Builds one folder under `plugins/`; the file goes into `scratch`. `note` is told what takes time.
    pub async fn build(&self, folder: &str, scratch: &Path, note: impl Fn(&str)) -> Result<BuiltPackage> {
        let output = scratch.join(format!("{}.banshi", folder.replace('/', "-")));
        let built = build::build(&self.0.join("plugins").join(folder), Some(&output), note).await?;
        let file = std::fs::read(&built.file).or_fail(Kind::Failed, built.file.display())?;
        let manifest = Package::decode(&file).or_fail(Kind::Failed, built.file.display())?.manifest;
        Ok(BuiltPackage { manifest, file })
    }
}

fn is_workspace(folder: &Path) -> bool {
    folder.join("plugins").is_dir() && folder.join("wit").is_dir()
}

/// The reference case (示例), as JSON objects.
#[derive(Debug, Clone)]
pub struct Samples {
    /// What the applicant types in, by data element.
    pub applicant: Map<String, Value>,
    /// Answers to guided questions, by question id.
    pub answers: Map<String, Value>,
    /// What the business licence says, by data element.
    pub business_licence: Map<String, Value>,
    /// What shared data answers: service → field → value.
    pub shared_data: Map<String, Value>,
}

impl Samples {
    /// Reads the folder of samples.
    pub fn read(folder: &Path) -> Result<Self> {
        let object = |name: &str| -> Result<Map<String, Value>> {
            let path = folder.join(name);
            let text =
                std::fs::read_to_string(&path).or_fail(Kind::Usage, format!("cannot read {}", path.display()))?;
            serde_json::from_str(&text).or_fail(Kind::Usage, path.display())
        };
        Ok(Self {
            applicant: object("applicant.json")?,
            answers: object("answers.json")?,
            business_licence: object("business-licence.json")?,
            shared_data: object("shared-data.json")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_the_sources_is_refused_with_what_to_do() {
        let empty = tempfile::tempdir().unwrap();
        let failure = Workspace::find(Some(empty.path())).unwrap_err();
        assert_eq!(failure.kind, Kind::Usage);
        assert!(format!("{:#}", failure.error).contains("--source"));
        for name in ["plugins", "wit"] {
            std::fs::create_dir(empty.path().join(name)).unwrap();
        }
        assert!(Workspace::find(Some(empty.path())).is_ok());
    }
}
