//! The ECB's site, on loopback: names in the test's hand, https with a certificate of its own, and
//! whatever answer the test wants.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Response, Uri};
use axum::serve::Listener;
use futures::future::BoxFuture;
use stonks_app::{Selection, SyncError};
use stonks_host::{OutsideError, Resolver};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::server::TlsStream;

use crate::test_app::TestApp;

pub(crate) const ECB: &str = "www.ecb.europa.eu";

/// Where names lead; nowhere at first.
#[derive(Default)]
pub(crate) struct Names(Mutex<BTreeMap<String, SocketAddr>>);

impl Resolver for Names {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        _port: u16,
    ) -> BoxFuture<'a, Result<Vec<SocketAddr>, OutsideError>> {
        let found = self.0.lock().unwrap().get(host).copied();
        Box::pin(async move {
            found
                .map(|address| vec![address])
                .ok_or_else(|| OutsideError("no such name".to_owned()))
        })
    }
}

/// What the site answers.
#[derive(Clone)]
pub(crate) enum Answer {
    File(String),
    Status(u16, Vec<(&'static str, &'static str)>),
    /// Packed zeros, this many.
    Bomb(usize),
    /// A part, and then the connection ends.
    Cut(String),
    /// Without end.
    Endless,
}

/// The site, and what it was asked for.
pub(crate) struct Site {
    answer: Arc<Mutex<Answer>>,
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct Shared {
    answer: Arc<Mutex<Answer>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// The ECB's name leads to the site, whose address is opened to the plugin.
    pub(crate) async fn open(app: &TestApp) -> Self {
        let shared = Shared {
            answer: Arc::new(Mutex::new(Answer::Status(404, Vec::new()))),
            asked: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let own = rcgen::generate_simple_self_signed(vec![ECB.to_owned()]).unwrap();
        let key = own.signing_key.serialize_der().try_into().unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.cert.der().clone()], key)
            .unwrap();
        let tls = Tls { listener, acceptor: TlsAcceptor::from(Arc::new(config)) };
        let routes = Router::new().fallback(answer).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(tls, routes).await });
        app.names.0.lock().unwrap().insert(ECB.to_owned(), address);
        let selection = Selection {
            all: true,
            addresses: vec![address],
            root_certificate: Some(own.cert.pem()),
            ..Selection::default()
        };
        app.app.grant(&"ecb-rates".parse().unwrap(), &selection, "test").await.unwrap();
        Self { answer: shared.answer, asked: shared.asked }
    }

    pub(crate) fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }
}

async fn answer(State(shared): State<Shared>, uri: Uri) -> Response<Body> {
    shared.asked.lock().unwrap().push(uri.to_string());
    let answer = shared.answer.lock().unwrap().clone();
    let response = Response::builder();
    match answer {
        Answer::File(content) => response.body(content.into()),
        Answer::Status(status, headers) => headers
            .into_iter()
            .fold(response.status(status), |response, (name, value)| response.header(name, value))
            .body(Body::empty()),
        Answer::Bomb(n) => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            std::io::Write::write_all(&mut encoder, &vec![0; n]).unwrap();
            response.header("content-encoding", "gzip").body(encoder.finish().unwrap().into())
        }
        Answer::Cut(part) => {
            let parts = [Ok(Bytes::from(part)), Err(std::io::Error::other("cut off"))];
            response.body(Body::from_stream(futures::stream::iter(parts)))
        }
        Answer::Endless => {
            let part = Bytes::from(vec![b' '; 1 << 20]);
            response.body(Body::from_stream(futures::stream::repeat(Ok::<_, Infallible>(part))))
        }
    }
    .unwrap()
}

struct Tls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, peer)) = self.listener.accept().await else { continue };
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, peer);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// A file of the ECB's with one rate for each day.
pub(crate) fn file(days: &[(&str, &str)]) -> String {
    let days = days.iter().map(|(day, rate)| {
        format!("<Cube time='{day}'><Cube currency='USD' rate='{rate}'/></Cube>")
    });
    format!("<Envelope><Cube>{}</Cube></Envelope>", days.collect::<String>())
}

/// What the user sees of a sync: facts and new ones, or the sentence.
pub(crate) async fn sync(app: &TestApp) -> String {
    match app.app.sync_plugin(&"ecb-rates".parse().unwrap(), None).await {
        Ok(report) => format!("{} facts, {} new", report.files[0].facts, report.files[0].new),
        Err(error @ SyncError::NotGranted { .. }) => {
            format!("{error}: {}", error.hint().unwrap())
        }
        Err(error) => error.to_string(),
    }
}
