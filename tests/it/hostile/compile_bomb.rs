//! A component that is small to send and endless to compile.

use std::fmt::Write as _;

use super::hand_made::{component, matter, nested};
use super::{Neighbour, host_under_fire, refused, shown};

/// Loops in loops, all of which carry all of the locals: the compiler's work is the product of both.
fn bomb() -> Vec<u8> {
    let (locals, loops) = (8_000, 600);
    let mut body = format!("(func $bomb (param i64) (local {}) ", "i64 ".repeat(locals));
    for depth in 0..loops {
        write!(body, "(loop $l{depth} ").unwrap();
    }
    for local in 1..locals {
        write!(body, "(local.set {local} (i64.add (local.get {local}) (local.get {})))", local + 1).unwrap();
    }
    for depth in (0..loops).rev() {
        write!(body, "(br_if $l{depth} (i64.eqz (local.get {})))) ", depth + 1).unwrap();
    }
    body += ")";
    component(&body, "(call $bomb (i64.const 1)) (i32.const 8)")
}

#[tokio::test]
async fn a_compile_bomb_ends_at_the_compilers_limits_and_neighbours_are_served() {
    let host = host_under_fire("[runtime]\ncompile_cpu_seconds = 6\ncompile_memory_bytes = 1073741824\n").await;
    let neighbour = Neighbour::begin(&host);
    for (name, component) in [("bomb", bomb()), ("nested", nested(20_000))] {
        let file = matter(name, component);
        assert!(file.len() < 1 << 20, "{} bytes", file.len());
        let answer = host.as_("platform").upload("/packages", file).await;
        assert_eq!(refused(&answer), ["package.compile"], "{name}: {:#}", answer.body);
        let said = answer.body["report"]["findings"][0]["what"]["en"].as_str().unwrap();
        assert!(said.contains("compile_cpu_seconds") || said.contains("compile_memory_bytes"), "{said}");
    }
    shown(&host, "banshi_packages_refused_total", "rule", ["package.compile"; 2].into_iter()).await;
    neighbour.end().await;
}
