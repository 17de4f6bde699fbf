//! `banshi package build`: a folder becomes a package file. Code goes through cargo; settings need no compiler.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use banshi_model::ids::Digest;
use banshi_model::package::Package;
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use super::source::Source;
use crate::failure::{Failure, Kind, OrFail, Result};

/// What plugins are compiled for: no WASI, so that nothing can be imported.
const TARGET: &str = "wasm32-unknown-unknown";

/// The profile `plugin`, so that a crate outside this repository is built alike: small, and without unwinding.
const PROFILE: [&str; 6] = [
    "profile.plugin.inherits=\"release\"",
    "profile.plugin.opt-level=\"s\"",
    "profile.plugin.lto=\"fat\"",
    "profile.plugin.codegen-units=1",
    "profile.plugin.panic=\"abort\"",
    "profile.plugin.strip=true",
];

/// A package that was built.
#[derive(Debug, Clone, Serialize)]
pub struct Built {
    /// Where it is.
    pub file: PathBuf,
    /// Its size.
    pub bytes: usize,
    /// Its digest, which names it.
    pub digest: Digest,
    /// What it says it is.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Builds `dir` into `output`, or into `NAME-VERSION.banshi` here. `note` is told what takes time.
pub async fn build(dir: &Path, output: Option<&Path>, note: impl Fn(&str)) -> Result<Built> {
    let source = Source::read(dir)?;
    let component = match &source.crate_file {
        None => Vec::new(),
        Some(crate_file) => {
            target_installed(&note).await?;
            note(&format!("编译 compiling {} …", dir.display()));
            let module = compile(crate_file).await?;
            let bytes = std::fs::read(&module).or_fail(Kind::Failed, module.display())?;
            banshi_runtime::build::encode(&bytes).or_fail(Kind::Refused, dir.display())?
        }
    };
    let file = output.map_or_else(|| PathBuf::from(source.file_name()), Path::to_owned);
    let (name, version) = (source.manifest.name.to_string(), source.manifest.version.clone());
    let bytes = Package { manifest: source.manifest, component }.encode().or_fail(Kind::Usage, dir.display())?;
    // What is written must read: the parser has rules of its own.
    Package::decode(&bytes).or_fail(Kind::Usage, dir.display())?;
    std::fs::write(&file, &bytes).or_fail(Kind::Failed, format!("cannot write {}", file.display()))?;
    Ok(Built { file, bytes: bytes.len(), digest: Package::digest(&bytes), name, version })
}

/// Adds the wasm target where it is missing.
async fn target_installed(note: &impl Fn(&str)) -> Result {
    let printed = Command::new(program("RUSTC", "rustc"))
        .args(["--print", "target-libdir", "--target", TARGET])
        .stdin(Stdio::null())
        .output()
        .await
        .or_fail(
            Kind::Failed,
            "cannot run rustc; install Rust from https://rustup.rs (settings variations need no compiler)",
        )?;
    let folder = String::from_utf8_lossy(&printed.stdout).trim().to_owned();
    if !folder.is_empty() && Path::new(&folder).is_dir() {
        return Ok(());
    }
    note(&format!("添加编译目标 adding the target {TARGET}: rustup target add {TARGET}"));
    let added = Command::new("rustup").args(["target", "add", TARGET]).stdin(Stdio::null()).output().await;
    match added {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => {
            let said = String::from_utf8_lossy(&done.stderr);
            Err(Failure::new(Kind::Failed, format!("rustup could not add the target {TARGET}: {}", said.trim())))
        }
        Err(_) => Err(Failure::new(
            Kind::Failed,
            format!("the target {TARGET} is missing and there is no rustup; install it as your Rust was installed"),
        )),
    }
}

/// Runs cargo and answers where the crate's module is.
async fn compile(crate_file: &Path) -> Result<PathBuf> {
    let flags = flags(&workspace(crate_file).await?, cargo_home().as_deref());
    let mut cargo = Command::new(program("CARGO", "cargo"));
    // Only the cdylib: with an rlib beside it, cargo leaves out the link-time optimisation (a fifth of the size).
    cargo.args(["rustc", "--lib", "--crate-type", "cdylib"]);
    cargo.args(["--profile", "plugin", "--target", TARGET, "--message-format", "json-render-diagnostics"]);
    cargo.arg("--manifest-path").arg(crate_file);
    for option in PROFILE {
        cargo.args(["--config", option]);
    }
    let done = cargo
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .stdout(Stdio::piped())
        // Who gives up waiting ends it.
        .kill_on_drop(true)
        .output()
        .await
        .or_fail(Kind::Failed, "cannot run cargo; install Rust from https://rustup.rs")?;
    if !done.status.success() {
        return Err(Failure::new(
            Kind::Refused,
            format!("{} does not compile; cargo says why above", crate_file.display()),
        ));
    }
    let crate_file = crate_file.canonicalize().or_fail(Kind::Failed, crate_file.display())?;
    module(&String::from_utf8_lossy(&done.stdout), &crate_file).ok_or_else(|| {
        let what = "made no wasm module; write `[lib] crate-type = [\"cdylib\"]` into its Cargo.toml";
        Failure::usage(format!("{} {what}", crate_file.display()))
    })
}

/// What `cargo metadata` says, as far as it matters.
#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    packages: Vec<Member>,
}

/// A package that the workspace uses.
#[derive(Deserialize)]
struct Member {
    name: String,
    /// None: it lies in a folder of this machine.
    source: Option<String>,
    manifest_path: PathBuf,
}

/// Where the sources lie, from cargo: the same for each crate of a workspace and from whichever folder it is built, since
/// other flags would build every library again.
async fn workspace(crate_file: &Path) -> Result<Metadata> {
    let mut cargo = Command::new(program("CARGO", "cargo"));
    cargo.args(["metadata", "--format-version", "1", "--filter-platform", TARGET, "--manifest-path"]).arg(crate_file);
    let said = cargo.stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true).output().await;
    let said = said.or_fail(Kind::Failed, "cannot run cargo; install Rust from https://rustup.rs")?;
    if !said.status.success() {
        let what = format!("cargo does not understand {}; it says why above", crate_file.display());
        return Err(Failure::new(Kind::Refused, what));
    }
    serde_json::from_slice(&said.stdout).or_fail(Kind::Failed, "`cargo metadata` does not read")
}

/// A small stack starts a guest with few pages of memory instead of seventeen; and no path of this machine gets into the
/// component, so that the same source gives the same bytes elsewhere.
fn flags(workspace: &Metadata, cargo_home: Option<&Path>) -> Vec<String> {
    let mut flags = vec!["-Clink-arg=-zstack-size=65536".to_owned()];
    let mut remap = |path: &Path, name: &str| flags.push(format!("--remap-path-prefix={}={name}", path.display()));
    remap(&workspace.workspace_root, "/src");
    if let Some(home) = cargo_home {
        remap(home, "/cargo");
    }
    // The SDK in a checkout beside the author's own workspace.
    for package in workspace.packages.iter().filter(|package| package.source.is_none()) {
        let outside = package.manifest_path.parent().filter(|folder| !folder.starts_with(&workspace.workspace_root));
        if let Some(folder) = outside {
            remap(folder, &format!("/src/{}", package.name));
        }
    }
    flags
}

fn cargo_home() -> Option<PathBuf> {
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

/// The programs that the outer cargo uses, where there is one.
fn program(variable: &str, otherwise: &str) -> std::ffi::OsString {
    std::env::var_os(variable).unwrap_or_else(|| otherwise.into())
}

/// One line of cargo's JSON, as far as it matters.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    manifest_path: PathBuf,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// The module among cargo's messages: the `.wasm` of the crate itself, not of one that it depends on.
fn module(messages: &str, crate_file: &Path) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .filter(|message| message.reason == "compiler-artifact" && message.manifest_path == crate_file)
        .flat_map(|message| message.filenames)
        .find(|file| file.extension().is_some_and(|ending| ending == "wasm"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_of_the_crate_itself_is_taken() {
        let messages = r#"{"reason":"compiler-artifact","manifest_path":"/w/dep/Cargo.toml","filenames":["/t/dep.wasm"]}
not json
{"reason":"compiler-artifact","manifest_path":"/w/me/Cargo.toml","filenames":["/t/libme.rlib","/t/me.wasm"]}
{"reason":"build-finished","success":true}"#;
        assert_eq!(module(messages, Path::new("/w/me/Cargo.toml")), Some(PathBuf::from("/t/me.wasm")));
        assert_eq!(module(messages, Path::new("/w/other/Cargo.toml")), None);
    }

    #[test]
    fn no_folder_of_this_machine_stays_in_a_component() {
        let said = r#"{"workspace_root":"/home/li/stall","packages":[
            {"name":"stall","source":null,"manifest_path":"/home/li/stall/Cargo.toml"},
            {"name":"banshi-sdk","source":null,"manifest_path":"/opt/banshi/sdk/rust/Cargo.toml"},
            {"name":"serde","source":"registry","manifest_path":"/home/li/.cargo/registry/serde/Cargo.toml"}]}"#;
        let flags = flags(&serde_json::from_str(said).unwrap(), Some(Path::new("/home/li/.cargo")));
        assert_eq!(
            flags[1..],
            [
                "--remap-path-prefix=/home/li/stall=/src",
                "--remap-path-prefix=/home/li/.cargo=/cargo",
                "--remap-path-prefix=/opt/banshi/sdk/rust=/src/banshi-sdk",
            ]
        );
    }

    #[tokio::test]
    async fn settings_are_built_without_a_compiler() {
        let dir = tempfile::tempdir().unwrap();
        let text = "name = \"a/b\"\nversion = \"1.2.3\"\nmatter = \"B01\"\ntitle = { zh = \"甲\" }\n[authority]\ndepartment = \"甲局\"\ndivision = \"310101\"\n[settings]\ndays = 3\n";
        std::fs::write(dir.path().join("variation.toml"), text).unwrap();
        let file = dir.path().join("out.banshi");
        let built = build(dir.path(), Some(&file), |_| {}).await.unwrap();
        let bytes = std::fs::read(&file).unwrap();
        assert_eq!((built.bytes, built.digest), (bytes.len(), Digest::of(&bytes)));
        let package = Package::decode(&bytes).unwrap();
        assert_eq!(package.manifest.settings["days"], 3);
        assert!(package.component.is_empty());
    }
}
