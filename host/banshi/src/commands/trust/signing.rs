//! `banshi package keygen|sign|verify`: what the persons behind a package do, each on their own machine.

use std::path::PathBuf;

use banshi_model::release::{Release, SigningRole};
use banshi_trust::Algorithm;
use clap::Args;
use jiff::Timestamp;

use super::super::clock::instant;
use crate::commands::token::word;
use crate::failure::Result;
use crate::output::{Out, plain};
use crate::package::{keygen, sign};
use crate::table::Table;

/// Help of `package keygen`.
pub const KEYGEN_HELP: &str = "\
示例 Example:
  banshi package keygen zhangsan --person 张三
  banshi package keygen zhangsan --person 张三 --algorithm sm2-sm3

  zhangsan.key 是私钥（权限 0600），不离开本机；zhangsan.pub 交给平台登记。
  zhangsan.key is the private key (mode 0600) and stays on this machine; zhangsan.pub goes to the platform.";

/// Help of `package sign`.
pub const SIGN_HELP: &str = "\
示例 Example:
  banshi package sign faster.banshi --role author --key zhangsan.key --trust trust.json

  签名加入旁边的 faster.banshi.sig；起草、审核、发布由不同的人各签一次。
  The signature goes into faster.banshi.sig beside it; author, reviewer and releaser are different persons.";

/// Help of `package verify`.
pub const VERIFY_HELP: &str = "\
示例 Example:
  banshi package verify faster.banshi --trust trust.json

  与主机发布时同样的检查，无需主机。The very check of a publish, without a host.";

/// Arguments of `package keygen`.
#[derive(Debug, Args)]
pub struct KeygenArgs {
    /// 文件名，不含 .key 与 .pub · The files' name without .key and .pub
    #[arg(value_name = "NAME")]
    pub name: PathBuf,
    /// 持有人，发布后公开显示 · Who holds it; shown with every package that they sign
    #[arg(long)]
    pub person: String,
    /// 算法 · ed25519 or sm2-sm3
    #[arg(long, default_value = "ed25519", value_parser = word::<Algorithm>)]
    pub algorithm: Algorithm,
}

/// Arguments of `package sign`.
#[derive(Debug, Args)]
pub struct SignArgs {
    /// 组件包 · The package file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// 角色 · author, reviewer or releaser
    #[arg(long, value_parser = word::<SigningRole>)]
    pub role: SigningRole,
    /// 私钥文件 · The private key's file
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// 信任根文件（`banshi trust show -o`）· The trust root's file
    #[arg(long, value_name = "FILE")]
    pub trust: PathBuf,
    /// 签名文件；默认 FILE.sig · The signature file; FILE.sig unless said
    #[arg(long, value_name = "FILE")]
    pub signatures: Option<PathBuf>,
}

/// Arguments of `package verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// 组件包 · The package file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// 信任根文件 · The trust root's file
    #[arg(long, value_name = "FILE")]
    pub trust: PathBuf,
    /// 签名文件；默认 FILE.sig · The signature file; FILE.sig unless said
    #[arg(long, value_name = "FILE")]
    pub signatures: Option<PathBuf>,
    /// 以此时为准；默认此刻 · As of this instant; now unless said
    #[arg(long, value_name = "RFC3339|DATE", value_parser = instant)]
    pub on: Option<Timestamp>,
}

/// Makes a key.
pub fn make_key(args: &KeygenArgs, out: Out) -> Result {
    let made = keygen::keygen(&args.name, args.algorithm, &args.person)?;
    out.show(&made, |made| {
        let (private, public) = (made.private.display(), made.public.display());
        format!(
            "已生成密钥 made key {}\n持有人 person {}\n私钥 private {private}（0600，不要外传 keep it）\n公钥 public  {public}（交给平台 hand it to the platform）",
            made.id,
            plain(&made.person)
        )
    })
}

/// Signs.
pub fn sign_package(args: &SignArgs, out: Out) -> Result {
    let (key, root) = (keygen::private(&args.key)?, sign::root(&args.trust)?);
    let file = args.signatures.clone().unwrap_or_else(|| sign::beside(&args.file));
    let wish = sign::Wish { package: &args.file, file, root: &root, role: args.role, now: Timestamp::now() };
    let signed = sign::sign(wish, &key)?;
    out.show(&signed, |signed| {
        let next = match &signed.missing {
            None => "信任根已满足，可以发布 the trust root is satisfied: publish it".to_owned(),
            Some(missing) => format!("尚未满足 not satisfied yet: {}", plain(missing)),
        };
        let (who, role, file) = (plain(&signed.person), signed.role, signed.file.display());
        format!("{who} 已签名（{} {}）signed into {file}\n{next}", role.zh(), role.word())
    })
}

/// Verifies.
pub fn verify_package(args: &VerifyArgs, out: Out) -> Result {
    let root = sign::root(&args.trust)?;
    let file = args.signatures.clone().unwrap_or_else(|| sign::beside(&args.file));
    let release = sign::verify(&args.file, &file, &root, args.on.unwrap_or_else(Timestamp::now))?;
    out.show(&release, |release| {
        let (trust, name) = (release.trust, plain(&release.delegation));
        format!("签名成立 the signatures hold（信任根版本 trust version {trust}，{name}）\n{}", persons(release))
    })
}

/// Who stands behind a package.
fn persons(release: &Release) -> String {
    let mut table = Table::new(&["角色 role", "人员 person", "密钥 key", "签名时间 signed"]);
    for one in &release.signatories {
        let role = format!("{} {}", one.role.zh(), one.role.word());
        let key: String = one.key.to_string().chars().take(12).collect();
        table.row([role, one.person.clone(), key, banshi_model::time::text(one.signed)]);
    }
    table.render()
}
