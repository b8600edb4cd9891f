//! Recaps that the scheduler sends: from flags and settings to times, a command line and what stands beside it.
//!
//! Owns that a wrong setting of mail is told when the service starts and not on a Monday, and that nobody's address is in a command line
//! that other users of the machine can read.

use crate::cli::args::{HowOften, RecapTimes};
use crate::cli::settings::Settings;
use crate::error::Result;
use crate::schedule::weekly::Recaps;
use std::ffi::OsString;

/// What the scheduler is told of recaps.
#[derive(Default)]
pub struct Scheduled {
    /// When they are due, where they are wanted.
    pub times: Option<Recaps>,
    /// The command line of one, but for its week.
    pub line: Vec<OsString>,
    /// What it finds in its environment, too.
    pub environment: Vec<(OsString, OsString)>,
}

/// Reads it; `common` are the flags of every run.
pub fn scheduled(args: &RecapTimes, settings: &Settings, common: &[OsString]) -> Result<Scheduled> {
    let Some(HowOften::Weekly) = args.recap else { return Ok(Scheduled::default()) };
    let mail = &settings.mail;
    mail.server()?;
    mail.from()?;
    mail.unsubscribe()?;
    settings.writers.model(None, None)?;
    let to = mail.to("--recap-to", args.recap_to.as_deref())?;
    let mut line = common.to_vec();
    line.extend(["recap", "--email", "--once"].map(OsString::from));
    line.extend(args.recap_user.iter().flat_map(|user| ["--user".into(), OsString::from(user)]));
    Ok(Scheduled {
        times: Some(Recaps { hour: args.recap_hour, zone: settings.zone }),
        line,
        environment: vec![("MOODLAKE_RECAP_TO".into(), to.written().into())],
    })
}
