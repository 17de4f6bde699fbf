//! What a command says: text for a person, or JSON for a program. Never a control character from elsewhere.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde::Serialize;

use crate::failure::Result;

/// How to say it.
#[derive(Debug, Clone, Copy)]
pub struct Out {
    /// JSON instead of text.
    pub json: bool,
}

impl Out {
    /// Says `value` as JSON, or the text made of it.
    pub fn show<T: Serialize>(self, value: &T, text: impl FnOnce(&T) -> String) -> Result {
        if self.json { self.line(&serde_json::to_string_pretty(value)?) } else { self.line(text(value).trim_end()) }
    }

    /// Says something on the way, to a person only; goes to standard error, so that pipes stay clean.
    pub fn note(self, text: &str) {
        if !self.json {
            eprintln!("{text}");
        }
    }

    /// One line, or several. A reader that went away is no error.
    pub fn line(self, text: &str) -> Result {
        let mut stdout = io::stdout().lock();
        match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// A text from elsewhere (a plugin, an applicant, a partner) as it may stand in a terminal: control characters
/// and those that turn the direction of writing are shown by their code.
pub fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        let turns =
            matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if (c.is_control() && c != '\n') || turns {
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    safe
}

/// The same on one line.
pub fn plain_line(text: &str) -> String {
    plain(&text.replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_elsewhere_can_steer_the_terminal() {
        assert_eq!(plain("便利店\u{1b}[2J"), "便利店\\u{1b}[2J");
        assert_eq!(plain("a\u{202e}b\rc\u{9b}31m"), "a\\u{202e}b\\u{d}c\\u{9b}31m");
        assert_eq!(plain("a\nb"), "a\nb");
        assert_eq!(plain_line("a\nb"), "a b");
    }
}
