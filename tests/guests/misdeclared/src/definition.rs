//! What the matter says that it is: something about which nothing is found, or the same with one thing wrong.

use crate::banshi::matter::matters::{
    Answers, Bundle, Business, Choice, Definition, Field, Material, MatterType, Mode, Part, Partial, Processing,
    Question, SignerRule, Source, Stage,
};
use crate::{text, working_days, wrong};

fn field(id: &str, element: &str) -> Field {
    Field {
        id: id.to_owned(),
        element: element.to_owned(),
        title: text("名称"),
        schema: r#"{"type":"string","maxLength":60}"#.to_owned(),
        required: true,
        sources: vec![Source::Applicant],
    }
}

fn material(id: &str, title: &str) -> Material {
    Material {
        id: id.to_owned(),
        title: text(title),
        issuer: None,
        required: true,
        sources: vec![Source::Applicant],
        basis: "行政许可法 第三十一条".to_owned(),
    }
}

fn stage(id: &str, unit: &str) -> Stage {
    Stage {
        id: id.to_owned(), title: text("环节"), after: vec![], unit: unit.to_owned(), limit: None, mandatory: true
    }
}

fn choices(count: usize) -> Answers {
    let choice = |nth: usize| Choice { value: format!("c{nth}"), text: text("选项") };
    Answers::OneOf((0..count).map(choice).collect())
}

/// Two questions: of two answers and two, or, for the measurement, of ten and twenty.
pub fn questions() -> Vec<Question> {
    let (first, second) = if wrong() == "two-hundred-paths" { (10, 20) } else { (2, 2) };
    [("kind", first), ("size", second)]
        .map(|(id, count)| Question { id: id.to_owned(), text: text("哪一种？"), answers: choices(count) })
        .to_vec()
}

fn bundle() -> Bundle {
    let part = |code: &str| Part {
        code: code.to_owned(),
        department: "城市管理局".to_owned(),
        business: Business::Establish,
        lead: true,
    };
    Bundle {
        parts: vec![part("T-ONE"), part("T-TWO")],
        covers: vec![],
        inspections: vec![],
        partial: Partial::AllOrNone,
    }
}

/// The definition with the wrong of this name in it.
pub fn of(wrong: &str, days: u16) -> Definition {
    let mut it = Definition {
        title: text("准入测试"),
        department: "城市管理局".to_owned(),
        matter_type: MatterType::Licence,
        business: vec![Business::Establish],
        modes: vec![Mode::Approval],
        statutory: working_days(20),
        statutory_basis: "行政许可法 第四十二条".to_owned(),
        promised: Processing::Promised(working_days(days)),
        fields: vec![field("name", "subject.name")],
        materials: vec![],
        questions: questions(),
        bundle: None,
        stages: vec![stage("review", "窗口")],
        issues: vec![],
        triggers: vec![],
        signers: vec![],
        fees: vec![],
        samples: vec![text("测试用")],
    };
    match wrong {
        "ids" => it.fields.push(field("name", "other")),
        "element" => it.fields[0].element = "主体名称".to_owned(),
        "element-twice" => it.fields.push(field("again", "subject.name")),
        "text" => it.title = text("For tests"),
        "schema" => it.fields[0].schema = r#"{"type":5}"#.to_owned(),
        "no-value" => it.fields[0].schema = r#"{"type":"string","pattern":"^zz+y$"}"#.to_owned(),
        "size" => it.materials = (0..301).map(|nth| material(&format!("m{nth}"), "材料")).collect(),
        "basis" => it.statutory_basis = " ".to_owned(),
        "questions" => it.questions[0].answers = choices(0),
        "signers" => {
            it.signers
                .push(SignerRule { role: "负责人".to_owned(), people: "/nobody".to_owned(), in_person: false });
        }
        "after" => it.stages[0].after = vec!["nowhere".to_owned()],
        "circle" => it.stages[0].after = vec!["review".to_owned()],
        "unreached" => it.stages.push(stage("second", "窗口")),
        "unit" => it.stages.push(stage("second", "规划科")),
        "bundle" => it.bundle = Some(bundle()),
        "promise" => it.promised = Processing::Promised(working_days(21)),
        "law" => it.statutory = working_days(30),
        "business" => it.business.clear(),
        "paper" => it.materials.push(material("licence", "营业执照副本")),
        _ => {}
    }
    it
}
