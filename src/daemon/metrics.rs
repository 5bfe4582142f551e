//! Metrics in the text format of Prometheus, and a health check, on a loopback address.

use std::net::SocketAddr;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tiny_http::{Header, Method, Request, Response, Server};

use super::DaemonError;
use super::board::{Board, Counts};
use super::caretaker::Over;
use crate::state::Phase;

/// Between two looks whether the daemon ends.
const TICK: Duration = Duration::from_millis(250);

/// A bound address.
pub(super) struct Listener(Server);

type Label = [(&'static str, String); 1];

impl Listener {
    /// Binds an address, which is a loopback address: what is told is nobody else's business.
    pub(super) fn bind(address: SocketAddr) -> Result<Listener, DaemonError> {
        let failed = |why: String| DaemonError::Metrics { address, why };
        if !address.ip().is_loopback() {
            return Err(failed("it is not a loopback address".to_owned()));
        }
        let server = Server::http(address).map_err(|error| failed(error.to_string()))?;
        Ok(Listener(server))
    }

    /// Answers until the generation is over.
    pub(super) fn serve(&self, board: &Board, over: &Over) {
        while !over.within(Duration::ZERO) {
            match self.0.recv_timeout(TICK) {
                Ok(Some(request)) => answer(request, board),
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(%error, "metrics are served no longer");
                    return;
                }
            }
        }
    }
}

fn answer(request: Request, board: &Board) {
    let is_get = *request.method() == Method::Get;
    let (code, body) = match request.url() {
        _ if !is_get => (405, "only GET\n".to_owned()),
        "/metrics" => (200, text(board)),
        "/health" => health(board),
        _ => (404, "there is /metrics and /health\n".to_owned()),
    };
    let mut response = Response::from_string(body).with_status_code(code);
    if let Ok(kind) = Header::from_bytes("Content-Type", "text/plain; version=0.0.4") {
        response.add_header(kind);
    }
    // The one who asked may be gone.
    if let Err(error) = request.respond(response) {
        tracing::debug!(%error, "nobody waits for the metrics");
    }
}

/// 200 if every account is connected or on the way, else 503, with a line an account.
fn health(board: &Board) -> (u16, String) {
    let lines = board.lines();
    let rests = lines.values().any(|line| line.phase == Phase::Resting);
    let text = lines
        .iter()
        .map(|(account, line)| format!("{account} {}\n", line.phase.name()))
        .collect();
    (if rests { 503 } else { 200 }, text)
}

fn text(board: &Board) -> String {
    let mut registry = Registry::with_prefix("anteroom");
    let lines = board.lines();
    type Number = fn(&Counts) -> u64;
    let counters: [(&str, &str, Number); 4] = [
        ("judged", "Messages judged", |counts| counts.judged),
        ("filed", "Messages moved", |counts| counts.filed),
        ("learned", "Lessons from moves", |counts| counts.learned),
        ("troubles", "Times it went wrong", |counts| counts.troubles),
    ];
    for (name, help, number) in counters {
        let family = Family::<Label, prometheus_client::metrics::counter::Counter>::default();
        for (account, line) in &lines {
            let label = [("account", account.to_string())];
            family.get_or_create(&label).inc_by(number(&line.counts));
        }
        registry.register(name, help, family);
    }
    let backlog = Family::<Label, Gauge>::default();
    let watching = Family::<Label, Gauge>::default();
    for (account, line) in &lines {
        let label = [("account", account.to_string())];
        let waiting = i64::try_from(line.counts.backlog).unwrap_or(i64::MAX);
        backlog.get_or_create(&label).set(waiting);
        let up = matches!(line.phase, Phase::Watching | Phase::Working);
        watching.get_or_create(&label).set(i64::from(up));
    }
    registry.register("backlog", "Messages that wait", backlog);
    registry.register("up", "1 if connected", watching);
    let mut out = String::new();
    if encode(&mut out, &registry).is_err() {
        out.clear();
    }
    out
}
