//! A server on loopback that does as its paths say, by http or by https with a certificate of its own.

use std::convert::Infallible;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::server::TlsStream;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// PEM, where it speaks https.
    pub(crate) certificate: Option<String>,
}

impl Server {
    pub(crate) async fn http() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes()).await });
        Self { address, certificate: None }
    }

    pub(crate) async fn https(names: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let own = rcgen::generate_simple_self_signed(names).unwrap();
        let key = own.signing_key.serialize_der().try_into().unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.cert.der().clone()], key)
            .unwrap();
        let tls = Tls { listener, acceptor: TlsAcceptor::from(Arc::new(config)) };
        tokio::spawn(async move { axum::serve(tls, routes()).await });
        Self { address, certificate: Some(own.cert.pem()) }
    }

    /// The URL of a path by the server's address.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
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

fn routes() -> Router {
    Router::new()
        .route("/echo", any(echo))
        .route("/positions", get(|| async { r#"[{"quantity":"3","price":"10.50000"}]"# }))
        .route("/to/{status}/{*url}", any(redirect))
        .route("/round", any(|| async { (StatusCode::FOUND, [(header::LOCATION, "/round")]) }))
        .route("/bytes/{n}", get(|Path(n): Path<usize>| async move { vec![b'x'; n] }))
        .route(
            "/endless",
            get(|| async {
                Body::from_stream(futures::stream::repeat(Ok::<_, Infallible>(Bytes::from_static(
                    &[b'x'; 512],
                ))))
            }),
        )
        .route("/packed/{n}", get(packed))
        .route("/not-packed", get(|| async { ([(header::CONTENT_ENCODING, "gzip")], "plain") }))
        .route("/cut", get(cut))
        .route("/never", get(|| async { std::future::pending::<StatusCode>().await }))
        .route(
            "/status/{code}",
            get(|Path(code): Path<u16>| async move { StatusCode::from_u16(code).unwrap() }),
        )
        .fallback(|| async { "here" })
}

async fn echo(method: Method, uri: Uri, headers: HeaderMap, body: String) -> String {
    let interesting = headers.iter().filter(|(name, _)| {
        !matches!(
            name.as_str(),
            "host" | "content-length" | "user-agent" | "accept" | "accept-encoding"
        )
    });
    let headers: Vec<String> =
        interesting.map(|(name, value)| format!("{name}={}", value.to_str().unwrap())).collect();
    format!("{method} {uri} [{}] {body}", headers.join(", "))
}

async fn redirect(Path((status, url)): Path<(u16, String)>) -> impl IntoResponse {
    (StatusCode::from_u16(status).unwrap(), [(header::LOCATION, url)])
}

async fn packed(Path(n): Path<usize>) -> impl IntoResponse {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b'x'; n]).unwrap();
    ([(header::CONTENT_ENCODING, "gzip")], encoder.finish().unwrap())
}

async fn cut() -> Body {
    let parts = [Ok(Bytes::from_static(b"the first half")), Err(std::io::Error::other("cut off"))];
    Body::from_stream(futures::stream::iter(parts))
}
