//! An application is filed: what is asked, what the state knows already, and what is left.

use banshi_engine::api::cases::CaseView;
use banshi_engine::api::intake::PrefillAnswer;
use banshi_model::definition::{Answers, Question, Source};
use banshi_model::text::Text;
use serde_json::Value;

use super::applicant::{Applicant, Guided, Ready};
use super::cast::Shop;
use super::plot::{Filed, Plot};
use super::teller::Teller;
use crate::commands::wording;
use crate::failure::Result;
use crate::table::{Table, cut};

/// How much of a filing is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Every question, every source, every paper.
    Whole,
    /// What it came to, in one line.
    Brief,
}

/// What one source gave.
struct Gave {
    source: String,
    fields: Vec<Text>,
    papers: Vec<Text>,
}

impl Plot {
    /// A shop goes the whole way from the first question to the receipt, until somebody has something to do.
    pub(super) async fn file(&mut self, shop: &str, detail: Detail) -> Result {
        let shop = self.cast.shop(shop)?.clone();
        let place = shop.label.zh.clone();
        let applicant = Applicant {
            shop: &shop,
            samples: &self.samples,
            client: self.actors.of(&shop.name)?,
            matter: &self.cast.bundle,
        };
        self.doing = format!("{place} 情景引导 the guide");
        let guided = applicant.guided().await?;
        self.doing = format!("{place} 预填 prefilling");
        let form = applicant.prefilled(&guided).await?;
        self.doing = format!("{place} 上传、预检 papers and precheck");
        let ready = applicant.ready(&guided, &form).await?;
        self.doing = format!("{place} 提交 submitting");
        let case = applicant.submit(&ready).await?;
        if detail == Detail::Whole {
            self.show_guide(&guided)?;
            self.show_sources(&form)?;
            self.show_left(&form, &ready)?;
        }
        self.show_filed(&shop, &case, &form, detail)?;
        let teller = Teller::new(&place, &case);
        self.filed.push(Filed { shop: shop.name.clone(), place, case: case.summary.id, teller, closed: false });
        self.somebody_has_to_act().await
    }

    /// What a filing came to.
    fn show_filed(&self, shop: &Shop, case: &CaseView, form: &PrefillAnswer, detail: Detail) -> Result {
        let (id, area, layers, counts) = (&case.summary.id, shop.area, case.layers.len(), &case.counts);
        let (place, en) = (&shop.label.zh, shop.label.en.as_deref().unwrap_or_default());
        let before = if detail == Detail::Whole { "\n" } else { "" };
        let permits = form.parts.len();
        self.screen.line(&format!(
            "{before}  {place}提交 {en} files {id}：{area} m²，{permits} 个许可 permits，规则 layers {layers}"
        ))?;
        self.screen.line(&format!(
            "    材料 papers {}→{}，字段 fields {}→{}\n    {}",
            counts.materials_declared,
            counts.materials_asked,
            counts.fields_declared,
            counts.fields_asked,
            modes(form)
        ))
    }

    fn show_guide(&self, guided: &Guided) -> Result {
        let mut table = Table::new(&["情景引导 guided question", "回答 answer"]).widest(70);
        for (question, answer) in &guided.asked {
            table.row([cut(&wording::text(&question.text), 64), cut(&said(question, answer), 34)]);
        }
        self.screen.table(&table)?;
        let mut parts = Table::new(&["所需许可 permit", "名称 title", "部门 department", "方式 mode"]).widest(60);
        for part in &guided.last.parts {
            let mode = part.modes.first().map_or("", |mode| wording::mode(*mode));
            parts.row([part.code.as_str(), &cut(&wording::text(&part.title), 48), &part.department, mode]);
        }
        self.screen.raw("")?;
        self.screen.table(&parts)
    }

    /// What came from where.
    fn show_sources(&self, form: &PrefillAnswer) -> Result {
        let mut table = Table::new(&["预填来源 filled from", "字段", "材料", "其中 among them"]).widest(43);
        for gave in gave(form, |kind| self.licence_title(kind)) {
            let titles: Vec<&str> = gave.fields.iter().chain(&gave.papers).map(|title| title.zh.as_str()).collect();
            let count = |list: &[Text]| if list.is_empty() { String::new() } else { list.len().to_string() };
            table.row([&gave.source, &count(&gave.fields), &count(&gave.papers), &titles.join("、")]);
        }
        self.screen.raw("")?;
        self.screen.table(&table)
    }

    fn show_left(&self, form: &PrefillAnswer, ready: &Ready) -> Result {
        let c = &form.counts;
        let (filled, papers) = (form.fields.len() - c.fields_asked, form.materials.len() - c.materials_asked);
        self.screen.line(&format!(
            "\n字段 fields    {} 申报 declared → {} 去重 distinct → 预填 filled {filled} → 需填 asked {}",
            c.fields_declared, c.fields_distinct, c.fields_asked
        ))?;
        self.screen.line(&format!(
            "材料 papers    {} 申报 declared → {} 合并 joined → 免交 waived {papers} → 需交 asked {}",
            c.materials_declared,
            form.materials.len(),
            c.materials_asked
        ))?;
        let titles: Vec<&str> = ready.uploaded.iter().map(|title| title.zh.as_str()).collect();
        self.screen.line(&format!("  上传 uploaded  {}", titles.join("、")))?;
        let found = if ready.findings.is_empty() {
            "未发现问题 nothing was found".to_owned()
        } else {
            format!("{} 条提示 notes", ready.findings.len())
        };
        self.screen.line(&format!("预检 precheck  {found}"))
    }

    fn licence_title(&self, kind: &str) -> String {
        let own = &self.cast.business_licence;
        if own.licence_type == kind { wording::text(&own.title) } else { kind.to_owned() }
    }
}

/// How the permits may be had, as the host proposes it: `告知承诺 P01，审批 P03 P04`.
fn modes(form: &PrefillAnswer) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for part in &form.parts {
        let mode = part.modes.first().map_or("—", |mode| wording::mode(*mode));
        match groups.iter_mut().find(|(known, _)| *known == mode) {
            Some((_, codes)) => codes.push(part.code.as_str()),
            None => groups.push((mode, vec![part.code.as_str()])),
        }
    }
    let said: Vec<String> = groups.iter().map(|(mode, codes)| format!("{mode} {}", codes.join(" "))).collect();
    said.join("，")
}

/// What each source gave, in the order in which the form meets them.
fn gave(form: &PrefillAnswer, licence: impl Fn(&str) -> String) -> Vec<Gave> {
    let mut all: Vec<Gave> = Vec::new();
    let mut of = |origin: &Source| -> usize {
        let source = match origin {
            Source::Licence(kind) => format!("电子证照 licence: {}", licence(kind)),
            Source::SharedData(field) => format!("数据共享 shared data: {}", field.service),
            other => wording::source(other),
        };
        all.iter().position(|gave| gave.source == source).unwrap_or_else(|| {
            all.push(Gave { source, fields: Vec::new(), papers: Vec::new() });
            all.len() - 1
        })
    };
    let fields: Vec<(usize, Text)> =
        form.fields.iter().filter_map(|f| Some((of(&f.filled.as_ref()?.origin), f.title.clone()))).collect();
    let papers: Vec<(usize, Text)> =
        form.materials.iter().filter_map(|m| Some((of(&m.filled.as_ref()?.origin), m.title.clone()))).collect();
    for (at, gave) in all.iter_mut().enumerate() {
        gave.fields.extend(fields.iter().filter(|(index, _)| *index == at).map(|(_, title)| title.clone()));
        gave.papers.extend(papers.iter().filter(|(index, _)| *index == at).map(|(_, title)| title.clone()));
    }
    all
}

/// An answer as a person would say it.
fn said(question: &Question, answer: &Value) -> String {
    match (&question.answers, answer) {
        (Answers::YesNo, Value::Bool(true)) => "是 yes".to_owned(),
        (Answers::YesNo, Value::Bool(false)) => "否 no".to_owned(),
        (Answers::OneOf(choices), Value::String(value)) => {
            let choice = choices.iter().find(|choice| choice.value == *value);
            choice.map_or_else(|| value.clone(), |choice| wording::text(&choice.text))
        }
        (_, other) => other.to_string(),
    }
}
