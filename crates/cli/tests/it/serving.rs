//! `stonks serve`: the demo answers, and ends when it is told to.

use std::process::Command;

use crate::program::Program;
use crate::server::Server;

#[test]
fn the_demo_shows_three_brokers_and_leaves_nothing_behind() {
    let program = Program::new();
    let mut server = Server::start(&program, &["--demo"]);
    let page = server.get("/portfolio");
    assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
    for part in ["degiro", "ib", "coins", "APPLE INC", "Bitcoin", "COCA-COLA", "CHF", "USD"] {
        assert!(page.contains(part), "the demo lacks {part}");
    }
    assert!(!program.data_dir().exists(), "the demo touched the user's own data");
    let id = server.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(server.child.wait().unwrap().success());
}
