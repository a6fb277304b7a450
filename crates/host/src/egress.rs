//! Requests that plugins ask for: the only place in the program where one gets a connection.
//!
//! `Egress::send` asks the grants, checks every address of the host, connects to those addresses and
//! no others, follows redirects by starting again, and leaves a row for each request.

mod address;
mod audit;
mod body;
mod clients;
mod gates;
mod headers;
mod permit;
mod resolver;

use std::error::Error;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, LOCATION};
use stonks_plugin::permission::Target;
use tokio::time::{Instant, timeout_at};

pub use audit::{Audit, EgressRecord};
pub use resolver::{Resolver, SystemResolver};

use crate::outside::{Outside, Reach};
use crate::runtime::Clock;
use crate::runtime::contract::http::{Denial, HttpError, Request, Response};
use audit::Entry;
use body::{Body, BodyError};
use clients::Clients;
use gates::Gates;

/// Redirects that are followed.
const MOST_REDIRECTS: usize = 5;

/// What requests may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EgressLimits {
    /// How long one may take, redirects included; a plugin may ask for less.
    pub timeout: Duration,
    /// The largest body of a request, in bytes.
    pub request: usize,
    /// The largest body of an answer, in bytes: on the wire, and again when it is unpacked.
    pub response: usize,
    /// How many a plugin may send to one host in a second, in the long run.
    pub per_second: NonZeroU32,
    /// How many of them at once after a pause.
    pub burst: NonZeroU32,
    /// How many of a plugin may run at the same time.
    pub at_once: usize,
    /// How many of them to the same host.
    pub at_once_per_host: usize,
}

impl Default for EgressLimits {
    fn default() -> Self {
        const PER_SECOND: NonZeroU32 = NonZeroU32::new(5).expect("five is not zero");
        const BURST: NonZeroU32 = NonZeroU32::new(30).expect("thirty is not zero");
        Self {
            // Below the deadline of a call, so that the plugin hears of it.
            timeout: Duration::from_secs(25),
            request: 8 << 20,
            response: 32 << 20,
            per_second: PER_SECOND,
            burst: BURST,
            at_once: 8,
            at_once_per_host: 4,
        }
    }
}

/// Sends requests for all plugins.
pub(crate) struct Egress {
    pub(crate) outside: Outside,
    clock: Clock,
    gates: Gates,
    clients: Clients,
}

/// A request on its way: what is left of it after each redirect.
struct Going {
    method: Method,
    target: Target,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

/// What came of one hop.
enum Hop {
    Arrived(Response),
    Redirected(Target, u16),
}

impl Egress {
    pub(crate) fn new(outside: Outside, clock: Clock) -> Self {
        let gates = Gates::new(outside.limits);
        Self { outside, clock, gates, clients: Clients::default() }
    }

    /// Sends a request for a plugin, if it may, and follows where it leads, if it may go there too.
    pub(crate) async fn send(
        &self,
        reach: &Reach,
        request: Request,
    ) -> Result<Response, HttpError> {
        let limits = &self.outside.limits;
        let asked = request.timeout_milliseconds.map(|n| Duration::from_millis(n.into()));
        let timeout = asked.map_or(limits.timeout, |asked| asked.min(limits.timeout));
        let deadline = Instant::now() + timeout;
        let mut entry = self.entry(reach, &request.method);
        let target = match Target::parse(&request.url) {
            Ok(target) => target,
            Err(error) => {
                return kept(entry, Err(HttpError::InvalidRequest(error.to_string()))).await;
            }
        };
        entry.goes_to(&target);
        let mut going = match Going::new(request, target, limits) {
            Ok(going) => going,
            Err(error) => return kept(entry, Err(error)).await,
        };
        for _ in 0..=MOST_REDIRECTS {
            entry.goes_to(&going.target);
            let hop = timeout_at(deadline, self.hop(reach, &going, &mut entry)).await;
            match kept(entry, hop.unwrap_or(Err(HttpError::TimedOut))).await? {
                Hop::Arrived(response) => return Ok(response),
                Hop::Redirected(target, status) => going.turn(target, status),
            }
            entry = self.entry(reach, going.method.as_str());
        }
        entry.goes_to(&going.target);
        let denial = Denial {
            message: format!("more than {MOST_REDIRECTS} redirects are not followed"),
            hint: "ask for the address that they lead to".to_owned(),
        };
        kept(entry, Err(HttpError::Denied(denial))).await
    }

    fn entry(&self, reach: &Reach, method: &str) -> Entry {
        let audit = Arc::clone(&self.outside.audit);
        Entry::new(audit, (self.clock)(), reach.plugin.clone(), method)
    }

    /// One request to one host, everything asked and checked anew.
    async fn hop(&self, reach: &Reach, going: &Going, entry: &mut Entry) -> Result<Hop, HttpError> {
        let target = &going.target;
        let holding = reach.holding().await.map_err(|error| {
            tracing::error!(plugin = %reach.plugin, %error, "grants can't be read");
            let message = "what was granted can't be read, so that nothing is".to_owned();
            HttpError::Denied(Denial { message, hint: "the host's log says why".to_owned() })
        })?;
        permit::ask(reach, &holding, going.method.as_str(), target)?;
        let host = target.host.to_string();
        self.gates
            .admit(&reach.plugin, &host)
            .map_err(|wait| HttpError::RateLimited(Some(wait.as_secs() + 1)))?;
        let _pass = self.gates.enter(&reach.plugin, &host).await;
        let way = permit::way(reach, &holding, target).await?;
        let client = self.clients.on(way).map_err(HttpError::Unreachable)?;
        let mut request = client
            .request(going.method.clone(), target.url.clone())
            .header("accept-encoding", "gzip")
            .headers(going.headers.clone());
        if let Some(body) = &going.body {
            request = request.body(body.clone());
        }
        let response = request.send().await.map_err(|error| unreachable(target, error))?;
        let status = response.status().as_u16();
        entry.answered(status);
        if matches!(status, 301 | 302 | 303 | 307 | 308)
            && let Some(location) = response.headers().get(LOCATION)
        {
            let location = location.to_str().unwrap_or_default();
            let next = target.join(location).map_err(|error| {
                HttpError::Unreachable(format!("`{host}` redirects to nowhere: {error}"))
            })?;
            return Ok(Hop::Redirected(next, status));
        }
        self.read(target, response, entry).await.map(Hop::Arrived)
    }

    async fn read(
        &self,
        target: &Target,
        mut response: reqwest::Response,
        entry: &mut Entry,
    ) -> Result<Response, HttpError> {
        let limit = self.outside.limits.response;
        let too_large = || HttpError::TooLarge(u64::try_from(limit).unwrap_or(u64::MAX));
        let status = response.status().as_u16();
        let encoding = response.headers().get(CONTENT_ENCODING);
        let is_gzip =
            encoding.is_some_and(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"gzip"));
        let headers = response.headers().iter().filter(|(name, _)| {
            !(is_gzip && (*name == CONTENT_ENCODING || *name == CONTENT_LENGTH))
        });
        // A header that is no text is told as well as it can be.
        let headers = headers.map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let headers = headers.collect();
        if response.content_length().is_some_and(|length| length > limit as u64) {
            return Err(too_large());
        }
        let mut body = Body::new(is_gzip, limit);
        let (mut n_wire, host) = (0, target.host.to_string());
        let unpacked = |error| match error {
            BodyError::TooLarge => too_large(),
            BodyError::Damaged => {
                HttpError::Unreachable(format!("the answer of `{host}` is damaged: it is no gzip"))
            }
        };
        while let Some(part) = response.chunk().await.map_err(|error| unreachable(target, error))? {
            n_wire += part.len();
            entry.received(part.len() as u64);
            if n_wire > limit {
                return Err(too_large());
            }
            body.take(&part).map_err(unpacked)?;
        }
        let body = body.end().map_err(unpacked)?;
        Ok(Response { status, headers, body })
    }
}

impl Going {
    fn new(request: Request, target: Target, limits: &EgressLimits) -> Result<Self, HttpError> {
        let invalid = HttpError::InvalidRequest;
        let method = match request.method.to_ascii_uppercase().as_str() {
            "GET" => Method::GET,
            "HEAD" => Method::HEAD,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            "OPTIONS" => Method::OPTIONS,
            _ => {
                let method: String = request.method.escape_debug().take(20).collect();
                return Err(invalid(format!("`{method}` is no method that is sent")));
            }
        };
        if let Some(profile) = request.auth {
            let profile: String = profile.escape_debug().take(50).collect();
            let told = format!("there are no credentials for the profile `{profile}`");
            return Err(HttpError::AuthRequired(told));
        }
        let headers = headers::allowed(&request.headers).map_err(invalid)?;
        if request.body.as_ref().is_some_and(|body| body.len() > limits.request) {
            let told = format!("the body is larger than {} bytes", limits.request);
            return Err(invalid(told));
        }
        Ok(Self { method, target, headers, body: request.body })
    }

    /// Turns where a redirect points, and takes along what may go there (RFC 9110, 15.4).
    fn turn(&mut self, target: Target, status: u16) {
        let becomes_get = match status {
            303 => self.method != Method::HEAD,
            301 | 302 => self.method == Method::POST,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.body = None;
            headers::forget_body(&mut self.headers);
        }
        if !self.target.is_same_origin(&target) {
            headers::keep_harmless(&mut self.headers);
        }
        self.target = target;
    }
}

/// Keeps the row, and withholds an answer whose row can't be kept.
async fn kept<T>(entry: Entry, outcome: Result<T, HttpError>) -> Result<T, HttpError> {
    entry.end(outcome.as_ref().err().map(problem)).await.map_err(|error| {
        tracing::error!(%error, "the row of a request can't be kept");
        HttpError::Unreachable("the host can't keep its record of requests".to_owned())
    })?;
    outcome
}

/// Why a request came to nothing, for its row.
fn problem(error: &HttpError) -> String {
    match error {
        HttpError::Denied(denial) => denial.message.clone(),
        HttpError::AuthRequired(told)
        | HttpError::Unreachable(told)
        | HttpError::InvalidRequest(told) => told.clone(),
        HttpError::RateLimited(_) => "too many requests: the host's limit".to_owned(),
        HttpError::TimedOut => "it took too long".to_owned(),
        HttpError::TooLarge(limit) => format!("the answer is larger than {limit} bytes"),
    }
}

fn unreachable(target: &Target, error: reqwest::Error) -> HttpError {
    // The URL's query may hold what nobody should read.
    let told = chain(&error.without_url());
    HttpError::Unreachable(format!("`{}` does not answer: {told}", target.host))
}

/// An error and what caused it, innermost last.
fn chain(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !told.contains(&next) {
            told = format!("{told}: {next}");
        }
        cause = error.source();
    }
    // Some libraries end their words with a page to read, which is of no use to a user.
    told.split(": https://").next().unwrap_or_default().to_owned()
}
