//! A matter whose signer has to appear in person; then an officer takes it in, and another decides.

use banshi_sdk::prelude::*;

/// What is asked.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct Form {
    /// 法定代表人 / Legal representative
    #[schemars(extend("element" = "person.legal"))]
    legal: Party,
}

/// The matter.
pub struct Appears;

impl Matter for Appears {
    fn spec(_: &Settings) -> Spec {
        Spec::new("须到场签署的事项 / A matter whose signer appears in person", "城市管理局")
            .statutory(working_days(20), "行政许可法 第四十二条")
            .promised(working_days(5))
            .fields::<Form>()
            .flow(
                Flow::new()
                    .signers_in_person("法定代表人 / Legal representative", "/legal")
                    .acceptance(Stage::new("acceptance", "受理 / Acceptance", "窗口"))
                    .verdict(Stage::new("verdict", "决定 / Decision", "窗口"))
                    .certificate(Certificate::new("11310115MB00000193907", "示例许可 / A sample permit")),
            )
            .sample("测试用 / For tests")
    }
}

export_matter!(Appears);
