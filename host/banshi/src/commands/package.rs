//! `banshi package`: from a folder to a published package.

use std::path::{Path, PathBuf};

use banshi_engine::api::registry::PackageView;
use banshi_model::ids::{Authority, Department, Division, MatterCode};
use banshi_model::package::Package;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::json;

use super::fits;
use super::report::{self, report_or_refusal};
use super::trust::signing;
use super::wording;
use crate::cli::{HostArgs, KeyArgs};
use crate::client::every;
use crate::failure::{Failure, Kind, OrFail, Result};
use crate::output::{Out, plain};
use crate::package::{build, check, new, sign};
use crate::table::Table;

const BUILD_HELP: &str = "\
示例 Example:
  banshi package build plugins/food-business
  banshi package build my-variation -o my-variation.banshi

  目录中有 package.toml（事项、代码变体）或 variation.toml（变体）。参数变体不需要编译器。
  The folder holds package.toml (a matter) or variation.toml (a variation). Settings need no compiler; code needs
  cargo, and the target wasm32-unknown-unknown is added through rustup if it is missing.";

const CHECK_HELP: &str = "\
示例 Example:
  banshi package check shanghai-food-business-1.0.0.banshi
  banshi package check huangpu.banshi --base shanghai-convenience-store-1.0.0.banshi
  banshi package check huangpu.banshi --host https://banshi.example.gov.cn --token @huangpu.token

  在本机上按主机准入的同一套规则检查；变体给出 --base 后，还会试着叠加在其上。给出 --host 则由该主机按其现行规则与
  已施行的组件包检查，不留存任何内容。
  Checks on this machine by the very rules of a host's admission; a variation with --base is also laid over it. With
  --host that host checks it, by its own law rows and over what is in force there, and keeps nothing of it.";

const NEW_HELP: &str = "\
示例 Example:
  banshi package new my-permit --matter PD-1 --department 城市管理局 --division 310115
  banshi package new faster --variation-of EX-STALL --department 城市管理局 --division 310115

  新目录即可构建、测试、施行；再按需修改。
  The new folder builds, tests and can be enacted as it is; then make it yours.";

/// What there is to do with packages.
#[derive(Debug, Subcommand)]
pub enum PackageCommand {
    /// 新建一个目录 · Make a folder to begin with
    #[command(after_help = NEW_HELP)]
    New(NewArgs),
    /// 构建 · Build a package file out of a folder
    #[command(after_help = BUILD_HELP)]
    Build(BuildArgs),
    /// 检查（在本机，或由主机试行准入）· Check a package file, here or by a host that keeps nothing of it
    #[command(after_help = CHECK_HELP)]
    Check(CheckArgs),
    /// 生成签名密钥 · Make a key to sign with
    #[command(after_help = signing::KEYGEN_HELP)]
    Keygen(signing::KeygenArgs),
    /// 签名 · Sign a package file, in one role
    #[command(after_help = signing::SIGN_HELP)]
    Sign(signing::SignArgs),
    /// 核对签名（无需主机）· Check a package's signatures without a host
    #[command(after_help = signing::VERIFY_HELP)]
    Verify(signing::VerifyArgs),
    /// 发布到主机 · Publish a package file to a host
    #[command(after_help = "示例 Example:\n  banshi package publish huangpu.banshi --token @huangpu.token")]
    Publish {
        /// 组件包 · The package file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// 签名文件；默认旁边的 FILE.sig（如有）· The signature file; FILE.sig, where there is one, unless said
        #[arg(long, value_name = "FILE")]
        signatures: Option<PathBuf>,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
        /// The key of this write.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// 准入报告 · The report of a package's admission
    #[command(after_help = report::REPORT_HELP)]
    Report(report::ReportArgs),
    /// 其上的变体是否仍适用 · Whether the variations above it stand on it
    #[command(after_help = fits::FITS_HELP)]
    Fits(fits::FitsArgs),
    /// 已施行的组件包新发现的问题 · What is newly found of packages in force
    #[command(after_help = report::FINDINGS_HELP)]
    Findings {
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 列出已发布的组件包 · List published packages
    #[command(after_help = "示例 Example:\n  banshi package list")]
    List {
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
}

/// Arguments of `package new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// 新目录，组件包以其命名 · The new folder; the package is named after it
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// 新事项的代码 · A new matter of this code
    #[arg(long, value_name = "CODE", required_unless_present = "variation_of", conflicts_with = "variation_of")]
    pub matter: Option<MatterCode>,
    /// 此事项的参数变体 · A settings variation of this matter
    #[arg(long, value_name = "CODE")]
    pub variation_of: Option<MatterCode>,
    /// 机构的部门 · The authority's department
    #[arg(long)]
    pub department: Department,
    /// 机构的区划 · The authority's division
    #[arg(long)]
    pub division: Division,
    /// 克隆的源代码目录；不给则从当前目录向上查找 · The cloned repository; looked for upwards from here unless said
    #[arg(long, value_name = "DIR")]
    pub source: Option<PathBuf>,
}

/// Arguments of `package build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// 目录 · The folder
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// 输出文件；默认 名称-版本.banshi · Where to; NAME-VERSION.banshi unless said
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `package check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// 组件包 · The package file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// 先行施行的组件包（事项，下层变体），自下而上 · Packages below it, the matter first
    #[arg(long, value_name = "FILE")]
    pub base: Vec<PathBuf>,
    /// 以此日为准；不给则为今日 · As of this day; today unless said
    #[arg(long, value_name = "DATE")]
    pub on: Option<Date>,
    /// 由此主机检查，不发布 · Let this host check it, without publishing
    #[arg(long, value_name = "URL", conflicts_with_all = ["base", "on"])]
    pub host: Option<String>,
    /// 签名文件（与 --host 同用）；默认旁边的 FILE.sig（如有）· With --host, the signature file; FILE.sig unless said
    #[arg(long, value_name = "FILE", requires = "host")]
    pub signatures: Option<PathBuf>,
    /// 令牌，或 @文件（与 --host 同用）· With --host, the token, or `@` and a file that holds it
    #[arg(long, env = "BANSHI_TOKEN", hide_env_values = true, value_name = "TOKEN|@FILE")]
    pub token: Option<String>,
    /// 最多等待的秒数（与 --host 同用）· With --host, how long it may take, in seconds
    #[arg(long, default_value_t = 300, value_name = "SECONDS")]
    pub timeout: u64,
}

/// Does it.
pub async fn run(command: PackageCommand, out: Out) -> Result {
    match command {
        PackageCommand::New(args) => made(args, out),
        PackageCommand::Build(args) => {
            let built = build::build(&args.dir, args.output.as_deref(), |note| out.note(note)).await?;
            out.show(&built, |built| {
                let (file, bytes, digest) = (built.file.display(), built.bytes, built.digest);
                format!("已构建 built {file}\n大小 size   {bytes} 字节 bytes\n摘要 digest {digest}")
            })
        }
        PackageCommand::Check(CheckArgs { file, host: Some(host), signatures, token, timeout, .. }) => {
            let bytes = read(&file)?;
            let signatures = sign::signatures(&signatures.unwrap_or_else(|| sign::beside(&file)))?;
            let report = HostArgs { host, token, timeout }.client()?.check_package(bytes, signatures).await?;
            report_or_refusal(&report, &report, out)
        }
        PackageCommand::Check(args) => {
            let checked = check::check(&args.file, &args.base, args.on).await?;
            report_or_refusal(&checked, &checked.report, out)?;
            if !checked.stands && !out.json {
                out.line("\n未叠加试行：给出 --base 以检查能否叠加在下层之上 not laid over anything: give --base")?;
            }
            Ok(())
        }
        PackageCommand::Keygen(args) => signing::make_key(&args, out),
        PackageCommand::Sign(args) => signing::sign_package(&args, out),
        PackageCommand::Verify(args) => signing::verify_package(&args, out),
        PackageCommand::Publish { file, signatures, host, key } => {
            let bytes = read(&file)?;
            let signatures = sign::signatures(&signatures.unwrap_or_else(|| sign::beside(&file)))?;
            let report = host.client()?.publish_signed(bytes, signatures, &key.key()?).await?;
            report_or_refusal(&report, &report, out)
        }
        PackageCommand::Report(args) => report::report(&args, out).await,
        PackageCommand::Fits(args) => fits::fits(&args, out).await,
        PackageCommand::Findings { host } => report::standing(&host, out).await,
        PackageCommand::List { host } => list(&host, out).await,
    }
}

fn made(args: NewArgs, out: Out) -> Result {
    let authority = Authority { department: args.department, division: args.division };
    let wish = |matter| new::Wish { matter, authority, sdk: args.source };
    let (made, next) = match (args.matter, args.variation_of) {
        (Some(matter), _) => (new::matter(&args.dir, &wish(matter))?, "cargo test\n  "),
        (None, Some(below)) => (new::variation(&args.dir, &wish(below))?, ""),
        (None, None) => return Err(Failure::usage("give --matter or --variation-of".to_owned())),
    };
    out.show(&made, |made| {
        let (folder, files) = (made.folder.display(), made.files.join("  "));
        format!("已新建 made {folder}\n{files}\n\n下一步 next:\n  cd {folder}\n  {next}banshi package build .")
    })
}

async fn list(host: &HostArgs, out: Out) -> Result {
    let client = host.client()?;
    let packages: Vec<PackageView> = every(async |cursor| client.packages(cursor).await).await?;
    let note = client.trust().await?.note;
    out.show(&json!({ "items": packages, "trust": note }), |_| {
        let mut table =
            Table::new(&["名称 name", "版本", "类别 kind", "事项", "机构 authority", "摘要 digest", "签名 signed"]);
        for package in &packages {
            let m = &package.manifest;
            let digest: String = package.digest.to_string().chars().take(12).collect();
            let signed = signed(package);
            let (name, authority) = (m.name.to_string(), m.authority.to_string());
            table.row([&name, &m.version, wording::kind(m.kind), m.matter.as_str(), &authority, &digest, &signed]);
        }
        format!("{}\n{}", plain(&wording::text(&note)), table.render())
    })
}

/// Who wrote, reviewed and released a package.
fn signed(package: &PackageView) -> String {
    let Some(release) = &package.signed else { return "未签名 unsigned".to_owned() };
    let persons: Vec<String> =
        release.signatories.iter().map(|one| format!("{} {}", one.role.zh(), one.person)).collect();
    persons.join("，")
}

/// A package file's bytes, checked to be one.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let bytes = std::fs::read(path).or_fail(Kind::Usage, format!("cannot read {}", path.display()))?;
    Package::decode(&bytes).or_fail(Kind::Usage, path.display())?;
    Ok(bytes)
}
