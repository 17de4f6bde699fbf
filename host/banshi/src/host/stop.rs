//! When to stop: SIGTERM or SIGINT asks for it, the same once more insists.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::failure::Result;

/// Tells every part of the process that it is to stop. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// What makes it stop.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

impl Stop {
    /// A pair of both ends.
    pub fn new() -> (Stopper, Self) {
        let (sender, receiver) = watch::channel(false);
        (Stopper(sender), Self(receiver))
    }

    /// Resolves once it is time to stop, also when nobody is left who could say so.
    pub async fn wait(mut self) {
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

impl Stopper {
    /// It is time.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

/// Set for a child of the demo: it stops when its standard input ends, which it does with the demo, however that ends.
pub const ENDS_WITH_STDIN: &str = "BANSHI_ENDS_WITH_STDIN";

/// Resolves when standard input ends, where that was asked for. A thread of its own reads: a task's read could not be
/// given up when the process ends for another reason.
async fn stdin_ended() {
    if std::env::var_os(ENDS_WITH_STDIN).is_none() {
        return std::future::pending().await;
    }
    let (ended, end) = tokio::sync::oneshot::channel::<()>();
    let read = move || {
        // An end and an error say the same: there is nobody at the other side.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        drop(ended);
    };
    match std::thread::Builder::new().name("stdin".to_owned()).spawn(read) {
        Ok(_) => drop(end.await),
        Err(error) => {
            tracing::warn!(error.text = %error, "standard input is not watched");
            std::future::pending().await
        }
    }
}

/// Heeds signals from now on, so that it has to be called before anyone is told that the process works. The answer
/// resolves at the first SIGTERM or SIGINT. A second one ends the process at once: what was acknowledged is durable
/// anyway.
pub fn asked() -> Result<impl Future<Output = ()> + Send> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = stdin_ended() => {}
        }
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            std::process::exit(130);
        });
    })
}
