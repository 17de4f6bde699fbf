//! A matter that waits for two partners: the legal representative's identity before acceptance, and the courier
//! after the decision. It closes when the parcel has arrived.

use banshi_elements::value::Person;
use banshi_sdk::prelude::*;

/// What is asked.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct Form {
    /// 法定代表人 / Legal representative
    #[schemars(extend("element" = "person.legal"))]
    representative: Person,
    /// 联系地址 / Address
    #[schemars(length(min = 1, max = 80), extend("element" = "contact.address"))]
    address: String,
    /// 联系电话 / Telephone
    #[schemars(length(min = 1, max = 20), extend("element" = "contact.mobile"))]
    mobile: String,
}

/// The matter.
pub struct Delivers;

impl Matter for Delivers {
    fn spec(_: &Settings) -> Spec {
        Spec::new("送达的事项 / A matter that delivers", "城市管理局")
            .promised(working_days(5))
            .fields::<Form>()
            .flow(
                Flow::new()
                    .signers("法定代表人", "/representative")
                    .review(Stage::new("planning", "规划审查 / Planning", "规划科"))
                    .certificate(
                        Certificate::new("11310115MB00000193904", "送达证 / Delivered permit")
                            .shows(["contact.address"]),
                    )
                    .delivery("证照正本 / The permit on paper"),
            )
            .sample("测试用 / For tests")
    }
}

export_matter!(Delivers);
