//! Accepting connections, and stopping without breaking off what was accepted.
//!
//! Not `axum::serve`: that has no limit on how long a connection may take to send its headers, nor on how many
//! connections there are.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::router::router;
use crate::state::AppState;

/// Between two attempts to accept where the system has no file handles left.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);
/// How often recorded times are folded into the histograms.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Serves until `stop` resolves, then finishes what was accepted: open requests get their answers and begun
/// writes their end, within the option `shutdown_grace_ms`.
///
/// An error means that requests or writes were still open after that time.
pub async fn serve(listener: TcpListener, state: AppState, stop: impl Future<Output = ()>) -> io::Result<()> {
    let grace = state.options.shutdown_grace();
    let connections = accept(&listener, &state, stop).await;
    drop(listener);
    let finished = async {
        connections.shutdown().await;
        state.writes_done().await;
    };
    tokio::time::timeout(grace, finished).await.map_err(|_| {
        let text = format!("requests were still open {} ms after the stop", grace.as_millis());
        io::Error::new(io::ErrorKind::TimedOut, text)
    })
}

/// Accepts until `stop` resolves; answers the connections that are still open.
async fn accept(listener: &TcpListener, state: &AppState, stop: impl Future<Output = ()>) -> GracefulShutdown {
    let app = router(state.clone());
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(state.options.connections_max));
    let mut upkeep = tokio::time::interval(UPKEEP_EVERY);
    let mut stop = pin!(stop);
    loop {
        let next = async {
            // The semaphore is never closed.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            () = &mut stop => return connections,
            _ = upkeep.tick() => {
                state.exposition.upkeep();
                continue;
            }
            next = next => next,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = connection(stream, app.clone(), state.options.header_timeout());
                let watched = connections.watch(connection);
                tokio::spawn(async move {
                    // A connection that breaks is the caller's affair; its request was logged.
                    let _ = watched.await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(error.text = %error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
            }
        }
    }
}

/// One connection, HTTP/1.1: a gateway in front speaks whatever else the world does.
fn connection(
    stream: TcpStream,
    app: axum::Router,
    header_timeout: Duration,
) -> http1::Connection<TokioIo<TcpStream>, TowerToHyperService<axum::Router>> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error.text = %error, "a connection keeps its delay");
    }
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app))
}
