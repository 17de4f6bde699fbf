//! Values with a form of their own. Their schemas are inlined, so that a field stays one JSON Schema.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! pattern_value {
    ($(#[$doc:meta])* $name:ident, $pattern:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(#[schemars(regex(pattern = $pattern))] pub String);
    };
}

pattern_value!(
    /// A civil date, `YYYY-MM-DD`.
    CivilDate,
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
);
pattern_value!(
    /// A last day, `YYYY-MM-DD`, or `长期` where there is none.
    LastDay,
    r"^(长期|[0-9]{4}-[0-9]{2}-[0-9]{2})$"
);
pattern_value!(
    /// A mainland mobile number.
    Mobile,
    r"^1[3-9][0-9]{9}$"
);
pattern_value!(
    /// 公民身份号码 (GB 11643); the host checks the check digit where it matters.
    CitizenId,
    r"^[0-9]{17}[0-9X]$"
);
pattern_value!(
    /// 统一社会信用代码 (GB 32100).
    CreditCode,
    r"^[0-9A-HJ-NP-RTUW-Y]{18}$"
);
pattern_value!(
    /// An e-mail address.
    Email,
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
);

/// Somebody who can be asked to prove who they are: the contract's `subject`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Person {
    /// Always a natural person.
    pub kind: NaturalPerson,
    /// 公民身份号码.
    pub id: CitizenId,
    /// 姓名.
    #[schemars(length(min = 1, max = 50))]
    pub name: String,
}

/// The one kind of subject that can sign.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum NaturalPerson {
    /// 自然人.
    NaturalPerson,
}

macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $value:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $value)] $variant),+
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            /// A plain `enum`: what a portal shows is the value itself, in Chinese.
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($value),+] })
            }
        }
    };
}
pub(crate) use choices;

choices!(
    /// 性别 (GB/T 2261.1).
    Gender {
        /// 男.
        Male = "男",
        /// 女.
        Female = "女",
    }
);

choices!(
    /// 学历 (GB/T 4658), as far as these matters ask.
    Education {
        /// 高中或中专.
        Secondary = "高中或中专",
        /// 大专.
        College = "大专",
        /// 本科.
        Bachelor = "本科",
        /// 研究生.
        Graduate = "研究生",
    }
);
