//! Drafts of a trust root on files: a first version, delegations, revocations.

use std::path::{Path, PathBuf};

use banshi_model::ids::{Department, Digest, Division};
use banshi_model::package::Package;
use banshi_trust::edit::{Dates, first};
use banshi_trust::{Delegation, Root, SignedRoot, Threshold, edit};
use clap::Args;
use jiff::Timestamp;

use super::super::clock::instant;
use super::shown;
use crate::failure::{Failure, Kind, OrFail, Result};
use crate::output::{Out, plain};
use crate::package::keygen;

/// Arguments of `trust init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// 新文件 · The new file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 平台名称 · The platform's name
    #[arg(long)]
    platform: String,
    /// 根密钥的公钥文件，可多次 · A root key's public file; may be given several times
    #[arg(long = "key", value_name = "PUB", required = true)]
    keys: Vec<PathBuf>,
    /// 须几人签名 · How many of them must sign
    #[arg(long, value_name = "N", default_value_t = 1)]
    threshold: u32,
    /// 到期 · When it expires
    #[arg(long, value_name = "RFC3339|DATE", value_parser = instant)]
    expires: Timestamp,
}

/// Which file is worked on.
#[derive(Debug, Args)]
pub struct DraftArgs {
    /// 信任根文件 · The root's file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 写入的文件；未签名的草稿可就地修改 · Where to; an unsigned draft is changed in place unless said
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// 新的到期 · When the new version expires; as before unless said
    #[arg(long, value_name = "RFC3339|DATE", value_parser = instant)]
    expires: Option<Timestamp>,
}

/// Arguments of `trust delegate`.
#[derive(Debug, Args)]
pub struct DelegateArgs {
    #[command(flatten)]
    draft: DraftArgs,
    /// 授权名称；同名者被替换 · The delegation's name; one of the same name is replaced
    #[arg(long)]
    name: String,
    /// 部门 · The department
    #[arg(long)]
    department: Department,
    /// 区划 · The division
    #[arg(long)]
    division: Division,
    /// 含以下各级区划 · Also for everything below: a vertical department's own line
    #[arg(long)]
    below: bool,
    /// 授权到期 · When the delegation expires; with the root unless said
    #[arg(long, value_name = "RFC3339|DATE", value_parser = instant)]
    until: Option<Timestamp>,
    /// 起草人的公钥文件，可多次 · An author's public key file
    #[arg(long = "author", value_name = "PUB", required = true)]
    authors: Vec<PathBuf>,
    /// 审核人的公钥文件，可多次 · A reviewer's public key file
    #[arg(long = "reviewer", value_name = "PUB", required = true)]
    reviewers: Vec<PathBuf>,
    /// 发布人的公钥文件，可多次 · A releaser's public key file
    #[arg(long = "releaser", value_name = "PUB", required = true)]
    releasers: Vec<PathBuf>,
    /// 须几名起草人 · How many authors must sign
    #[arg(long, value_name = "N", default_value_t = 1)]
    author_threshold: u32,
    /// 须几名审核人 · How many reviewers must sign
    #[arg(long, value_name = "N", default_value_t = 1)]
    reviewer_threshold: u32,
    /// 须几名发布人 · How many releasers must sign
    #[arg(long, value_name = "N", default_value_t = 1)]
    releaser_threshold: u32,
}

/// Arguments of `trust revoke`.
#[derive(Debug, Args)]
pub struct RevokeArgs {
    #[command(flatten)]
    draft: DraftArgs,
    /// 密钥编号或公钥文件 · The key's id, or its public file
    #[arg(long, value_name = "ID|PUB", required_unless_present = "package", conflicts_with = "package")]
    key: Option<String>,
    /// 自此时起发布的组件包受影响；不给则为全部 · Only what was published from then on is closed; everything unless said
    #[arg(long, value_name = "RFC3339|DATE", value_parser = instant, requires = "key")]
    since: Option<Timestamp>,
    /// 组件包摘要或文件 · The package's digest, or its file
    #[arg(long, value_name = "DIGEST|FILE")]
    package: Option<String>,
    /// 理由 · Why
    #[arg(long)]
    reason: String,
}

/// Makes a first root.
pub fn init(args: &InitArgs, out: Out) -> Result {
    if args.file.exists() {
        return Err(Failure::usage(format!("{} is there already", args.file.display())));
    }
    let holders = args.keys.iter().map(|path| keygen::public(path)).collect::<Result<Vec<_>>>()?;
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|e| Failure::new(Kind::Failed, format!("no randomness: {e}")))?;
    let dates = Dates { issued: Timestamp::now(), expires: args.expires };
    finish(&args.file, &first(id, &args.platform, &holders, args.threshold, dates), out)
}

/// Puts a delegation in.
pub fn delegate(args: &DelegateArgs, out: Out) -> Result {
    let (to, mut draft) = next(&args.draft)?;
    let root = &mut draft.signed;
    let author = threshold(root, &args.authors, args.author_threshold)?;
    let reviewer = threshold(root, &args.reviewers, args.reviewer_threshold)?;
    let releaser = threshold(root, &args.releasers, args.releaser_threshold)?;
    root.delegate(Delegation {
        name: args.name.clone(),
        department: args.department.clone(),
        division: args.division.clone(),
        below: args.below,
        expires: args.until,
        author,
        reviewer,
        releaser,
    });
    finish(&to, &draft, out)
}

fn threshold(root: &mut Root, keys: &[PathBuf], threshold: u32) -> Result<Threshold> {
    let mut held = Threshold { threshold, ..Threshold::default() };
    for path in keys {
        held.keys.insert(root.hold(&keygen::public(path)?));
    }
    Ok(held)
}

/// Revokes a key or a package.
pub fn revoke(args: &RevokeArgs, out: Out) -> Result {
    let (to, mut draft) = next(&args.draft)?;
    match (&args.key, &args.package) {
        (Some(key), _) => {
            let id = match key.parse::<Digest>() {
                Ok(id) => id,
                Err(_) => keygen::public(Path::new(key))?.key.id(),
            };
            if !draft.signed.keys.contains_key(&id) {
                return Err(Failure::usage(format!("the root knows no key {id}")));
            }
            draft.signed.revoke_key(id, args.since, &args.reason);
        }
        (None, Some(package)) => {
            let digest = match package.parse::<Digest>() {
                Ok(digest) => digest,
                Err(_) => Package::digest(&crate::commands::package::read(Path::new(package))?),
            };
            draft.signed.revoke_package(digest, &args.reason);
        }
        (None, None) => return Err(Failure::usage("give --key or --package")),
    }
    finish(&to, &draft, out)
}

/// Where to write, and the draft to work on. A draft may break a rule for a while: a revoked key may leave a role empty
/// until somebody takes its place. What is signed may not.
fn next(args: &DraftArgs) -> Result<(PathBuf, SignedRoot)> {
    let bytes = std::fs::read(&args.file).or_fail(Kind::Usage, format!("cannot read {}", args.file.display()))?;
    let known: SignedRoot = serde_json::from_slice(&bytes).or_fail(Kind::Usage, args.file.display())?;
    let to = match &args.output {
        Some(output) if output.exists() && *output != args.file => {
            return Err(Failure::usage(format!("{} is there already", output.display())));
        }
        Some(output) if *output != args.file || known.signatures.is_empty() => output.clone(),
        None if known.signatures.is_empty() => args.file.clone(),
        _ => {
            let file = args.file.display();
            return Err(Failure::usage(format!("{file} is signed; name the next version's file with -o")));
        }
    };
    let expires = args.expires.unwrap_or(known.signed.expires);
    Ok((to, edit::draft(&known, Dates { issued: Timestamp::now(), expires })))
}

fn finish(to: &Path, root: &SignedRoot, out: Out) -> Result {
    write(to, root)?;
    if let Err(refusal) = root.signed.check() {
        let what = [refusal.text.zh.as_str(), refusal.text.en.as_deref().unwrap_or_default()].join(" ");
        out.note(&format!("还不能签名 cannot be signed yet: {} {}", plain(&refusal.place), plain(&what)));
    }
    out.show(root, |root| format!("{}\n{}", to.display(), shown(root)))
}

/// Writes a root's file.
pub fn write(path: &Path, root: &SignedRoot) -> Result {
    std::fs::write(path, serde_json::to_vec_pretty(root)?)
        .or_fail(Kind::Usage, format!("cannot write {}", path.display()))
}
