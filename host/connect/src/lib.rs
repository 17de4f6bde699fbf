//! Connectors: carry the outbox to partners over HTTP, and ask shared data while a person waits.
//!
//! What leaves is a CloudEvents 1.0 message in structured JSON, signed with the partner's secret. It is
//! delivered **at least once** under the outbox key as its id: a partner that keeps the ids it has seen does
//! everything once. What a partner has to say comes back as a callback to an address that only this message
//! held (`POST /api/v1/callbacks/{token}`). Nothing here knows whether a partner is real or simulated.
//!
//! Not promised: an order. Two messages about one case may arrive the other way round, because the first may
//! need a second try; each says everything it needs.
//!
//! # What an attacker may try, and what stands against it
//!
//! - *Make the host call another address (SSRF).* Addresses come from the operator's configuration and from
//!   nowhere else: no plugin, no case and no answer of a partner can name one. Redirects are not followed,
//!   proxies of the environment are not used, and credentials inside an address are refused at start.
//! - *Forge a message to a partner.* Each carries `Banshi-Timestamp` and `Banshi-Signature`, an HMAC-SHA-256
//!   over both timestamp and body under a secret of this partner kind alone; see [`sign`].
//! - *Send an old message again.* The timestamp is signed, and a partner refuses what is older than five minutes;
//!   within them the id shows the repetition.
//! - *Forge a callback.* The token in the callback's address is an HMAC of the engine's, bound to partner, kind and
//!   pending command. It travels only inside a signed message and never into a log.
//! - *Read what passes by.* Plain `http` is accepted for this machine's own addresses only, unless the operator
//!   says `plain_http = true` for a partner.
//! - *Drown the host in an answer.* An answer to a delivery is never read beyond its status; an answer of shared
//!   data is read up to a limit. Every request has a timeout that covers the body.
//! - *Stall everything through one partner.* Each partner kind has its own bound of requests at once, so one that
//!   is down leaves the others theirs.
//!
//! Personal data is in message bodies and nowhere else: log lines and stored errors are fixed words, outbox keys
//! and status codes.

mod backoff;
mod deliver;
mod event;
mod options;
mod outbox;
mod post;
mod shared;
pub mod sign;

pub use backoff::Backoff;
pub use deliver::Connectors;
pub use event::CONTENT_TYPE as CLOUDEVENTS;
pub use options::{Error, Options, Partner, Secret, SharedDataPartner};
pub use outbox::Outbox;
pub use shared::HttpSharedData;
