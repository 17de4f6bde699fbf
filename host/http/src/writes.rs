//! Writes that were begun are done to their end, even when the caller hangs up, their time runs out or the host
//! stops: a dropped future would stop between the commit and what follows it.

use std::future::Future;

use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::problem::Problem;

/// The writes that were begun. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Writes {
    tasks: TaskTracker,
}

impl Writes {
    /// Does the work to its end; answers what it answered, if the caller still waits.
    pub(crate) async fn finish<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, banshi_engine::Error>> + Send + 'static,
    {
        match self.tasks.spawn(work.in_current_span()).await {
            Ok(done) => done.map_err(Problem::from),
            Err(_) => {
                tracing::error!("a write panicked");
                Err(Problem::internal())
            }
        }
    }

    /// Resolves when every write that was begun has ended.
    pub(crate) async fn ended(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_write_goes_on_when_its_caller_hangs_up_and_is_waited_for() {
        let writes = Writes::default();
        let done = Arc::new(AtomicBool::new(false));
        let (go, gone) = oneshot::channel::<()>();
        let (begun, is_begun) = oneshot::channel::<()>();
        let flag = Arc::clone(&done);
        let request = {
            let writes = writes.clone();
            tokio::spawn(async move {
                let work = async move {
                    begun.send(()).unwrap();
                    gone.await.unwrap();
                    flag.store(true, Ordering::SeqCst);
                    Ok(())
                };
                writes.finish(work).await
            })
        };
        is_begun.await.unwrap();
        request.abort();
        assert!(request.await.unwrap_err().is_cancelled());
        go.send(()).unwrap();
        writes.ended().await;
        assert!(done.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn a_write_that_panics_is_a_problem_and_not_the_end_of_the_connection() {
        let problem = Writes::default().finish::<(), _>(async { panic!("张三") }).await.unwrap_err();
        assert_eq!(problem.status, 500);
        assert!(!format!("{problem:?}").contains("张三"));
    }
}
