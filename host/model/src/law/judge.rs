//! What the rows forbid: each question answers with the row that allows it, or with a refusal that names
//! the row. Where no row speaks, what needs a permission is refused and what needs a prohibition is not.

use crate::command::SpecialKind;
use crate::definition::Span;
use crate::law::{Extension, Governing, Row, Scope, Supplement, Table};
use crate::text::Text;

/// What a law row forbids. Part of a fault, a problem or a report; holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[error("law row `{row}` ({clause}): {}", .text.en.as_ref().unwrap_or(&.text.zh))]
pub struct Refusal {
    /// The row's id; `no-row.KIND` where it takes a row of that kind and none holds.
    pub row: String,
    /// The row's clause.
    pub clause: String,
    /// What was refused, and what can be done.
    pub text: Text,
}

impl Refusal {
    /// It would take a row of this kind, and none holds in the scope.
    fn no_row(kind: &str, text: Text) -> Self {
        Self { row: format!("no-row.{kind}"), clause: "无适用的规则行 (no law row holds here)".to_owned(), text }
    }
}

impl Table {
    /// Whether a special procedure of this kind may stop the clock. Gives the row that allows it.
    pub fn may_pause(&self, scope: &Scope<'_>, kind: SpecialKind) -> Result<&Row, Refusal> {
        let text = || {
            Text::new(
                "该程序不属于可以不计入办理期限的特别程序，期限继续计算",
                "this procedure is not one that stands outside the limit; the clock goes on",
            )
        };
        match self.pauses(scope) {
            Some(found) if found.value.kinds.contains(&kind) => Ok(found.row),
            Some(found) => Err(found.row.refuse(text())),
            None => Err(Refusal::no_row("pauses", text())),
        }
    }

    /// Whether one more supplement may be asked for, after `asked` were. Gives the row that limits it, if
    /// one does. Until when it may be asked, the engine's clock of acceptance shows.
    pub fn may_supplement(
        &self,
        scope: &Scope<'_>,
        asked: usize,
    ) -> Result<Option<Governing<'_, Supplement>>, Refusal> {
        match self.supplement(scope) {
            Some(found) if asked >= usize::from(found.value.times) => Err(found.row.refuse(Text::new(
                "需要补正的全部内容应当一次告知，不得再次要求补正；请受理或作出其他处理",
                "everything that is missing is to be told at once; a further supplement cannot be asked for: accept, or show a way",
            ))),
            found => Ok(found),
        }
    }

    /// Whether the limit may be extended by `span`, after the case has had `granted` extensions under
    /// whatever rows. Gives the row that allows it, with who has to approve.
    pub fn may_extend(
        &self,
        scope: &Scope<'_>,
        span: Span,
        granted: usize,
    ) -> Result<Governing<'_, &Extension>, Refusal> {
        let Some(found) = self.extension(scope) else {
            let text = Text::new("没有规定允许延长办理期限", "no rule allows the limit to be extended");
            return Err(Refusal::no_row("extension", text));
        };
        if granted >= usize::from(found.value.times) {
            let text = Text::new(
                "延长次数已经用完，应当在期限内作出决定",
                "the limit cannot be extended again; decide within it",
            );
            return Err(found.row.refuse(text));
        }
        let most = found.value.span;
        if span.count == 0 || span.unit != most.unit || span.count > most.count {
            let zh = format!("延长期限应以同一单位计算，且在 1 至 {} 之间", most.count);
            let en = format!("an extension is counted in the row's unit and is between 1 and {}", most.count);
            return Err(found.row.refuse(Text::new(zh, en)));
        }
        Ok(found)
    }

    /// Whether a local layer may ask for a material that the layer below does not ask for.
    pub fn may_add_material(&self, scope: &Scope<'_>) -> Result<&Row, Refusal> {
        let text = || {
            Text::new(
                "地方不得自行增加申请材料；可以减少、共享获取、容缺或者告知承诺",
                "a local layer cannot ask for one more material; it may ask for fewer, fetch them, or offer a commitment",
            )
        };
        match self.local_materials(scope) {
            Some(found) if found.value.allowed => Ok(found.row),
            Some(found) => Err(found.row.refuse(text())),
            None => Err(Refusal::no_row("local-materials", text())),
        }
    }
}
