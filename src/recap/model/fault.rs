//! Why there are no words, in words that are fit for a log.
//!
//! Owns them. They hold statuses, counts and ids of phrases; never a key, a name, or what a service or a model wrote.

use std::fmt;
use std::time::Duration;

/// What went wrong with one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There was none in time.
    Late(Duration),
    /// There was none, or half of one.
    Broken(&'static str),
    /// Another status than success, and whether the service asks for a wait.
    Status(u16, Asked),
    /// It has more bytes than that.
    Large(usize),
    /// It is not what the protocol or the schema say.
    Shape(&'static str),
    /// It says what it must not.
    Wrong(String),
}

/// The wait that a service asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Nothing,
    Seconds(u64),
    /// A date, or nothing that can be read.
    Otherwise,
}

/// The longest wait that is waited for.
const WAIT_MOST: u64 = 3;
/// Before another try, where the service is in trouble and asks for nothing.
const PAUSE: Duration = Duration::from_millis(500);

impl Fault {
    /// How long to wait before the second try; none where it makes no sense.
    pub fn pause(&self) -> Option<Duration> {
        match self {
            Self::Status(_, Asked::Seconds(seconds)) => (*seconds <= WAIT_MOST).then(|| Duration::from_secs(*seconds).max(PAUSE)),
            Self::Status(_, Asked::Otherwise) => None,
            Self::Status(..) | Self::Broken(_) => Some(PAUSE),
            Self::Late(_) | Self::Large(_) | Self::Shape(_) | Self::Wrong(_) => Some(Duration::ZERO),
        }
    }

    /// What the model should know of it: nothing where it was not the model's.
    pub fn lesson(&self) -> Option<String> {
        matches!(self, Self::Large(_) | Self::Shape(_) | Self::Wrong(_)).then(|| self.to_string())
    }

    /// Whether the service does not take the request as it is; some know no schemas.
    pub const fn is_refused_request(&self) -> bool {
        matches!(self, Self::Status(400 | 404 | 415 | 422 | 501, _))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Late(patience) => write!(f, "no answer in {} s", patience.as_secs_f64()),
            Self::Status(status, asked) => {
                let says = match status {
                    401 | 403 => "the key is not accepted",
                    404 => "no such model or address",
                    429 => "too many requests",
                    _ => "the request is refused",
                };
                write!(f, "{says} (status {status})")?;
                match asked {
                    Asked::Seconds(seconds) if *seconds > WAIT_MOST => write!(f, ", and a wait of {seconds} s is asked for"),
                    Asked::Otherwise => f.write_str(", and a wait is asked for"),
                    Asked::Nothing | Asked::Seconds(_) => Ok(()),
                }
            }
            Self::Large(bytes) => write!(f, "an answer of more than {bytes} bytes"),
            Self::Shape(what) | Self::Broken(what) => f.write_str(what),
            Self::Wrong(what) => f.write_str(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, Fault};
    use std::time::Duration;

    #[test]
    fn long_waits_are_not_waited_for() {
        let pause = |asked| Fault::Status(429, asked).pause();
        assert_eq!(pause(Asked::Nothing), Some(Duration::from_millis(500)));
        assert_eq!(pause(Asked::Seconds(0)), Some(Duration::from_millis(500)), "no wait at all is no answer to an overload");
        assert_eq!(pause(Asked::Seconds(2)), Some(Duration::from_secs(2)));
        assert_eq!((pause(Asked::Seconds(60)), pause(Asked::Otherwise)), (None, None));
        let said = Fault::Status(429, Asked::Seconds(60)).to_string();
        assert_eq!(said, "too many requests (status 429), and a wait of 60 s is asked for");
    }
}
