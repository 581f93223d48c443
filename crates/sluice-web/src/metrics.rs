//! `GET /metrics`: figures in the Prometheus text format (0.0.4), for whoever has a token that may
//! read.

use std::fmt::Write as _;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sluice_site::metrics::Metric;

use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::problem::WebResult;

pub(crate) fn router() -> Router<AdminState> {
    Router::new().route("/metrics", get(metrics))
}

async fn metrics(Authenticated(caller): Authenticated, State(state): State<AdminState>) -> WebResult<Response> {
    let text = exposition(&state.site.metrics(&caller)?);
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// Metrics of one name stand together; names and labels are our own words.
fn exposition(metrics: &[Metric]) -> String {
    let mut text = String::new();
    let mut last = "";
    for metric in metrics {
        let Metric { name, help, counter, label, value } = metric;
        // A string takes all of it.
        let _fits = (|| {
            if last != *name {
                writeln!(text, "# HELP sluice_{name} {help}")?;
                writeln!(text, "# TYPE sluice_{name} {}", if *counter { "counter" } else { "gauge" })?;
            }
            match label {
                Some((key, word)) => writeln!(text, "sluice_{name}{{{key}=\"{word}\"}} {value}"),
                None => writeln!(text, "sluice_{name} {value}"),
            }
        })();
        last = name;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let metric = |name, counter, label, value| Metric { name, help: "Help.", counter, label, value };
        let text = exposition(&[
            metric("devices", false, None, 3.0),
            metric("requests_total", true, Some(("outcome", "answered")), 1.0),
            metric("requests_total", true, Some(("outcome", "refused")), 2.5),
        ]);
        insta::assert_snapshot!(text, @r#"
        # HELP sluice_devices Help.
        # TYPE sluice_devices gauge
        sluice_devices 3
        # HELP sluice_requests_total Help.
        # TYPE sluice_requests_total counter
        sluice_requests_total{outcome="answered"} 1
        sluice_requests_total{outcome="refused"} 2.5
        "#);
    }
}
