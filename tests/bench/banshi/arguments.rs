//! The command line. Cargo passes `--bench` along; it means nothing here.

use anyhow::{Context as _, Result, bail};

const HELP: &str = "\
cargo bench --bench banshi -- [--json] [--only KEY[,KEY]] [--quick] [--cases N] [--folder DIR]

  --json        the last line is one JSON object with every key
  --only KEYS   measure only what gives these keys; the others are null
  --quick       tiny sizes: shows that everything runs, in under a minute once plugins are built; no figure counts
  --cases N     how many cases the large store of `step_growth_1m` has; default 1,000,000, which takes some 11 GB of
                disk while it runs
  --folder DIR  where folders are made and removed; default: below the target folder";

/// What was asked for.
#[derive(Debug, Default)]
pub struct Arguments {
    /// Print the JSON object.
    pub json: bool,
    /// Only these keys; none: all.
    pub only: Vec<String>,
    /// A smoke run.
    pub quick: bool,
    /// Cases of the large store.
    pub cases: Option<u64>,
    /// Where folders are made.
    pub folder: Option<String>,
}

impl Arguments {
    /// Reads them; none where only help was wanted.
    pub fn read(mut given: impl Iterator<Item = String>) -> Result<Option<Self>> {
        let mut arguments = Self::default();
        while let Some(argument) = given.next() {
            let mut value = || given.next().with_context(|| format!("{argument} takes a value"));
            match argument.as_str() {
                "--bench" => {}
                "--json" => arguments.json = true,
                "--quick" => arguments.quick = true,
                "--only" => arguments.only = value()?.split(',').map(str::to_owned).collect(),
                "--cases" => arguments.cases = Some(value()?.replace('_', "").parse().context("--cases")?),
                "--folder" => arguments.folder = Some(value()?),
                "--help" | "-h" => {
                    println!("{HELP}");
                    return Ok(None);
                }
                other => bail!("`{other}` is no argument\n{HELP}"),
            }
        }
        let known = || crate::MEASUREMENTS.iter().flat_map(|measurement| measurement.keys).map(|key| key.name);
        if let Some(stranger) = arguments.only.iter().find(|only| !known().any(|key| key == only.as_str())) {
            bail!("`{stranger}` is no key; keys: {}", known().collect::<Vec<_>>().join(", "));
        }
        Ok(Some(arguments))
    }
}
