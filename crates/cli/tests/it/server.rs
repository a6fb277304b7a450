//! `stonks serve`, running while a test looks at it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use crate::program::Program;

/// A server that is ended with the test.
pub(crate) struct Server {
    pub(crate) child: Child,
    address: String,
}

impl Server {
    /// Starts `stonks serve` with these options; comes back once it answers.
    pub(crate) fn start(program: &Program, options: &[&str]) -> Self {
        let mut child = program
            .command(&[&["serve", "--listen", "127.0.0.1:0"], options].concat())
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

    pub(crate) fn get(&self, path: &str) -> String {
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
