//! What a matter is. Mirrors the contract's interface `matters`; JSON schemas are parsed values here.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{MatterCode, Slug};
use crate::text::Text;

/// The unit a span counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SpanUnit {
    /// 工作日.
    WorkingDays,
    /// 日, calendar days.
    Days,
    /// 月.
    Months,
}

/// A length of time as the law writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Span {
    /// How many.
    pub count: u16,
    /// Of what.
    pub unit: SpanUnit,
}

impl Span {
    /// `count` working days.
    pub const fn working_days(count: u16) -> Self {
        Self { count, unit: SpanUnit::WorkingDays }
    }
}

macro_rules! plain_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
    };
}
pub(crate) use plain_enum;

plain_enum!(
    /// 事项类型, as far as the product handles it.
    MatterType {
        /// 行政许可.
        Licence,
        /// 行政确认.
        Confirmation,
        /// 行政给付.
        Benefit,
        /// 公共服务.
        PublicService,
        /// 备案.
        Filing,
    }
);

plain_enum!(
    /// 业务: one matter, several businesses.
    Business {
        /// 新办.
        Establish,
        /// 变更.
        Change,
        /// 延续.
        Renew,
        /// 补证.
        Reissue,
        /// 注销.
        Cancel,
    }
);

plain_enum!(
    /// How a matter may be had (证照分离).
    Mode {
        /// Ordinary approval.
        Approval,
        /// 告知承诺, with an after-check.
        Commitment,
        /// 备案.
        Filing,
    }
);

/// What an applicant is promised; a span counts from acceptance, which is day 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Processing {
    /// 即办件.
    OnTheSpot,
    /// 承诺件.
    Promised(Span),
}

/// A field of a shared data service, asked for one stated purpose.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SharedField {
    /// The service.
    pub service: String,
    /// The field of its answer.
    pub field: String,
    /// What it is asked for.
    pub purpose: String,
}

/// Where a value or a document can come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A licence of this type in the licence library.
    Licence(String),
    /// A shared data service.
    SharedData(SharedField),
    /// What this subject has given before, by data element.
    SubjectRecord,
    /// The applicant.
    Applicant,
}

/// One thing asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Field {
    /// Unique within the matter.
    pub id: Slug,
    /// Data element of the shared dictionary.
    pub element: String,
    /// What the person reads.
    pub title: Text,
    /// JSON Schema of the value.
    #[schema(value_type = Object)]
    pub schema: Value,
    /// Whether the form is complete without it.
    pub required: bool,
    /// Tried in order.
    pub sources: Vec<Source>,
}

/// One paper asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Material {
    /// Unique within the matter.
    pub id: Slug,
    /// What the person reads.
    pub title: Text,
    /// Who issues it; none: the applicant makes it.
    pub issuer: Option<String>,
    /// Whether the application is complete without it.
    pub required: bool,
    /// Tried in order.
    pub sources: Vec<Source>,
    /// The clause that asks for it.
    pub basis: String,
}

/// One answer to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What is read.
    pub text: Text,
}

/// The answers a guided question can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Answers {
    /// `true` or `false`.
    YesNo,
    /// One of the choices' values.
    OneOf(Vec<Choice>),
    /// A number; the cut point belongs to the interval below it.
    NumberWithCuts(Vec<i64>),
}

/// A guided question (情景引导).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Question {
    /// Unique within the matter.
    pub id: Slug,
    /// What the person reads.
    pub text: Text,
    /// What can be answered.
    pub answers: Answers,
}

/// A part of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Part {
    /// The matter.
    pub code: MatterCode,
    /// The department that decides it.
    pub department: String,
    /// Which of its businesses.
    pub business: Business,
    /// 牵头.
    pub lead: bool,
}

/// A material of the bundle stands for one of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cover {
    /// The bundle's material.
    pub material: Slug,
    /// The part.
    pub part: MatterCode,
    /// The part's material.
    pub part_material: Slug,
}

/// A stage of a part.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PartStage {
    /// The part.
    pub part: MatterCode,
    /// Its stage.
    pub stage: Slug,
}

/// One visit that gives each stage it serves a result of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JointInspection {
    /// Unique within the bundle.
    pub id: Slug,
    /// What the officer reads.
    pub title: Text,
    /// Who goes.
    pub unit: String,
    /// What it stands for.
    pub serves: Vec<PartStage>,
}

plain_enum!(
    /// What happens when some parts are refused.
    Partial {
        /// Nothing is released.
        AllOrNone,
        /// What was granted is released.
        WhatIsGranted,
    }
);

/// What makes a matter a bundle (一业一证).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Bundle {
    /// The matters that may be parts; the guide chooses among them.
    pub parts: Vec<Part>,
    /// Which material stands for which.
    pub covers: Vec<Cover>,
    /// Joint inspections.
    pub inspections: Vec<JointInspection>,
    /// What happens when some parts are refused.
    pub partial: Partial,
}

/// A stage (环节) of the flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Stage {
    /// Unique within the matter.
    pub id: Slug,
    /// What the person reads.
    pub title: Text,
    /// Stages that come before.
    pub after: Vec<Slug>,
    /// Who does it.
    pub unit: String,
    /// How long it may take.
    pub limit: Option<Span>,
    /// No layer above may drop it.
    pub mandatory: bool,
}

/// A kind of licence that the matter may issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Issuance {
    /// 证照类型代码 (GB/T 36904): 21 characters.
    pub licence_type: String,
    /// Its name.
    pub title: Text,
}

/// Before a licence's expiry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Expiry {
    /// The licence type.
    pub licence: String,
    /// How long before.
    pub before: Span,
}

/// What makes the matter offer itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// A published fact.
    Fact(String),
    /// A licence near its end.
    BeforeExpiry(Expiry),
}

/// Who must prove who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SignerRule {
    /// 法定代表人, 股东 …
    pub role: String,
    /// A JSON pointer into the form: one subject or a list.
    pub people: String,
    /// Whether they must appear.
    pub in_person: bool,
}

/// A fee that may be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Fee {
    /// Unique within the matter.
    pub id: Slug,
    /// The clause.
    pub basis: String,
    /// The most, in fen.
    pub at_most: u64,
}

/// A matter, as applicants and officers see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Definition {
    /// Its name.
    pub title: Text,
    /// The responsible (or leading) department.
    pub department: String,
    /// 事项类型.
    pub matter_type: MatterType,
    /// 业务.
    pub business: Vec<Business>,
    /// How it may be had.
    pub modes: Vec<Mode>,
    /// 法定时限, as the plugin declares it; the law tables have the last word.
    pub statutory: Span,
    /// Its clause.
    pub statutory_basis: String,
    /// 承诺时限.
    pub promised: Processing,
    /// What is asked.
    pub fields: Vec<Field>,
    /// What papers are asked.
    pub materials: Vec<Material>,
    /// Guided questions.
    pub questions: Vec<Question>,
    /// What makes it a bundle.
    pub bundle: Option<Bundle>,
    /// The flow's stages.
    pub stages: Vec<Stage>,
    /// What it may issue.
    pub issues: Vec<Issuance>,
    /// What makes it offer itself.
    pub triggers: Vec<Trigger>,
    /// Who must prove who they are.
    pub signers: Vec<SignerRule>,
    /// What it may cost.
    pub fees: Vec<Fee>,
    /// Facts that users are told are a sample (示例).
    pub samples: Vec<Text>,
}

impl Definition {
    /// The field with this id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id.as_str() == id)
    }

    /// The material with this id.
    pub fn material(&self, id: &str) -> Option<&Material> {
        self.materials.iter().find(|material| material.id.as_str() == id)
    }

    /// The stage with this id.
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id.as_str() == id)
    }
}
