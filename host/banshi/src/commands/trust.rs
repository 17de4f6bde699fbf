//! `banshi trust`: the platform's trust root, made and signed on files, installed on a host.

mod draft;
pub mod signing;

use std::path::PathBuf;

use banshi_engine::api::trust::{PinnedCase, TrustView};
use banshi_model::ids::Digest;
use banshi_model::release::SigningRole;
use banshi_model::time;
use banshi_trust::SignedRoot;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::{HostArgs, KeyArgs};
use crate::client::every;
use crate::failure::{Kind, OrFail, Result};
use crate::output::{Out, plain};
use crate::package::{keygen, sign};
use crate::table::Table;

pub use draft::{DelegateArgs, InitArgs, RevokeArgs};

const INIT_HELP: &str = "\
示例 Example:
  banshi trust init trust-1.json --platform 上海市一网通办 --key wang.pub --key zhao.pub --threshold 2 \\
      --expires 2027-01-01

  生成未签名的第一版；随后 delegate、sign、install。
  Makes an unsigned first version; then delegate, sign, install.";

const DELEGATE_HELP: &str = "\
示例 Example:
  banshi trust delegate trust-1.json --name 浦东市监 --department 市场监督管理局 --division 310115 \\
      --author zhangsan.pub --reviewer lisi.pub --releaser wangwu.pub
  banshi trust delegate trust-1.json -o trust-2.json --name 上海烟草 --department 烟草专卖局 --division 310000 \\
      --below --author a.pub --reviewer b.pub --releaser c.pub

  --below 为垂直管理部门：含该区划以下各级。已签名的文件须用 -o 另存为下一版本。
  --below is the own line of a vertical department. A signed file becomes the next version, under -o.";

const REVOKE_HELP: &str = "\
示例 Example:
  banshi trust revoke trust-1.json -o trust-2.json --key zhangsan.pub --reason 私钥遗失
  banshi trust revoke trust-1.json -o trust-2.json --package faster.banshi --reason 期限有误

  安装后，被撤销的组件包不再接收新办件；在办件不变。
  Once installed, what is revoked takes no new cases; open cases stay as they are.";

const SIGN_HELP: &str = "\
示例 Example:
  banshi trust sign trust-2.json --key wang.key

  新版本须由上一版本和本版本的根密钥各达到门限。
  A new version takes the threshold of the version before and its own.";

const SHOW_HELP: &str = "\
示例 Example:
  banshi trust show
  banshi trust show -o trust.json        # 供离线签名 for signing offline
  banshi trust show trust-2.json         # 看文件 a file";

/// What there is to do with the trust root.
#[derive(Debug, Subcommand)]
pub enum TrustCommand {
    /// 生成第一版信任根 · Make a first root
    #[command(after_help = INIT_HELP)]
    Init(InitArgs),
    /// 授权一个机构 · Let an authority sign for itself
    #[command(after_help = DELEGATE_HELP)]
    Delegate(DelegateArgs),
    /// 撤销密钥或组件包 · Revoke a key or a package
    #[command(after_help = REVOKE_HELP)]
    Revoke(RevokeArgs),
    /// 用根密钥签名 · Sign a root with a root key
    #[command(after_help = SIGN_HELP)]
    Sign {
        /// 信任根文件 · The root's file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// 私钥文件 · The private key's file
        #[arg(long, value_name = "KEY")]
        key: PathBuf,
    },
    /// 显示信任根 · Show the root of a host, or of a file
    #[command(after_help = SHOW_HELP)]
    Show(ShowArgs),
    /// 安装到主机；此后每次发布须有签名 · Install a root; from then on every publish takes signatures
    #[command(after_help = "示例 Example:\n  banshi trust install trust-1.json --token @admin.token")]
    Install {
        /// 信任根文件 · The root's file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
        /// The key of this write.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// 停收新办件的组件包下的在办件 · Open cases of a package that takes no new ones
    #[command(after_help = "示例 Example:\n  banshi trust cases 3f0c12ab… --token @admin.token")]
    Cases {
        /// 组件包摘要 · The package's digest
        #[arg(value_name = "DIGEST")]
        package: Digest,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
}

/// Arguments of `trust show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// 信任根文件；不给则为主机的 · A root's file; the host's unless said
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// 将信任根写入文件 · Write the root into a file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    host: HostArgs,
}

/// Does it.
pub async fn run(command: TrustCommand, out: Out) -> Result {
    match command {
        TrustCommand::Init(args) => draft::init(&args, out),
        TrustCommand::Delegate(args) => draft::delegate(&args, out),
        TrustCommand::Revoke(args) => draft::revoke(&args, out),
        TrustCommand::Sign { file, key } => {
            let mut root = sign::root(&file)?;
            root.sign(&keygen::private(&key)?).or_fail(Kind::Usage, key.display())?;
            draft::write(&file, &root)?;
            out.show(&root, shown)
        }
        TrustCommand::Show(args) => show(args, out).await,
        TrustCommand::Install { file, host, key } => {
            let view = host.client()?.install_trust(&sign::root(&file)?, &key.key()?).await?;
            out.show(&view, viewed)
        }
        TrustCommand::Cases { package, host } => {
            let client = host.client()?;
            let cases: Vec<PinnedCase> = every(async |cursor| client.closed_cases(&package, cursor).await).await?;
            out.show(&json!({ "items": cases }), |_| {
                let mut table = Table::new(&["办件 case", "事项", "区划", "收件 received", "施行 enactment"]);
                for case in &cases {
                    let (id, received) = (case.id.to_string(), time::text(case.received));
                    table.row([&id, case.matter.as_str(), case.division.as_str(), &received, case.enactment.as_str()]);
                }
                table.render()
            })
        }
    }
}

async fn show(args: ShowArgs, out: Out) -> Result {
    if let Some(file) = args.file {
        return out.show(&sign::root(&file)?, shown);
    }
    let view = args.host.client()?.trust().await?;
    if let (Some(output), Some(root)) = (&args.output, &view.root) {
        draft::write(output, root)?;
    }
    out.show(&view, viewed)
}

fn viewed(view: &TrustView) -> String {
    let note = [view.note.zh.as_str(), view.note.en.as_deref().unwrap_or_default()].join("\n");
    let mut text = format!("{}\n", plain(&note));
    if let Some(root) = &view.root {
        text.push('\n');
        text.push_str(&shown(root));
    }
    let mut closed = Table::new(&["停收新办件的组件包 closed", "版本", "事项", "自 since", "原因 why", "摘要 digest"]);
    for one in &view.closed {
        let (since, digest) = (time::text(one.since), one.package.to_string());
        closed.row([one.name.as_str(), &one.version, one.matter.as_str(), &since, &one.reason.zh, &digest]);
    }
    if !closed.is_empty() {
        text.push_str(&format!("\n{}", closed.render()));
    }
    text
}

/// A root for a person.
fn shown(file: &SignedRoot) -> String {
    let root = &file.signed;
    let by = |key: &Digest| root.keys.get(key).map_or_else(|| key.to_string(), |key| key.person.clone());
    let people = |keys: &mut dyn Iterator<Item = &Digest>| keys.map(by).collect::<Vec<_>>().join("、");
    let signed = people(&mut file.signatures.iter().map(|signature| &signature.key));
    let mut text = format!(
        "{} 信任根 trust root\n版本 version {}，至 until {}\n根密钥 root keys {}（{} 人 of them）\n已签名 signed by {}\n",
        plain(&root.platform),
        root.version,
        root.expires,
        plain(&people(&mut root.root.keys.iter())),
        root.root.threshold,
        if signed.is_empty() { "—".to_owned() } else { plain(&signed) },
    );
    let mut table = Table::new(&["授权 delegation", "机构 authority", "起草 author", "审核 reviewer", "发布 releaser"]);
    for delegation in &root.delegations {
        let below = if delegation.below { " 及以下 and below" } else { "" };
        let authority = format!("{}@{}{below}", delegation.department, delegation.division);
        let role = |role: SigningRole| {
            let held = delegation.role(role);
            format!("{}（{}）", people(&mut held.keys.iter()), held.threshold)
        };
        let [author, reviewer, releaser] = SigningRole::ALL.map(role);
        table.row([delegation.name.clone(), authority, author, reviewer, releaser]);
    }
    text.push_str(&table.render());
    let mut revoked = Table::new(&["已撤销 revoked", "原因 why"]);
    for key in &root.revoked_keys {
        revoked.row([format!("密钥 key {}", by(&key.key)), key.reason.clone()]);
    }
    for package in &root.revoked_packages {
        revoked.row([format!("组件包 package {}", package.package), package.reason.clone()]);
    }
    if !revoked.is_empty() {
        text.push_str(&format!("\n{}", revoked.render()));
    }
    text
}
