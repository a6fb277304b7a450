//! Requests of plugins: where they may go, where they may not, and what their rows say.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use stonks_host::{EgressLimits, Instance, Limits};

use crate::outside::{World, egress_limits, obey};
use crate::server::Server;
use crate::test_host::{TestHost, limits};

/// All that the manifest of `caller` asks for.
fn everything() -> Value {
    json!({
        "http": [
            { "host": "api.example.com", "purpose": "" },
            { "host": "*.listed.example", "methods": ["GET"], "paths": ["/open/*"], "purpose": "" }
        ],
        "storage": { "quota_bytes": 1000, "purpose": "" }
    })
}

struct Scene {
    world: Arc<World>,
    caller: Instance,
    _host: TestHost,
}

impl Scene {
    async fn new() -> Self {
        Self::with(egress_limits(), Limits { call: Duration::from_secs(30), ..limits() }).await
    }

    async fn with(egress: EgressLimits, limits: Limits) -> Self {
        let world = Arc::new(World::default());
        world.grant("caller", &everything());
        let host = TestHost::outside(world.outside(egress), limits).await;
        let caller = host.start("caller", &[]).await.unwrap();
        Self { world, caller, _host: host }
    }

    /// `api.example.com` and `more.listed.example` lead to a server with a certificate for both.
    async fn with_server() -> (Self, Server) {
        let scene = Self::new().await;
        let server = scene.serve().await;
        (scene, server)
    }

    async fn serve(&self) -> Server {
        let server = Server::https(&["api.example.com", "more.listed.example"]).await;
        let address = server.address.to_string();
        for name in ["api.example.com", "more.listed.example"] {
            self.world.name(name, &[&[&address]]);
        }
        self.world.open("caller", server.address, server.certificate.as_deref());
        server
    }

    /// What the plugin gets, and the last row.
    async fn check(&self, told: &str, expected: &str, row: &str) {
        assert_eq!(obey(&self.caller, told).await, expected, "{told}");
        assert_eq!(self.world.told().last().map(String::as_str), Some(row), "{told}");
    }
}

#[tokio::test]
async fn a_granted_request_is_sent_and_leaves_a_row() {
    let (scene, _server) = Scene::with_server().await;
    scene
        .check(
            "send POST https://api.example.com/echo?secret=1\nX-Key: k\n\nthe body",
            "200 38 bytes: POST /echo?secret=1 [x-key=k] the body",
            "caller POST api.example.com/echo 200 38: ok",
        )
        .await;
    let row = scene.world.rows.lock().unwrap()[0].clone();
    assert_eq!((row.at, row.plugin.as_str()), (jiff::Timestamp::UNIX_EPOCH, "caller"));
}

#[tokio::test]
async fn what_the_manifest_does_not_ask_for_is_refused_with_the_line_to_add() {
    let scene = Scene::new().await;
    scene
        .check(
            "send GET https://other.example/x?y",
            "denied: the manifest of `caller` doesn't ask for GET requests to `other.example/x` (add to \
             `permissions.http` of its manifest: {\"host\":\"other.example\",\"methods\":[\"GET\"],\"purpose\":\"…\"})",
            "caller GET other.example/x - 0: the manifest of `caller` doesn't ask for GET requests to `other.example/x`",
        )
        .await;
    for (method, path) in [("POST", "/open/x"), ("GET", "/closed"), ("GET", "/open/..%2fclosed")] {
        let told =
            obey(&scene.caller, &format!("send {method} https://more.listed.example{path}")).await;
        assert!(told.starts_with("denied: the manifest of `caller` doesn't ask for"), "{told}");
    }
    assert_eq!(*scene.world.n_resolved.lock().unwrap(), 0, "no name was asked for");
}

#[tokio::test]
async fn what_the_user_did_not_grant_is_refused_with_the_command_to_run() {
    let (scene, _server) = Scene::with_server().await;
    let grant =
        json!({ "http": [{ "host": "api.example.com", "methods": ["GET"], "purpose": "" }] });
    scene.world.grant("caller", &grant);
    scene
        .check(
            "send POST https://api.example.com/echo",
            "denied: POST requests to `api.example.com/echo` are not granted \
             (grant them with `stonks plugin grant caller --http api.example.com`)",
            "caller POST api.example.com/echo - 0: POST requests to `api.example.com/echo` are not granted",
        )
        .await;
    let told = obey(&scene.caller, "send GET https://api.example.com/echo").await;
    assert_eq!(told, "200 13 bytes: GET /echo [] ");
}

#[tokio::test]
async fn what_is_taken_back_is_gone_for_a_running_plugin() {
    let (scene, _server) = Scene::with_server().await;
    assert_eq!(obey(&scene.caller, "send GET https://api.example.com/").await, "200 4 bytes: here");
    assert_eq!(obey(&scene.caller, "set key value").await, "done");
    scene.world.revoke("caller");
    let told = obey(&scene.caller, "send GET https://api.example.com/").await;
    assert!(
        told.starts_with("denied: GET requests to `api.example.com/` are not granted"),
        "{told}"
    );
    let told = obey(&scene.caller, "get key").await;
    assert!(told.starts_with("denied: storage is not granted"), "{told}");
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_even_if_it_leads_elsewhere_too() {
    let scene = Scene::new().await;
    for (addresses, kind) in [
        (&["10.0.0.1:443"][..], "10.0.0.1, which is no public address (private)"),
        (&["1.1.1.1:443", "127.0.0.1:443"], "127.0.0.1, which is no public address (this machine)"),
        (
            &["169.254.169.254:443"],
            "169.254.169.254, which is no public address (a cloud's metadata)",
        ),
        (&["[::ffff:10.0.0.1]:443"], "::ffff:10.0.0.1, which is no public address (private)"),
        (&["[64:ff9b::a00:1]:443"], "64:ff9b::a00:1, which is no public address (private)"),
        (
            &["100.64.0.1:443"],
            "100.64.0.1, which is no public address (a provider's inner network)",
        ),
        (&["[fe80::1]:443"], "fe80::1, which is no public address (link-local)"),
    ] {
        scene.world.name("api.example.com", &[addresses]);
        let refusal = format!("`api.example.com` resolves to {kind}");
        scene
            .check(
                "send GET https://api.example.com/",
                &format!(
                    "denied: {refusal} (no plugin may reach this machine or its network; whoever runs the \
                     name's servers can change where it leads)"
                ),
                &format!("caller GET api.example.com/ - 0: {refusal}"),
            )
            .await;
    }
}

/// The address that was checked is the one that is connected: a name that changes is asked once.
#[tokio::test]
async fn a_name_that_changes_between_check_and_connect_changes_nothing() {
    let (scene, server) = Scene::with_server().await;
    let inside = Server::http().await;
    let (good, bad) = (server.address.to_string(), inside.address.to_string());
    scene.world.name("api.example.com", &[&[&good], &[&bad]]);
    assert_eq!(obey(&scene.caller, "send GET https://api.example.com/").await, "200 4 bytes: here");
    assert_eq!(*scene.world.n_resolved.lock().unwrap(), 1);
    let told = obey(&scene.caller, "send GET https://api.example.com/").await;
    assert!(told.contains("127.0.0.1, which is no public address (this machine)"), "{told}");
}

#[tokio::test]
async fn addresses_are_no_hosts() {
    let scene = Scene::new().await;
    for (url, shown) in [
        ("http://127.0.0.1/", "127.0.0.1:80 (this machine)"),
        ("https://2130706433/", "127.0.0.1:443 (this machine)"),
        ("https://169.254.169.254/latest", "169.254.169.254:443 (a cloud's metadata)"),
        ("https://[::ffff:10.0.0.1]/", "[::ffff:10.0.0.1]:443 (private)"),
        ("https://1.1.1.1/", "1.1.1.1:443"),
    ] {
        let told = obey(&scene.caller, &format!("send GET {url}")).await;
        let refusal = format!("denied: requests to the address {shown} are refused");
        assert!(told.starts_with(&refusal), "{told}");
    }
    let told = obey(&scene.caller, "send GET http://api.example.com/").await;
    assert!(
        told.starts_with("denied: requests to `api.example.com` by http are refused"),
        "{told}"
    );
}

#[tokio::test]
async fn redirects_are_asked_for_like_any_request() {
    let (scene, _server) = Scene::with_server().await;
    for (location, refusal) in [
        (
            "https://other.example/x",
            "the manifest of `caller` doesn't ask for GET requests to `other.example/x`",
        ),
        ("http://127.0.0.1/x", "requests to the address 127.0.0.1:80 (this machine) are refused"),
        (
            "http://169.254.169.254/x",
            "requests to the address 169.254.169.254:80 (a cloud's metadata) are refused",
        ),
        (
            "https://[::ffff:10.0.0.1]/x",
            "requests to the address [::ffff:10.0.0.1]:443 (private) are refused",
        ),
        (
            "http://api.example.com/x",
            "requests to `api.example.com` by http are refused: anyone on the way could read them",
        ),
    ] {
        let told =
            obey(&scene.caller, &format!("send GET https://api.example.com/to/302/{location}"))
                .await;
        assert!(told.starts_with(&format!("denied: {refusal}")), "{told}");
        let rows = scene.world.told();
        assert_eq!(
            rows[rows.len() - 2],
            format!("caller GET api.example.com/to/302/{location} 302 0: ok"),
        );
        assert!(rows[rows.len() - 1].ends_with(refusal), "{rows:?}");
    }
    assert_eq!(*scene.world.n_resolved.lock().unwrap(), 5, "no other name was asked for");
}

#[tokio::test]
async fn a_redirect_takes_along_what_may_go_there() {
    let (scene, _server) = Scene::with_server().await;
    for (told, expected) in [
        ("302//echo\nx-key: k\n\nbody", "GET /echo [x-key=k] "),
        ("303//echo\ncontent-type: text/plain\n\nbody", "GET /echo [] "),
        ("307//echo\nx-key: k\n\nbody", "POST /echo [x-key=k] body"),
        (
            "303/https://more.listed.example/open/../echo\nx-key: k\ncookie: c\nauthorization: a",
            "denied: the manifest",
        ),
    ] {
        let got =
            obey(&scene.caller, &format!("send POST https://api.example.com/to/{told}")).await;
        assert!(got.contains(expected), "{told}: {got}");
    }
    // Another port is another origin; the certificate's host is the same.
    let other = Server::http().await;
    scene.world.open("caller", other.address, None);
    let told = format!(
        "send GET https://api.example.com/to/307/{}\nx-key: k\ncookie: c\nauthorization: a\naccept-language: nl",
        other.url("/echo")
    );
    let got = obey(&scene.caller, &told).await;
    assert_eq!(got, "200 31 bytes: GET /echo [accept-language=nl] ");
}

#[tokio::test]
async fn redirects_have_an_end() {
    let (scene, _server) = Scene::with_server().await;
    let told = obey(&scene.caller, "send GET https://api.example.com/round").await;
    assert_eq!(
        told,
        "denied: more than 5 redirects are not followed (ask for the address that they lead to)"
    );
    assert_eq!(scene.world.told().len(), 7, "six requests and a refusal");
}

#[tokio::test]
async fn an_opened_address_is_open_to_one_plugin_and_one_port() {
    let scene = Scene::new().await;
    let (open, closed) = (Server::http().await, Server::http().await);
    scene.world.open("caller", open.address, None);
    let row = format!("caller GET {}/ 200 4: ok", open.address);
    scene.check(&format!("send GET {}", open.url("/")), "200 4 bytes: here", &row).await;
    let told = obey(&scene.caller, &format!("send GET {}", closed.url("/"))).await;
    assert!(told.starts_with("denied: requests to the address"), "{told}");
}

#[tokio::test]
async fn a_certificate_of_nobody_is_not_trusted() {
    let scene = Scene::new().await;
    let server = Server::https(&["api.example.com"]).await;
    scene.world.name("api.example.com", &[&[&server.address.to_string()]]);
    scene.world.open("caller", server.address, None);
    let told = obey(&scene.caller, "send GET https://api.example.com/").await;
    assert!(told.starts_with("unreachable: `api.example.com` does not answer"), "{told}");
    scene.world.revoke("caller");
    scene.world.grant("caller", &everything());
    let wrong = Server::https(&["other.example"]).await;
    scene.world.open("caller", server.address, wrong.certificate.as_deref());
    let told = obey(&scene.caller, "send GET https://api.example.com/").await;
    assert!(told.starts_with("unreachable: `api.example.com` does not answer"), "{told}");
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_left() {
    let (scene, _server) = Scene::with_server().await;
    let row = |path: &str, bytes: u32, problem: &str| {
        format!("caller GET api.example.com{path} 200 {bytes}: {problem}")
    };
    let problem = "the answer is larger than 10000 bytes";
    for (path, expected, row) in [
        (
            "/bytes/10000",
            "200 10000 bytes: ".to_owned() + &"x".repeat(500),
            row("/bytes/10000", 10_000, "ok"),
        ),
        ("/bytes/10001", "too large: 10000".to_owned(), row("/bytes/10001", 0, problem)),
        (
            "/packed/9000",
            "200 9000 bytes: ".to_owned() + &"x".repeat(500),
            row("/packed/9000", 43, "ok"),
        ),
    ] {
        scene.check(&format!("send GET https://api.example.com{path}"), &expected, &row).await;
    }
    let told = obey(&scene.caller, "send GET https://api.example.com/packed/9000000").await;
    assert_eq!(told, "too large: 10000", "nine megabytes in nine kilobytes");
    let told = obey(&scene.caller, "send GET https://api.example.com/endless").await;
    assert_eq!(told, "too large: 10000");
    let received = scene.world.rows.lock().unwrap().last().unwrap().bytes;
    assert!((10_001..100_000).contains(&received), "{received} bytes were taken");
}

#[tokio::test]
async fn a_broken_answer_is_told() {
    let (scene, _server) = Scene::with_server().await;
    let told = obey(&scene.caller, "send GET https://api.example.com/cut").await;
    assert!(told.starts_with("unreachable: `api.example.com` does not answer"), "{told}");
    scene
        .check(
            "send GET https://api.example.com/not-packed",
            "unreachable: the answer of `api.example.com` is damaged: it is no gzip",
            "caller GET api.example.com/not-packed 200 5: the answer of `api.example.com` is damaged: it is no gzip",
        )
        .await;
    scene
        .check(
            "send GET https://api.example.com/never\n@timeout: 50",
            "timed out",
            "caller GET api.example.com/never - 0: it took too long",
        )
        .await;
    scene
        .check(
            "send GET https://api.example.com/status/500",
            "500 0 bytes: ",
            "caller GET api.example.com/status/500 500 0: ok",
        )
        .await;
    scene
        .check(
            "send GET https://more.listed.example/open/x",
            "200 4 bytes: here",
            "caller GET more.listed.example/open/x 200 4: ok",
        )
        .await;
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_told() {
    let scene = Scene::new().await;
    scene
        .check(
            "send GET https://api.example.com/",
            "unreachable: `api.example.com` is not found: no such name",
            "caller GET api.example.com/ - 0: `api.example.com` is not found: no such name",
        )
        .await;
}

#[tokio::test]
async fn requests_that_make_no_sense_are_refused() {
    let scene = Scene::new().await;
    for (told, expected) in [
        ("send GET nonsense", "invalid: this is not an absolute URL: relative URL without a base"),
        (
            "send GET ftp://api.example.com/",
            "invalid: `ftp` is not a scheme that requests can have: `https` is expected",
        ),
        (
            "send GET https://me:word@api.example.com/",
            "invalid: the URL holds a user or a password: name an `auth` profile instead",
        ),
        ("send TRACE https://api.example.com/", "invalid: `TRACE` is no method that is sent"),
        (
            "send GET https://api.example.com/\nHost: evil.example",
            "invalid: the header `Host` is the host's to set",
        ),
        (
            "send GET https://api.example.com/\nx: a|host: evil.example",
            "invalid: the value of the header `x` holds a control character",
        ),
        (
            "send GET https://api.example.com/\n@auth: main",
            "auth required: there are no credentials for the profile `main`",
        ),
    ] {
        assert_eq!(obey(&scene.caller, told).await, expected);
    }
    assert_eq!(scene.world.rows.lock().unwrap().len(), 7, "each left its row");
}

#[tokio::test]
async fn a_plugin_that_asks_too_often_has_to_wait() {
    let limits = EgressLimits { burst: NonZeroU32::new(2).unwrap(), ..egress_limits() };
    let scene =
        Scene::with(limits, Limits { call: Duration::from_secs(30), ..self::limits() }).await;
    let _server = scene.serve().await;
    for _ in 0..2 {
        assert_eq!(
            obey(&scene.caller, "send GET https://api.example.com/").await,
            "200 4 bytes: here"
        );
    }
    scene
        .check(
            "send GET https://api.example.com/",
            "rate limited: Some(1)",
            "caller GET api.example.com/ - 0: too many requests: the host's limit",
        )
        .await;
    let told = obey(&scene.caller, "send GET https://more.listed.example/open/x").await;
    assert_eq!(told, "200 4 bytes: here", "another host has its own measure");
}

#[tokio::test]
async fn an_answer_without_a_row_is_withheld() {
    let (scene, _server) = Scene::with_server().await;
    *scene.world.is_audit_broken.lock().unwrap() = true;
    let told = obey(&scene.caller, "send GET https://api.example.com/").await;
    assert_eq!(told, "unreachable: the host can't keep its record of requests");
}

/// The call's own deadline ends the plugin while its request waits.
#[tokio::test]
async fn a_plugin_that_is_stopped_meanwhile_leaves_its_row() {
    let scene = Scene::with(egress_limits(), limits()).await;
    let server = Server::http().await;
    scene.world.open("caller", server.address, None);
    let told = format!("send GET {}", server.url("/never"));
    let call = scene.caller.fetch(stonks_plugin::Service::Update, Some(told), None);
    assert_eq!(
        call.await.unwrap_err().to_string(),
        "plugin `caller`, `update`: it was stopped: it took longer than 0.5 s"
    );
    while scene.world.rows.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        scene.world.told(),
        [format!("caller GET {}/never - 0: the plugin was stopped meanwhile", server.address)]
    );
}
