//! `banshi task`: an officer's inbox and verdicts.

use banshi_engine::api::tasks::{TaskView, VerdictRequest};
use banshi_model::draft::Opinion;
use banshi_model::ids::{Division, TaskId};
use banshi_model::text::Reason;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::reason::reason;
use super::token::word;
use super::{case, wording};
use crate::cli::{HostArgs, KeyArgs};
use crate::client::every;
use crate::failure::{Kind, OrFail, Result};
use crate::output::{Out, plain};
use crate::table::Table;

const VERDICT_HELP: &str = "\
示例 Example:
  banshi task verdict 310115-210426-7K3M9QX2TR.onsite approve --data '{\"area\": 168}'
  banshi task verdict 310115-210426-7K3M9QX2TR.onsite object \\
      --reason '食品安全法 第三十三条=场所距污染源不足25米'

  不同意须有依据与理由。自读取后任务若有变化，结论会被拒绝（重新读取后再定）。
  An objection takes a clause and why. If the task changed since it was read, the verdict is refused.";

/// What there is to do with tasks.
#[derive(Debug, Subcommand)]
pub enum TaskCommand {
    /// 待办列表，先到期者在前 · Open tasks, earliest due first
    #[command(after_help = "示例 Example:\n  banshi task list --token @pudong-food.token")]
    List {
        /// 区划 · In this division and those within it
        #[arg(long)]
        division: Option<Division>,
        /// 科室 · Of this unit
        #[arg(long)]
        unit: Option<String>,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 一项待办 · One task
    #[command(after_help = "示例 Example:\n  banshi task show 310115-210426-7K3M9QX2TR.onsite")]
    Show {
        /// 待办编号 · Which
        #[arg(value_name = "TASK")]
        id: TaskId,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 作出结论 · Say something to a task
    #[command(after_help = VERDICT_HELP)]
    Verdict(VerdictArgs),
}

/// Arguments of `task verdict`.
#[derive(Debug, Args)]
pub struct VerdictArgs {
    /// 待办编号 · Which task
    #[arg(value_name = "TASK")]
    id: TaskId,
    /// 结论 · approve, object or abstain
    #[arg(value_name = "OPINION", value_parser = word::<Opinion>)]
    opinion: Opinion,
    /// 依据=理由，可多次 · Why, by clause; may be given several times
    #[arg(long = "reason", value_name = "BASIS=TEXT", value_parser = reason)]
    reasons: Vec<Reason>,
    /// 表单内容：JSON 或 @文件 · What the task's form asks: JSON, or `@` and a file
    #[arg(long, value_name = "JSON|@FILE")]
    data: Option<String>,
    /// 所读到的版本；不给则为当前版本 · The revision that was read; the current one unless said
    #[arg(long)]
    revision: Option<u64>,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Does it.
pub async fn run(command: TaskCommand, out: Out) -> Result {
    match command {
        TaskCommand::List { division, unit, host } => {
            let client = host.client()?;
            let filter = [("division", division.map(String::from)), ("unit", unit)];
            let filter: Vec<_> = filter.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
            let tasks = every(async |cursor| client.tasks(filter.clone(), cursor).await).await?;
            out.show(&json!({ "items": tasks }), |_| listed(&tasks))
        }
        TaskCommand::Show { id, host } => {
            let task = host.client()?.task(&id).await?;
            out.show(&task, shown)
        }
        TaskCommand::Verdict(args) => verdict(args, out).await,
    }
}

async fn verdict(args: VerdictArgs, out: Out) -> Result {
    let client = args.host.client()?;
    let revision = match args.revision {
        Some(revision) => revision,
        None => client.task(&args.id).await?.task.revision,
    };
    let data = args.data.as_deref().map_or(Ok(Value::Null), json_or_file)?;
    let request = VerdictRequest { revision, opinion: args.opinion, data, reasons: args.reasons };
    let answer = client.verdict(&args.id, &request, &args.key.key()?).await?;
    out.show(&answer, |answer| {
        let mut text = format!(
            "{} {}\n办件现处 the case is now: {}",
            answer.task,
            wording::opinion(args.opinion),
            wording::phase(answer.phase)
        );
        if let Some(fault) = &answer.parked {
            text.push_str(&plain(&format!(
                "\n结论有效，但组件出错，步骤已挂起 the verdict stands; the step is parked: {}: {}",
                fault.code, fault.text
            )));
        }
        text
    })
}

/// JSON on the command line, or from a file.
pub fn json_or_file(given: &str) -> Result<Value> {
    let text = match given.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(path).or_fail(Kind::Usage, format!("cannot read `{path}`"))?,
        None => given.to_owned(),
    };
    serde_json::from_str(&text).or_fail(Kind::Usage, "not JSON")
}

fn listed(tasks: &[TaskView]) -> String {
    let mut table =
        Table::new(&["待办 task", "名称 title", "科室 unit", "事项 matter", "到期 due", "办件到期 case due"]);
    for view in tasks {
        let due = view.task.due.map_or_else(|| "—".to_owned(), |due| due.to_string());
        let (title, matter) = (wording::text(&view.task.title), wording::text(&view.matter_title));
        table.row([
            view.task.id.as_str(),
            &title,
            &view.task.unit,
            &matter,
            &due,
            &wording::due_or_late(view.case_due.as_ref(), view.case_late),
        ]);
    }
    table.render()
}

fn shown(view: &TaskView) -> String {
    let mut text = listed(std::slice::from_ref(view));
    text.push_str(&format!("\n版本 revision {}\n", view.task.revision));
    if let Some(form) = &view.task.form {
        text.push_str(&format!("表单 form {}\n", plain(&form.to_string())));
    }
    text.push_str(&case::results([&view.task]));
    text
}
