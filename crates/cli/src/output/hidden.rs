//! An answer typed at the terminal without being shown.

use std::io::{self, BufRead, IsTerminal, Write};

use super::Output;

impl Output {
    /// Asks for something that nobody should read over a shoulder; none where there is no terminal.
    pub(crate) fn ask_hidden(self, question: &str) -> io::Result<Option<Vec<u8>>> {
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            return Ok(None);
        }
        let _ = write!(io::stderr().lock(), "{question} ");
        let mut line = Vec::new();
        let read = {
            let _silence = Silence::begin()?;
            io::stdin().lock().read_until(b'\n', &mut line)
        };
        let _ = writeln!(io::stderr().lock());
        read?;
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        Ok(Some(line))
    }
}

/// While it lives, the terminal doesn't show what is typed.
#[cfg(unix)]
struct Silence(rustix::termios::Termios);

#[cfg(unix)]
impl Silence {
    fn begin() -> io::Result<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &silent)?;
        Ok(Self(before))
    }
}

#[cfg(unix)]
impl Drop for Silence {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        // A terminal that is gone needs nothing.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}

#[cfg(not(unix))]
struct Silence;

#[cfg(not(unix))]
impl Silence {
    fn begin() -> io::Result<Self> {
        Err(io::Error::other("this system's terminal can't hide what is typed; pipe the secret in"))
    }
}
