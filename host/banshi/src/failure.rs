//! How a command ends badly: what to say, and which exit code says it to a script.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | refused by the host, a law row or a rule; or a fault was found (`verify`, `replay`, `package check`, `demo`) |
//! | 2 | the command line, or a file that it names, is not right |
//! | 3 | the host cannot be reached, or did not answer in time |
//! | 4 | the token is missing, not accepted, or its role does not allow it |
//! | 5 | something failed: this machine, its storage, or the host itself |

use std::fmt;
use std::io::Write as _;
use std::process::ExitCode;

use serde::Serialize;

use crate::client::Problem;
use crate::output::plain;

/// Shown under every `--help`.
pub const EXIT_CODES: &str = "\
退出码 Exit codes:
  0  完成 done
  1  被拒绝或发现问题 refused, or a fault was found
  2  命令行或文件有误 command line or file not right
  3  主机不可达 host unreachable
  4  令牌无效或无权 token not accepted or not allowed
  5  本机或主机出错 this machine or the host failed";

/// Why it ended; the discriminant is the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The host said no, or a fault was found.
    Refused = 1,
    /// The command line or a file is not right.
    Usage = 2,
    /// No answer.
    Unreachable = 3,
    /// Not with this token.
    Denied = 4,
    /// Something failed.
    Failed = 5,
}

/// A command that ended badly.
#[derive(Debug)]
pub struct Failure {
    /// Which exit code.
    pub kind: Kind,
    /// What happened, with its causes.
    pub error: anyhow::Error,
    /// What the host said, where it said something.
    pub problem: Option<Box<Problem>>,
}

/// What every command answers.
pub type Result<T = ()> = std::result::Result<T, Failure>;

impl Failure {
    /// Of a kind, with a message.
    pub fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self { kind, error: anyhow::anyhow!("{message}"), problem: None }
    }

    /// The command line or a file is not right.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Says it on standard error, as text or as one JSON object, and gives the exit code.
    pub fn report(&self, json: bool) -> ExitCode {
        if json {
            let said =
                Said { error: format!("{:#}", self.error), exit: self.kind as u8, problem: self.problem.as_deref() };
            say(&serde_json::to_string(&said).unwrap_or_default());
        } else {
            say(&format!("banshi: {}", plain(&format!("{:#}", self.error))));
            if let Some(problem) = &self.problem {
                say(problem.explained().trim_end());
            }
        }
        ExitCode::from(self.kind as u8)
    }
}

/// One text on standard error. Where that cannot be written (a full disk), the exit code still says it.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

#[derive(Serialize)]
struct Said<'a> {
    error: String,
    exit: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a Problem>,
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    /// What is not said to be something else is a failure of this machine.
    fn from(error: E) -> Self {
        Self { kind: Kind::Failed, error: error.into(), problem: None }
    }
}

/// Gives an error its exit code and says what was being done.
pub trait OrFail<T> {
    /// As `kind`, while `doing` this.
    fn or_fail(self, kind: Kind, doing: impl fmt::Display) -> Result<T>;
}

impl<T, E: Into<anyhow::Error>> OrFail<T> for std::result::Result<T, E> {
    fn or_fail(self, kind: Kind, doing: impl fmt::Display) -> Result<T> {
        self.map_err(|error| Failure { kind, error: error.into().context(doing.to_string()), problem: None })
    }
}
