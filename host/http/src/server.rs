//! Accepting connections, and stopping without breaking off what was accepted.
//!
//! Not `axum::serve`: that has no limit on how long a connection may take to send its headers or to take an answer, nor on
//! how many connections there are. Without them anybody, with no token, holds all connections by doing nothing.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutWriter;

use crate::options::HttpOptions;
use crate::router::router;
use crate::state::AppState;
use crate::writes::Writes;

/// Between two attempts to accept where the system has no file handles left.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);
/// How often recorded times are folded into the histograms.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Serves until `stop` resolves, then finishes what was accepted: open requests get their answers and begun
/// writes their end, within the option `shutdown_grace_ms`. Streams of events are broken off; whoever listens goes on
/// from the last event with the next process.
///
/// An error means that requests or writes were still open after that time.
pub async fn serve(listener: TcpListener, state: AppState, stop: impl Future<Output = ()>) -> io::Result<()> {
    let (options, writes, exposition) = (Arc::clone(&state.options), state.writes.clone(), state.exposition.clone());
    let streams = state.streams.clone();
    let stop = async move {
        stop.await;
        streams.end();
    };
    let upkeep = async {
        let mut ticks = tokio::time::interval(UPKEEP_EVERY);
        loop {
            ticks.tick().await;
            exposition.upkeep();
        }
    };
    tokio::select! {
        served = run(listener, router(state), &options, &writes, stop) => served,
        () = upkeep => Ok(()),
    }
}

/// `serve` over any routes.
async fn run(
    listener: TcpListener,
    app: Router,
    options: &HttpOptions,
    writes: &Writes,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let connections = GracefulShutdown::new();
    accept(listener, app, options, &connections, stop).await;
    let finished = async {
        connections.shutdown().await;
        writes.ended().await;
    };
    let grace = options.shutdown_grace();
    tokio::time::timeout(grace, finished).await.map_err(|_| {
        let text = format!("requests were still open {} ms after the stop", grace.as_millis());
        io::Error::new(io::ErrorKind::TimedOut, text)
    })
}

/// Accepts until `stop` resolves, then closes the listener.
async fn accept(
    listener: TcpListener,
    app: Router,
    options: &HttpOptions,
    connections: &GracefulShutdown,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(options.connections_max.min(Semaphore::MAX_PERMITS)));
    let mut stop = pin!(stop);
    loop {
        let next = async {
            // The semaphore is never closed, so there is always a place in the end.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            () = &mut stop => return,
            next = next => next,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = connections.watch(connection(stream, app.clone(), options));
                tokio::spawn(async move {
                    // A connection that breaks is the caller's affair; its requests were logged.
                    let _ = connection.await;
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

/// What is read and written: a write that makes no progress for too long fails, and with it the connection.
type Stream = TokioIo<Pin<Box<TimeoutWriter<TcpStream>>>>;

/// One connection, HTTP/1.1: a gateway in front speaks whatever else the world does.
fn connection(
    stream: TcpStream,
    app: Router,
    options: &HttpOptions,
) -> http1::Connection<Stream, TowerToHyperService<Router>> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error.text = %error, "a connection keeps its delay");
    }
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(options.write_timeout()));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(options.header_timeout())
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(app))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::{mpsc, oneshot};
    use tokio::task::JoinHandle;

    use super::*;

    struct Running {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        served: JoinHandle<io::Result<()>>,
    }

    async fn start(app: Router, options: HttpOptions, writes: Writes) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { stopped.await.unwrap_or_default() };
        let served = tokio::spawn(async move { run(listener, app, &options, &writes, stopped).await });
        Running { address, stop, served }
    }

    async fn ask(address: SocketAddr, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    async fn all(mut stream: TcpStream) -> String {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    }

    #[tokio::test]
    async fn a_stop_lets_an_accepted_request_finish_and_accepts_no_more() {
        let (begun, mut is_begun) = mpsc::channel::<oneshot::Sender<()>>(1);
        let slow = move || async move {
            let (go, gone) = oneshot::channel();
            begun.send(go).await.unwrap();
            gone.await.unwrap();
            "finished"
        };
        let running = start(Router::new().route("/slow", get(slow)), HttpOptions::default(), Writes::default()).await;
        let request = ask(running.address, "/slow").await;
        let go = is_begun.recv().await.unwrap();
        running.stop.send(()).unwrap();
        while TcpStream::connect(running.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        assert!(!running.served.is_finished());
        go.send(()).unwrap();
        assert!(all(request).await.ends_with("finished"));
        running.served.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_stop_does_not_wait_for_idle_connections() {
        let running = start(Router::new(), HttpOptions::default(), Writes::default()).await;
        let mut idle = TcpStream::connect(running.address).await.unwrap();
        idle.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
        let mut first = [0; 12];
        idle.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 404");
        running.stop.send(()).unwrap();
        running.served.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_stop_waits_for_writes_whose_callers_hung_up() {
        let writes = Writes::default();
        let (go, gone) = oneshot::channel::<()>();
        let caller = {
            let writes = writes.clone();
            tokio::spawn(async move {
                let waits = async {
                    // An error would be the other end's going, which is as good.
                    let _ = gone.await;
                    Ok(())
                };
                writes.finish(waits).await.is_ok()
            })
        };
        let running = start(Router::new(), HttpOptions::default(), writes).await;
        running.stop.send(()).unwrap();
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        assert!(!running.served.is_finished());
        go.send(()).unwrap();
        running.served.await.unwrap().unwrap();
        assert!(caller.await.unwrap());
    }

    #[tokio::test]
    async fn what_does_not_finish_in_the_grace_is_reported() {
        let options = HttpOptions { shutdown_grace_ms: 1, ..HttpOptions::default() };
        let (begun, mut is_begun) = mpsc::channel::<()>(1);
        let never = move || async move {
            begun.send(()).await.unwrap();
            std::future::pending::<()>().await;
        };
        let running = start(Router::new().route("/never", get(never)), options, Writes::default()).await;
        let _request = ask(running.address, "/never").await;
        is_begun.recv().await.unwrap();
        running.stop.send(()).unwrap();
        assert_eq!(running.served.await.unwrap().unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_connection_that_sends_no_headers_is_closed() {
        let options = HttpOptions { header_timeout_ms: 1, ..HttpOptions::default() };
        let running = start(Router::new(), options, Writes::default()).await;
        let mut lame = TcpStream::connect(running.address).await.unwrap();
        lame.write_all(b"GET / HT").await.unwrap();
        let mut rest = Vec::new();
        // Returns only because the host closes the connection.
        let _ = lame.read_to_end(&mut rest).await;
    }
    #[tokio::test]
    async fn a_connection_that_takes_nothing_of_its_answer_is_closed() {
        let options = HttpOptions { write_timeout_ms: 1, connections_max: 1, ..HttpOptions::default() };
        // More than the buffers between the two take.
        let large = || async { vec![b'x'; 64 << 20] };
        let app = Router::new().route("/large", get(large)).route("/small", get(async || "small"));
        let running = start(app, options, Writes::default()).await;
        let _deaf = ask(running.address, "/large").await;
        // Answered only because the host gave the place of the first one up.
        assert!(all(ask(running.address, "/small").await).await.ends_with("small"));
    }
}
