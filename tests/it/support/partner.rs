//! Every partner kind in one small server of the test's own: it records what arrives and behaves as it is told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tokio::sync::Notify;

use super::{Answer, Host};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// How long a test waits for a message at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the partner does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Answers this status with an empty body.
    Says(u16),
    /// Answers 200 with bytes that mean nothing.
    Garbage,
    /// Does not answer before [`Partner::release`], then 202.
    Waits,
    /// Never answers.
    Hangs,
}

/// A delivery that arrived, read as the CloudEvents message that it is.
#[derive(Debug, Clone)]
pub struct Message {
    /// `identity`, `shared-data`, `notice`, `payment` or `courier`.
    pub partner: String,
    /// The delivery's key: the same in each attempt.
    pub id: String,
    /// The case that it is about.
    pub case: String,
    /// `data`, whole.
    pub data: Value,
    /// The bytes of it all.
    pub body: Bytes,
}

impl Message {
    fn read(body: Bytes) -> Option<Self> {
        let message: Value = serde_json::from_slice(&body).ok()?;
        let text = |name: &str| message[name].as_str().map(str::to_owned);
        let partner = text("type")?.strip_prefix("cn.banshi.")?.split('.').next()?.to_owned();
        Some(Self { partner, id: text("id")?, case: text("subject")?, data: message["data"].clone(), body })
    }

    /// The token under which it is answered.
    pub fn token(&self) -> Option<&str> {
        self.data["callback"].as_str()?.rsplit('/').next()
    }

    /// The template of a notice.
    pub fn template(&self) -> &str {
        self.data["template"].as_str().unwrap_or_default()
    }
}

type Behaviour = Box<dyn Fn(&Message) -> Does + Send + Sync>;

struct Inner {
    behaviour: Mutex<Behaviour>,
    messages: Mutex<Vec<Message>>,
    arrived: Notify,
    released: Notify,
    disbelieved: Mutex<usize>,
}

/// The server. Ends with the test's runtime.
#[derive(Clone)]
pub struct Partner {
    url: String,
    inner: Arc<Inner>,
}

impl Partner {
    /// Starts one that takes everything.
    pub async fn start() -> Self {
        let inner = Arc::new(Inner {
            behaviour: Mutex::new(Box::new(|_| Does::Says(202))),
            messages: Mutex::default(),
            arrived: Notify::new(),
            released: Notify::new(),
            disbelieved: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().route("/{kind}", post(take)).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, inner }
    }

    /// Section `[partners]` of a host that delivers here, with more options of the section itself. Callbacks go to a fixed
    /// address, so that a delivery's body stays the same over a restart on another port.
    pub fn config(&self, more: &str) -> String {
        let mut text = format!("[partners]\ncallback_url = \"http://127.0.0.1:9\"\n{more}\n");
        for kind in ["identity", "shared_data", "notice", "payment", "courier"] {
            let url = &self.url;
            text += &format!("[partners.{kind}]\nurl = \"{url}/{kind}\"\nsecret = \"{SECRET}\"\ntimeout_ms = 500\n");
        }
        text
    }

    /// Behaves so from now on.
    pub fn behaves(&self, behaviour: impl Fn(&Message) -> Does + Send + Sync + 'static) {
        *self.inner.behaviour.lock().unwrap() = Box::new(behaviour);
    }

    /// Lets those go that [`Does::Waits`] holds now.
    pub fn release(&self) {
        self.inner.released.notify_waiters();
    }

    /// Everything that arrived, in order, each attempt for itself.
    pub fn messages(&self) -> Vec<Message> {
        self.inner.messages.lock().unwrap().clone()
    }

    /// How many arrived so far, without copying them.
    pub fn count(&self) -> usize {
        self.inner.messages.lock().unwrap().len()
    }

    /// How many were not signed as agreed.
    pub fn disbelieved(&self) -> usize {
        *self.inner.disbelieved.lock().unwrap()
    }

    /// Waits for the `n`th message (from 1) that fits.
    pub async fn nth(&self, n: usize, fits: impl Fn(&Message) -> bool) -> Message {
        let found = async {
            loop {
                let arrived = self.inner.arrived.notified();
                if let Some(found) = self.messages().into_iter().filter(|message| fits(message)).nth(n - 1) {
                    return found;
                }
                arrived.await;
            }
        };
        let Ok(found) = tokio::time::timeout(PATIENCE, found).await else {
            panic!("message {n} did not arrive; there are {:#?}", self.messages());
        };
        found
    }

    /// Answers a message by a callback to the host, wherever that listens now.
    pub async fn call_back(&self, host: &Host, message: &Message, body: Value) -> Answer {
        host.as_("nobody").post(&format!("/callbacks/{}", message.token().unwrap()), body).await
    }
}

async fn take(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let now = jiff::Timestamp::now().as_second();
    let (at, signature) = (header(banshi_connect::sign::TIMESTAMP), header(banshi_connect::sign::SIGNATURE));
    let message = Message::read(body.clone());
    let believed = banshi_connect::sign::verify(SECRET.as_bytes(), &at, &signature, &body, now).is_ok();
    let Some(message) = message.filter(|_| believed) else {
        *inner.disbelieved.lock().unwrap() += 1;
        return says(400, "");
    };
    let released = inner.released.notified();
    let does = (inner.behaviour.lock().unwrap())(&message);
    inner.messages.lock().unwrap().push(message);
    inner.arrived.notify_waiters();
    match does {
        Does::Says(status) => says(status, ""),
        Does::Garbage => says(200, "\u{1b}[2J{\"not\": json"),
        Does::Waits => {
            released.await;
            says(202, "")
        }
        Does::Hangs => std::future::pending().await,
    }
}

fn says(status: u16, body: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}
