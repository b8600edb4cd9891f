//! The flags of `recap`, and those of `schedule` that concern it.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Args, Debug)]
pub struct RecapArgs {
    /// The week by ISO 8601, such as 2026-W46 [default: the last whole week of the listener's zone]
    #[arg(long, value_name = "WEEK")]
    pub week: Option<String>,
    /// The listener [default: the one with the most plays]
    #[arg(long, value_name = "ID")]
    pub user: Option<String>,
    /// How it is told
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: RecapFormat,
    /// Where it is written; `-` is stdout [default: stdout; for --dry-run recap-WEEK.eml in the lake]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Who writes its paragraphs: the built-in template, or a language model, which is sent aggregates and names only
    /// [env: MOODLAKE_RECAP_WORDS] [default: template]
    #[arg(long, value_enum, value_name = "WRITER")]
    pub words: Option<Writer>,
    /// The language model's name [env: MOODLAKE_RECAP_MODEL]
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Sends it by mail to this address [env: MOODLAKE_RECAP_TO]; the server is told by SMTP_HOST and its sisters (docs/recap.md)
    #[arg(long, value_name = "TO", num_args = 0..=1, default_missing_value = "", conflicts_with = "format")]
    pub email: Option<String>,
    /// Writes the mail to a file instead of sending it
    #[arg(long, requires = "email")]
    pub dry_run: bool,
    /// Sends nothing where the week's recap was sent to this address before
    #[arg(long, requires = "email", conflicts_with = "dry_run")]
    pub once: bool,
}

/// How a recap is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RecapFormat {
    /// For a terminal
    #[default]
    Text,
    /// For notes and chats
    Markdown,
    /// One file with charts that opens offline
    Html,
    /// Every figure, for programs
    Json,
}

/// Who writes the paragraphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Writer {
    /// The built-in template
    Template,
    /// Google's Gemini, with the key of GEMINI_API_KEY
    Gemini,
    /// OpenAI, or any server that speaks its protocol (OPENAI_BASE_URL), with the key of OPENAI_API_KEY
    Openai,
    /// Ollama on this machine or at OLLAMA_HOST
    Ollama,
}

/// When recaps are sent by the scheduler.
#[derive(Args, Debug)]
pub struct RecapTimes {
    /// Sends the recap of every week by mail, once it is over
    #[arg(long, value_enum, value_name = "HOW OFTEN")]
    pub recap: Option<HowOften>,
    /// Whom it is sent to [env: MOODLAKE_RECAP_TO]
    #[arg(long, value_name = "ADDRESS", requires = "recap")]
    pub recap_to: Option<String>,
    /// From which hour of Monday on, in the listener's zone, 0 to 23
    #[arg(long, value_name = "HOUR", default_value_t = 8, value_parser = clap::value_parser!(u32).range(0..24))]
    pub recap_hour: u32,
    /// The listener it tells of [default: the one with the most plays]
    #[arg(long, value_name = "ID")]
    pub recap_user: Option<String>,
}

/// How often a recap is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HowOften {
    /// On Mondays
    Weekly,
}
