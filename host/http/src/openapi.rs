//! The OpenAPI 3.1 description, generated from the handlers; `openapi.json` beside `src` is its snapshot.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::options::HttpOptions;
use crate::problem::Problem;
use crate::routes::{self, Routes};

/// Where the API begins.
pub(crate) const BASE: &str = "/api/v1";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Banshi 办事",
        description = "政务服务事项的办理接口。The API of the platform for government service matters.\n\n\
            Every write takes `Idempotency-Key`. Errors are `application/problem+json` with a stable `code`; \
            see `/problems`. Lists are `{items, next}`; hand `next` back as `cursor`.",
    ),
    components(schemas(Problem)),
    security(("token" = [])),
    tags(
        (name = "matters", description = "事项：what can be had where, guide, form, precheck"),
        (name = "cases", description = "办件：applications and their way"),
        (name = "tasks", description = "待办：an officer's inbox and verdicts"),
        (name = "licences", description = "证照：the licence library"),
        (name = "certificates", description = "亮证：the live certificate behind a code; public"),
        (name = "registry", description = "组件与施行：packages and what is in force"),
        (name = "connectors", description = "对接：what partners answer"),
        (name = "operation", description = "运行：clock, calendars, dead letters, probes"),
    ),
    modifiers(&Bearer),
)]
struct Description;

/// How a caller says who they are.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("256 random bits as 64 hexadecimal digits; made by `banshi token new`"))
            .build();
        openapi.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// All described routes at their full addresses.
pub(crate) fn described(options: &HttpOptions) -> Routes {
    Routes::with_openapi(Description::openapi()).nest(BASE, routes::api(options))
}

/// The description of the whole API.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described(&HttpOptions::default()).merge(routes::probes::routes()).into_openapi()
}
