//! `banshi matter`: what is in force at a place, and which layer each value comes from.

use banshi_engine::api::registry::{EffectiveView, MatterSummary};
use banshi_model::ids::{Division, MatterCode};
use clap::{Args, Subcommand};
use serde_json::json;

use super::wording;
use crate::cli::HostArgs;
use crate::failure::Result;
use crate::output::{Out, plain};
use crate::table::Table;

/// What there is to know of matters.
#[derive(Debug, Subcommand)]
pub enum MatterCommand {
    /// 某地现行的事项 · Matters in force at a place
    #[command(after_help = "示例 Example:\n  banshi matter list 310115")]
    List {
        /// 区划 · The place
        #[arg(value_name = "DIVISION")]
        division: Division,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 现行定义 · The effective definition
    #[command(after_help = "示例 Example:\n  banshi matter show 310101 B01")]
    Show(OneArgs),
    /// 每个生效值及其所在层 · Every effective value with the layer it comes from
    #[command(after_help = "示例 Example:\n  banshi matter explain 310101 B01")]
    Explain(ExplainArgs),
}

/// Which matter, where.
#[derive(Debug, Args)]
pub struct OneArgs {
    /// 区划 · The place
    #[arg(value_name = "DIVISION")]
    division: Division,
    /// 事项编码 · Its code
    #[arg(value_name = "CODE")]
    code: MatterCode,
    #[command(flatten)]
    host: HostArgs,
}

/// Which matter, where, and for whom.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    #[command(flatten)]
    one: OneArgs,
    /// 按逐步施行范围之内的申请人显示 · As those follow it who are in all gradual starts
    #[arg(long)]
    inside: bool,
}

/// Does it.
pub async fn run(command: MatterCommand, out: Out) -> Result {
    match command {
        MatterCommand::List { division, host } => {
            let matters = host.client()?.matters(&division).await?;
            out.show(&json!({ "items": matters }), |_| listed(&matters))
        }
        MatterCommand::Show(args) => {
            let view = args.host.client()?.matter(&args.division, &args.code, false).await?;
            out.show(&view, shown)
        }
        MatterCommand::Explain(ExplainArgs { one, inside }) => {
            let view = one.host.client()?.matter(&one.division, &one.code, inside).await?;
            out.show(&view, explained)
        }
    }
}

fn listed(matters: &[MatterSummary]) -> String {
    let mut table =
        Table::new(&["编码 code", "名称 title", "类别 kind", "部门 department", "层数 layers", "示例 sample"]);
    for matter in matters {
        let kind = if matter.bundle { "一业一证 bundle" } else { "单项 single" };
        let (title, layers) = (wording::text(&matter.title), matter.layers.to_string());
        let sample = if matter.samples.is_empty() { "" } else { "示例" };
        table.row([matter.code.as_str(), &title, kind, &matter.department, &layers, sample]);
    }
    table.render()
}

fn head(view: &EffectiveView) -> String {
    let d = &view.definition;
    let mut text = format!("{} {} @ {}\n", view.code, plain(&wording::text(&d.title)), view.division);
    text.push_str(&format!("部门 department  {}\n", plain(&d.department)));
    let ceiling = view.ceiling.as_ref().map_or_else(
        || plain(&format!("{}（{}）", wording::span(d.statutory), d.statutory_basis)),
        |ceiling| plain(&format!("{}（{}，{}）", wording::span(ceiling.span), ceiling.clause, ceiling.row)),
    );
    text.push_str(&format!("法定时限 statutory {ceiling}\n承诺时限 promised  {}\n", wording::promised(d.promised)));
    for sample in &d.samples {
        text.push_str(&format!("示例 sample: {}\n", plain(&wording::text(sample))));
    }
    text
}

fn shown(view: &EffectiveView) -> String {
    let d = &view.definition;
    let mut text = head(view);
    let mut stages = Table::new(&["环节 stage", "名称 title", "科室 unit", "时限 limit", "前置 after"]);
    for stage in &d.stages {
        let limit = stage.limit.map_or_else(|| "—".to_owned(), wording::span);
        let after: Vec<&str> = stage.after.iter().map(banshi_model::ids::Slug::as_str).collect();
        stages.row([stage.id.as_str(), &wording::text(&stage.title), &stage.unit, &limit, &after.join(", ")]);
    }
    let mut materials = Table::new(&["材料 material", "名称 title", "来源 sources", "依据 basis"]);
    for material in &d.materials {
        let sources: Vec<String> = material.sources.iter().map(wording::source).collect();
        materials.row([material.id.as_str(), &wording::text(&material.title), &sources.join(" → "), &material.basis]);
    }
    let mut fields = Table::new(&["字段 field", "名称 title", "来源 sources"]);
    for field in &d.fields {
        let sources: Vec<String> = field.sources.iter().map(wording::source).collect();
        fields.row([field.id.as_str(), &wording::text(&field.title), &sources.join(" → ")]);
    }
    let mut parts = Table::new(&["组成事项 part", "部门 department", "牵头 lead"]);
    for part in d.bundle.iter().flat_map(|bundle| &bundle.parts) {
        parts.row([part.code.as_str(), &part.department, if part.lead { "牵头" } else { "" }]);
    }
    let mut knobs = Table::new(&["可调参数 knob", "含义 meaning", "生效值 effective", "收紧方向 narrows"]).widest(48);
    for knob in &view.knobs {
        let value = view.parameters.get(knob.id.as_str()).unwrap_or(&knob.default).to_string();
        knobs.row([knob.id.as_str(), &wording::text(&knob.title), &value, wording::narrows(knob.narrows)]);
    }
    for table in [parts, stages, materials, fields, knobs] {
        if !table.is_empty() {
            text.push('\n');
            text.push_str(&table.render());
        }
    }
    text
}

fn explained(view: &EffectiveView) -> String {
    let mut layers =
        Table::new(&["层 layer", "机构 authority", "组件包 package", "类别 kind", "文号 instrument", "施行 enactment"]);
    for (number, layer) in view.layers.iter().enumerate() {
        let (authority, package) = (layer.authority.to_string(), format!("{}@{}", layer.name, layer.version));
        let number = (number + 1).to_string();
        layers.row([
            &number,
            &authority,
            &package,
            wording::kind(layer.kind),
            &layer.instrument,
            layer.enactment.as_str(),
        ]);
    }
    let mut enacted = Table::new(&["施行 enactment", "自 from", "至 until", "适用 governs", "编写·审核·发布 by"]);
    for e in &view.in_force {
        let until = e.until.map_or_else(|| "—".to_owned(), |last| last.to_string());
        let persons = [&e.persons.wrote, &e.persons.reviewed, &e.persons.released];
        let persons: Vec<String> = persons.map(|names| names.join(", ")).into();
        let clause = wording::transitional(e.transitional);
        enacted.row([e.enactment.as_str(), &e.from.to_string(), &until, clause, &persons.join(" · ")]);
    }
    let mut emergencies = Table::new(&["应急措施 emergency", "文号 instrument", "措施 measures", "至 until"]);
    for e in &view.emergencies {
        let measures: Vec<&str> = e.measures.iter().map(banshi_model::emergency::Measure::name).collect();
        emergencies.row([e.id.as_str(), &e.instrument, &measures.join(", "), &e.until.to_string()]);
    }
    let emergencies = if emergencies.is_empty() { String::new() } else { format!("{}\n", emergencies.render()) };
    let mut values =
        Table::new(&["值 value of", "生效值 effective", "层 layer", "组件包 package", "文号 instrument"]).widest(48);
    for from in &view.provenance {
        let layer = view.layers.iter().position(|layer| layer.enactment == from.enactment);
        let layer = layer.map_or_else(|| "?".to_owned(), |at| (at + 1).to_string());
        let package = format!("{}@{}", from.name, from.version);
        let instrument = from.share.map_or_else(
            || from.instrument.clone(),
            |share| format!("{}（逐步施行 gradual {share} %）", from.instrument),
        );
        values.row([&from.path, &from.value.to_string(), &layer, &package, &instrument]);
    }
    let parts = [head(view), layers.render(), enacted.render()].join("\n");
    format!("{parts}\n{emergencies}{}{}", gradual(view), values.render())
}

/// Gradual starts here; nothing where there is none.
fn gradual(view: &EffectiveView) -> String {
    let mut table = Table::new(&[
        "逐步施行 gradual start",
        "机构 authority",
        "文号 instrument",
        "新办件 new cases",
        "此处所示 shown",
    ]);
    for start in &view.gradual {
        let shown = if start.applies == Some(true) { "在其内 inside" } else { "在其外 outside" };
        let (authority, share) = (start.authority.to_string(), format!("{} %", start.share));
        table.row([start.enactment.as_str(), &authority, &start.instrument, &share, shown]);
    }
    if table.is_empty() { String::new() } else { format!("{}\n", table.render()) }
}
