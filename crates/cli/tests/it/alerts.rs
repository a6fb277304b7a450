//! `stonks alert …`: webhooks are added, tried and removed; alerts of a server are told.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use crate::program::Program;
use crate::server::Server;

/// A receiver of webhooks that takes whatever comes; returns its URL and what it gets.
fn receiver() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (got, all) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let request = taken(stream.unwrap());
            if got.send(request).is_err() {
                return;
            }
        }
    });
    (url, all)
}

/// A request with its body, which is answered.
fn taken(mut stream: TcpStream) -> String {
    let (mut request, mut buffer) = (String::new(), [0; 4_096]);
    // The body is one line of JSON that ends with its object, and the head holds none.
    while !request.ends_with('}') {
        let n_bytes = stream.read(&mut buffer).unwrap();
        assert!(n_bytes > 0, "{request}");
        request += &String::from_utf8_lossy(&buffer[..n_bytes]);
    }
    let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
    stream.write_all(answer).unwrap();
    request
}

#[test]
fn webhooks_are_told_in_their_own_words() {
    let program = Program::new();
    program.file("secret", "between us\n");
    let transcript = program.transcript(&[
        "alert list",
        "alert webhook list",
        "alert webhook add ftp://example.com",
        "alert webhook add https://me:pw@example.com/x",
        "alert webhook add https://hooks.example/x --secret-file secret",
        "alert webhook add http://127.0.0.1:9/x",
        "alert webhook list --json",
        "alert webhook test 2",
        "alert webhook test 7 --json",
        "alert webhook remove 2",
        "alert acknowledge 1",
    ]);
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME");
    settings.add_filter(r" +\n", "\n");
    settings.bind(|| insta::assert_snapshot!("alerts", transcript));
    assert!(!transcript.contains("between us"));
}

#[test]
fn a_test_arrives_with_a_signature() {
    let program = Program::new();
    let (url, got) = receiver();
    let file = program.file("secret", "between us\n");
    program.json(&["alert", "webhook", "add", &url, "--secret-file", &file]);
    let webhook = program.json(&["alert", "webhook", "test", "1"]);
    assert!(webhook["delivered_at"].is_string(), "{webhook}");
    let request = got.recv().unwrap();
    assert!(request.starts_with("POST /hook HTTP/1.1"), "{request}");
    assert!(request.contains("x-stonks-signature: sha256="), "{request}");
    assert!(request.contains("\"type\":\"test\""), "{request}");
}

#[test]
fn a_server_raises_an_alert_and_sends_it() {
    let program = Program::new();
    let (url, got) = receiver();
    program.json(&["alert", "webhook", "add", &url]);
    // Whatever its checks take is too long.
    program.json(&["plugin", "health", "degiro", "--set", "check<=-1"]);
    let _server = Server::start(&program, &[]);
    let request = got.recv_timeout(std::time::Duration::from_secs(60)).unwrap();
    assert!(request.contains("\"plugin\":\"degiro\",\"kind\":\"degraded\""), "{request}");
    let alerts = program.json(&["alert", "list", "--open"]);
    assert_eq!(alerts[0]["kind"], "degraded");
    let id = alerts[0]["id"].to_string();
    assert_eq!(program.run(&["alert", "acknowledge", &id]).code, 0);
    assert_eq!(program.json(&["alert", "list", "--open"]), serde_json::json!([]));
}
