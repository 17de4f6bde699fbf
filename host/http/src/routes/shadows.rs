//! `/shadows…`: what a package would have done in the steps that were recorded.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::Event;
use axum::response::{IntoResponse as _, Response};
use banshi_engine::api::Page;
use banshi_engine::api::shadow::{ShadowId, ShadowKey, ShadowRequest, ShadowView, SignOffRequest};
use banshi_engine::api::shadow_events::{ShadowEvent, ShadowPlace};
use banshi_engine::{Done, Engine, Error, Principal, ShadowFollower};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::answer::done;
use crate::cursor::{List, PageQuery};
use crate::extract::{Caller, IdempotencyHeader, InPath, InQuery, Nothing, Write};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::streams::{Listener, Source};

pub(super) fn routes() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(list, begin))
        .routes(routes!(view))
        .routes(routes!(events))
        .routes(routes!(cancel))
        .routes(routes!(sign_off))
        .routes(routes!(key))
}

/// Begins a shadow: every recorded step at an authority and below is run on the package, in the background; nothing of
/// it is written to a case.
#[utoipa::path(
    post, path = "/shadows", tag = "registry", operation_id = "begin_shadow",
    params(IdempotencyHeader), request_body = ShadowRequest,
    responses((status = 202, description = "Begun; `Location` says where it is", body = ShadowView), Problems),
)]
async fn begin(State(state): State<AppState>, write: Write<ShadowRequest>) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    match state.write(async move { engine.begin_shadow(&who, key.as_ref(), body).await }).await? {
        Done::Fresh(view) => {
            let location = HeaderValue::try_from(format!("/api/v1/shadows/{}", view.id)).ok();
            let mut response = (StatusCode::ACCEPTED, Json(view)).into_response();
            if let Some(location) = location {
                response.headers_mut().insert(header::LOCATION, location);
            }
            Ok(response)
        }
        repeated => done(repeated),
    }
}

/// The shadows that this token may see, newest first, without samples.
#[utoipa::path(
    get, path = "/shadows", tag = "registry", operation_id = "list_shadows", params(PageQuery),
    responses((status = 200, description = "A page", body = Page<ShadowView>), Problems),
)]
async fn list(
    State(state): State<AppState>,
    Caller(who): Caller,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<Page<ShadowView>>, Problem> {
    let list = List::new("shadows", &())?;
    let wanted = list.wanted(query.cursor.as_deref(), query.limit)?;
    Ok(Json(list.page(state.engine.shadows(&who, wanted).await?)))
}

/// How far a shadow is, and what it found so far; once it is finished, the signed report.
#[utoipa::path(
    get, path = "/shadows/{id}", tag = "registry", operation_id = "shadow",
    params(("id" = ShadowId, Path, description = "The shadow")),
    responses((status = 200, description = "As it stands", body = ShadowView), Problems),
)]
async fn view(
    State(state): State<AppState>,
    Caller(who): Caller,
    InPath(id): InPath<ShadowId>,
) -> Result<Json<ShadowView>, Problem> {
    Ok(Json(state.engine.shadow_view(&who, &id).await?))
}

/// One server-sent event of a shadow.
#[derive(ToSchema)]
#[allow(dead_code, reason = "for the document: what is sent is written as an event")]
struct ToldEvent {
    /// `difference`, `progress` or `end`.
    event: String,
    /// Where it stands in the stream, for `Last-Event-ID`.
    id: String,
    /// JSON: a sample of the report, the counts so far, or how it ended.
    data: String,
}

/// What a shadow finds, as it finds it: `difference` (both sides of a step that differs, as in the report's `samples`),
/// `progress` (`looked`, `total`, and the counts so far) and, as the last, `end` (`state`, `digest`, `fault`). Each event has
/// an id; whoever was broken off sends the last one as `Last-Event-ID` and is told what came behind it. Behind the end
/// there is nothing: 204. The stream ends within a second of its token's revocation, and after an hour.
#[utoipa::path(
    get, path = "/shadows/{id}/events", tag = "registry", operation_id = "shadow_events",
    params(
        ("id" = ShadowId, Path, description = "The shadow"),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that came"),
    ),
    responses(
        (status = 200, description = "Server-sent events", body = ToldEvent, content_type = "text/event-stream"),
        (status = 204, description = "The end was told already"),
        Problems,
    ),
)]
async fn events(
    State(state): State<AppState>,
    listener: Listener,
    InPath(id): InPath<ShadowId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let behind = last_event(&headers)?;
    let follower = state.engine.follow_shadow(&listener.who, &id, behind).await?;
    if behind.ended {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    state.streams.open(listener, Following { engine: state.engine.clone(), follower })
}

/// Behind which event somebody goes on.
fn last_event(headers: &HeaderMap) -> Result<ShadowPlace, Problem> {
    let Some(given) = headers.get("last-event-id") else { return Ok(ShadowPlace::default()) };
    given.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(|| {
        let what = "not the id of an event of a shadow";
        Problem::malformed("Last-Event-ID", what, "send the id of the last event that came, or leave it out")
    })
}

/// A shadow that somebody follows.
struct Following {
    engine: Engine,
    follower: ShadowFollower,
}

impl Source for Following {
    async fn next(&mut self, who: &Principal) -> Result<Option<Vec<Event>>, Error> {
        let Some(events) = self.engine.next_of_shadow(who, &mut self.follower).await? else { return Ok(None) };
        let one = |(place, event): (ShadowPlace, ShadowEvent)| {
            let data = serde_json::to_string(&event).map_err(|error| Error::Internal(error.to_string()))?;
            Ok(Event::default().id(place.to_string()).event(event.name()).data(data))
        };
        events.into_iter().map(one).collect::<Result<_, Error>>().map(Some)
    }
}

/// Stops a shadow. What it found so far stays, unsigned.
#[utoipa::path(
    post, path = "/shadows/{id}/cancel", tag = "registry", operation_id = "cancel_shadow",
    params(("id" = ShadowId, Path, description = "The shadow"), IdempotencyHeader), request_body = Nothing,
    responses((status = 200, description = "Stopped", body = ShadowView), Problems),
)]
async fn cancel(
    State(state): State<AppState>,
    InPath(id): InPath<ShadowId>,
    write: Write<Nothing>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body: Nothing {} } = write;
    done(state.write(async move { engine.cancel_shadow(&who, key.as_ref(), &id).await }).await?)
}

/// A named person answers for what a finished report shows.
#[utoipa::path(
    post, path = "/shadows/{id}/sign-off", tag = "registry", operation_id = "sign_off_shadow",
    params(("id" = ShadowId, Path, description = "The shadow"), IdempotencyHeader), request_body = SignOffRequest,
    responses((status = 200, description = "Signed", body = ShadowView), Problems),
)]
async fn sign_off(
    State(state): State<AppState>,
    InPath(id): InPath<ShadowId>,
    write: Write<SignOffRequest>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    done(state.write(async move { engine.sign_off_shadow(&who, key.as_ref(), &id, body).await }).await?)
}

/// The public key that this host's reports are checked with.
#[utoipa::path(
    get, path = "/shadow-key", tag = "registry", operation_id = "shadow_key",
    responses((status = 200, description = "The key", body = ShadowKey), Problems),
)]
async fn key(State(state): State<AppState>, _who: Caller) -> Json<ShadowKey> {
    Json(state.engine.shadow_key())
}
