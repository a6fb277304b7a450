//! `stonks serve`: the demo answers, and ends when it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::program::Program;

/// A server that is ended with the test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(program: &Program) -> Self {
        let mut child = program
            .command(&["serve", "--demo", "--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = lines
            .find(|line| line.as_ref().is_ok_and(|line| line.contains("http://")))
            .unwrap()
            .unwrap();
        let address = line.split("http://").nth(1).unwrap().to_owned();
        Self { child, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_demo_shows_three_brokers_and_leaves_nothing_behind() {
    let program = Program::new();
    let mut server = Server::start(&program);
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
