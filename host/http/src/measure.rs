//! What `/metrics` shows: counters and times by route, in Prometheus's text format.
//!
//! Labels are the fixed words of method, matched route and status: never an id, a name or a guest's text.

use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Requests by method, route and status.
const REQUESTS: &str = "banshi_http_requests_total";
/// Seconds from the last header to the first byte of the answer, by method and route.
const SECONDS: &str = "banshi_http_request_seconds";
/// Upper ends of the histogram of times, in seconds: a durable step takes milliseconds, a prefill up to its sources' time limit.
const SECONDS_BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// The process's metrics as text. Cheap to clone; there is one a process.
#[derive(Clone)]
pub(crate) struct Exposition {
    handle: PrometheusHandle,
}

impl Exposition {
    /// Installs the recorder for the whole process, once; later calls get the same one.
    pub(crate) fn install() -> Self {
        static INSTALLED: OnceLock<PrometheusHandle> = OnceLock::new();
        let handle = INSTALLED.get_or_init(|| {
            // The buckets are not empty, which is all that could be refused.
            let builder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), SECONDS_BUCKETS)
                .unwrap_or_default();
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder was installed before; `/metrics` stays empty");
            }
            metrics::describe_counter!(REQUESTS, "Requests by method, route and status.");
            metrics::describe_histogram!(SECONDS, metrics::Unit::Seconds, "Time to the first byte of the answer.");
            handle
        });
        Self { handle: handle.clone() }
    }

    /// The text for Prometheus.
    pub(crate) fn render(&self) -> String {
        self.handle.render()
    }

    /// Folds what was recorded into the histograms; without it they grow while nobody scrapes.
    pub(crate) fn upkeep(&self) {
        self.handle.run_upkeep();
    }
}

/// Counts one answered request.
pub(crate) fn request(method: &'static str, route: &str, status: u16, took: Duration) {
    let route = route.to_owned();
    metrics::counter!(REQUESTS, "method" => method, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!(SECONDS, "method" => method, "route" => route).record(took);
}
