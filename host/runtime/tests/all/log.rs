//! A guest's log lines, as the operator gets them.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Bench, told, unruly};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// All that the guest's doing leaves in the log. The subscriber is global, because calls run on threads of
/// their own; so one test looks at everything.
#[test]
fn a_guests_line_is_one_field_that_is_cut_and_harmless() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt().json().with_writer(lines.clone()).with_max_level(tracing::Level::DEBUG);
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    let bench = Bench::new();
    let package = bench.packages.add(unruly());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for what in ["log-long", "log-controls"] {
        let _ = runtime.block_on(bench.runtime.define(package, &told(what)));
    }
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let said: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["target"] == "banshi::guest" && line["fields"]["package.digest"] == package.to_string())
        .collect();
    let of_level = |level: &str| {
        let line = said.iter().find(|line| line["level"] == level).unwrap();
        line["fields"]["guest.message"].as_str().unwrap().to_owned()
    };
    let long = of_level("WARN");
    assert!((2_046..=2_048).contains(&long.len()), "{}", long.len());
    assert!(long.chars().all(|c| c == '长'));
    assert_eq!(of_level("ERROR"), "one\\ntwo\\u{1b}[2J\\u{202e}");
}
