//! The host's configuration file: one section for each part, unknown keys refused, everything optional.
//!
//! `config.default.toml` beside this file explains every option; a test holds the two together.

use std::path::{Path, PathBuf};

use banshi_model::calendar::Calendar;
use banshi_model::law;
use serde::Deserialize;

use crate::failure::{Failure, Kind, OrFail, Result};

/// The documented defaults, as `banshi config default` prints them.
pub const DEFAULTS: &str = include_str!("config.default.toml");

/// Everything that can be configured.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What the engine may do and how it tries again.
    pub engine: banshi_engine::Config,
    /// The HTTP face.
    pub http: banshi_http::HttpOptions,
    /// The sandbox's limits.
    pub runtime: banshi_runtime::Options,
    /// The storage.
    pub store: banshi_store::Options,
    /// Who the partners are.
    pub partners: banshi_connect::Options,
    /// Law tables beside the built-in ones.
    pub law: Files,
    /// Years of the working-day calendar beside the built-in ones.
    pub calendar: Files,
}

/// Files that are merged into what is built in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Files {
    /// Paths, relative to the process' folder. Default: none.
    pub files: Vec<PathBuf>,
}

impl Config {
    /// Reads a file; without one, the defaults.
    pub fn load(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        Self::parse(&read(path)?, path)
    }

    /// Reads the text of a file that stands at `path`.
    fn parse(text: &str, path: &Path) -> Result<Self> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            // Not the error's own display: that quotes the line, which may hold a secret.
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            Failure::usage(format!("{}, line {line}: {}; see `banshi config default`", path.display(), error.message()))
        })
    }

    /// The built-in law tables with the configured files.
    pub fn law(&self) -> Result<law::Table> {
        let built_in = law::Table::built_in()?;
        let mut files = Vec::new();
        for path in &self.law.files {
            files.push(law::File::parse(&read(path)?).or_fail(Kind::Usage, path.display())?);
        }
        built_in.merge(files).or_fail(Kind::Usage, "law files do not fit the built-in tables")
    }

    /// The built-in calendar with the configured files.
    pub fn calendar(&self) -> Result<Calendar> {
        let built_in = Calendar::built_in()?;
        let mut years = Vec::new();
        for path in &self.calendar.files {
            years.push(Calendar::parse_year(&read(path)?).or_fail(Kind::Usage, path.display())?);
        }
        Ok(built_in.with(years))
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).or_fail(Kind::Usage, format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config> {
        Config::parse(text, Path::new("banshi.toml"))
    }

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let documented = parse(DEFAULTS).unwrap();
        assert_eq!(format!("{documented:#?}"), format!("{:#?}", Config::default()));
    }

    /// `Debug` names every option there is, so that one which is added cannot stay undocumented.
    #[test]
    fn every_option_is_documented() {
        let options = format!("{:#?}", Config::default());
        let documented: Vec<&str> = DEFAULTS
            .lines()
            .map(|line| line.trim_start_matches(['#', ' ', '[']))
            .filter_map(|line| line.split([' ', ']']).next()?.rsplit('.').next())
            .collect();
        for (name, _) in options.lines().filter_map(|line| line.trim().split_once(": ")) {
            assert!(documented.contains(&name), "`{name}` is missing in config.default.toml");
        }
    }

    #[test]
    fn a_misspelt_key_is_refused_with_its_line() {
        let failure = parse("[http]\n\nrequest_timeout = 3\n").unwrap_err();
        assert_eq!(failure.kind, Kind::Usage);
        let said = format!("{:#}", failure.error);
        assert!(said.contains("line 3") && said.contains("request_timeout"), "{said}");
    }

    #[test]
    fn an_error_beside_a_secret_does_not_show_it() {
        let failure = parse("[partners.identity]\nurl = 3\nsecret = \"hunter2hunter2hunter2\"\n").unwrap_err();
        assert!(!format!("{:?}", failure.error).contains("hunter2"));
        let failure = parse("[partners.identity]\nsecret = \"hunter2hunter2\nurl = 3\n").unwrap_err();
        assert!(!format!("{:?}", failure.error).contains("hunter2"));
    }

    #[test]
    fn the_built_in_law_and_calendar_load_and_a_missing_file_is_named() {
        assert!(Config::default().law().is_ok());
        assert!(Config::default().calendar().is_ok());
        let config = parse("[law]\nfiles = [\"no-such-law.toml\"]").unwrap();
        assert!(format!("{:#}", config.law().unwrap_err().error).contains("no-such-law.toml"));
    }
}
