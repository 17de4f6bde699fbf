//! What the matter says that it is: something ordinary, or the same with one thing wrong.

use crate::banshi::matter::matters::{
    Answers, Bundle, Business, Definition, Field, Issuance, MatterType, Mode, Part, Partial, Processing, Question,
    Source, Stage,
};
use crate::banshi::matter::types::{Span, SpanUnit};
use crate::{run_away, text};

/// The licence type that the manifest asks for.
pub const LICENCE: &str = "11310115MB00000193902";

/// A test writes a matter's code over the dashes: then the matter is a bundle of that one part.
#[used]
static PART_OF_BUNDLE: [u8; 26] = *b"part-of-bundle:-----------";

pub fn working_days(count: u16) -> Span {
    Span { count, unit: SpanUnit::WorkingDays }
}

/// The part, where the matter was made a bundle.
pub fn part() -> Option<Part> {
    // SAFETY: a static of this size; volatile, so that what is written over it later counts.
    let marker = unsafe { std::ptr::read_volatile(&raw const PART_OF_BUNDLE) };
    let code = std::str::from_utf8(&marker[15..]).ok()?.trim_end_matches('-');
    (!code.is_empty()).then(|| Part {
        code: code.to_owned(),
        department: "城市管理局".to_owned(),
        business: Business::Establish,
        lead: true,
    })
}

fn bundle(parts: Vec<Part>) -> Bundle {
    Bundle { parts, covers: vec![], inspections: vec![], partial: Partial::AllOrNone }
}

fn field(id: &str, schema: &str, required: bool) -> Field {
    Field {
        id: id.to_owned(),
        element: format!("test.{id}"),
        title: text("内容"),
        schema: schema.to_owned(),
        required,
        sources: vec![Source::Applicant],
    }
}

fn stage(id: &str, unit: &str, mandatory: bool) -> Stage {
    Stage { id: id.to_owned(), title: text("环节"), after: vec![], unit: unit.to_owned(), limit: None, mandatory }
}

fn questions() -> Vec<Question> {
    let question = |number| Question { id: format!("q-{number:02}"), text: text("是否"), answers: Answers::YesNo };
    (0..20).map(question).collect()
}

/// The first question that has no answer yet.
pub fn open_questions(answers: &str) -> Vec<String> {
    let open = |question: &Question| !answers.contains(&format!("\"{}\"", question.id));
    questions().into_iter().find(open).map(|question| question.id).into_iter().collect()
}

pub fn ordinary() -> Definition {
    Definition {
        title: text("任性的事项"),
        department: "城市管理局".to_owned(),
        matter_type: MatterType::Licence,
        business: vec![Business::Establish],
        modes: vec![Mode::Approval],
        statutory: working_days(20),
        statutory_basis: "行政许可法 第四十二条".to_owned(),
        promised: Processing::Promised(working_days(5)),
        fields: vec![field("do", r#"{"type":"string","maxLength":200}"#, true), field("free", "{}", false)],
        materials: vec![],
        questions: questions(),
        bundle: part().map(|part| bundle(vec![part])),
        stages: vec![stage("verdict", "窗口", true), stage("opinion", "规划科", false)],
        issues: vec![Issuance { licence_type: LICENCE.to_owned(), title: text("许可证") }],
        triggers: vec![],
        signers: vec![],
        fees: vec![],
        samples: vec![text("测试用")],
    }
}

/// The ordinary definition with the wrong of this name in it.
pub fn wrong(name: &str) -> Definition {
    let mut it = ordinary();
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let schema = match name {
        "no-json" => Some("{'type':'string'}".to_owned()),
        "deep-json" => Some(format!("{{\"enum\":{}}}", nested(100_000))),
        "remote-ref" => Some(r#"{"$ref":"http://127.0.0.1:1/schema.json"}"#.to_owned()),
        "regex-nested" => Some(r#"{"type":"string","pattern":"^((((x{1,99}){1,99}){1,99}){1,99})$"}"#.to_owned()),
        "regex-many" => Some(format!("{{\"allOf\":[{}]}}", vec![r#"{"pattern":"\\w{40}"}"#; 600].join(","))),
        "enum-long" => Some(format!("{{\"enum\":[{}]}}", vec!["\"choice\""; 3_000].join(","))),
        "enum-megabytes" => Some(format!("{{\"enum\":[{}]}}", vec!["\"choice\""; 300_000].join(","))),
        _ => None,
    };
    if let Some(schema) = schema {
        it.fields[0].schema = schema;
    }
    match name {
        "alias" => it.business_texts(run_away::amplified()),
        "huge" => it.title = text(&"x".repeat(24 << 20)),
        "output" => it.title = text(&"x".repeat(6 << 20)),
        "fifty-megabytes" => it.business_texts((0..50).map(|_| "长".repeat(350_000)).collect()),
        "one-megabyte" => it.business_texts((0..3).map(|_| "长".repeat(150_000)).collect()),
        "stages-circle" => it.stages[0].after = vec!["verdict".to_owned()],
        "parts-self" => {
            it.bundle = Some(bundle(vec![Part {
                code: "T-WILD".to_owned(),
                department: it.department.clone(),
                business: Business::Establish,
                lead: true,
            }]));
        }
        _ => {}
    }
    it
}

impl Definition {
    /// Says each of these as a sample.
    fn business_texts(&mut self, texts: Vec<String>) {
        self.samples.extend(texts.into_iter().map(|zh| crate::Text { zh, en: None }));
    }
}
