//! What the environment says of language models that write a recap's paragraphs.
//!
//! Owns the names of these settings and the addresses they stand for. Keys are secrets and never shown.

use crate::cli::args::Writer;
use crate::error::{Error, Result};
use crate::recap::model::{Model, Provider};
use clap::ValueEnum;
use secrecy::SecretString;
use std::time::Duration;

/// How long one answer may take; there are two at most.
const PATIENCE: Duration = Duration::from_mins(1);

/// Settings of all providers.
#[derive(Clone, Debug, Default)]
pub struct Writers {
    /// `MOODLAKE_RECAP_WORDS`.
    words: Option<String>,
    /// `MOODLAKE_RECAP_MODEL`.
    model: Option<String>,
    /// `GEMINI_API_KEY` and `GEMINI_API_BASE_URL`.
    gemini: (Option<SecretString>, Option<String>),
    /// `OPENAI_API_KEY` and `OPENAI_BASE_URL`.
    openai: (Option<SecretString>, Option<String>),
    /// `OLLAMA_HOST`.
    ollama: Option<String>,
}

impl Writers {
    /// Reads them.
    pub fn read(lookup: &impl Fn(&str) -> Option<String>) -> Self {
        let secret = |name| lookup(name).map(Into::into);
        Self {
            words: lookup("MOODLAKE_RECAP_WORDS"),
            model: lookup("MOODLAKE_RECAP_MODEL"),
            gemini: (secret("GEMINI_API_KEY"), lookup("GEMINI_API_BASE_URL")),
            openai: (secret("OPENAI_API_KEY"), lookup("OPENAI_BASE_URL")),
            ollama: lookup("OLLAMA_HOST"),
        }
    }

    /// The model that is asked for; none where the template is.
    ///
    /// # Errors
    /// When a setting is missing or means nothing.
    pub fn model(&self, words: Option<Writer>, model: Option<&str>) -> Result<Option<Model>> {
        let writer = match (words, &self.words) {
            (Some(writer), _) => writer,
            (None, None) => Writer::Template,
            (None, Some(name)) => Writer::from_str(name, true).map_err(|_| {
                Error::usage(format!("MOODLAKE_RECAP_WORDS={name} is no writer")).hint("set template, gemini, openai or ollama")
            })?,
        };
        let (provider, key, base_url, variable, place) = match writer {
            Writer::Template => return Ok(None),
            Writer::Gemini => (Provider::Gemini, &self.gemini.0, self.gemini.1.clone(), "GEMINI_API_KEY", "GEMINI_API_BASE_URL"),
            Writer::Openai => (Provider::OpenAi, &self.openai.0, self.openai.1.clone(), "OPENAI_API_KEY", "OPENAI_BASE_URL"),
            Writer::Ollama => (Provider::Ollama, &None, self.ollama.as_deref().map(at_host), "", "OLLAMA_HOST"),
        };
        let name = model.or(self.model.as_deref()).ok_or_else(|| {
            Error::usage("--words needs the name of a model").hint("name one with --model or MOODLAKE_RECAP_MODEL")
        })?;
        // A server of one's own may ask for no key.
        if key.is_none() && base_url.is_none() && !variable.is_empty() {
            return Err(
                Error::usage(format!("{variable} is not set")).hint(format!("set {variable} in the environment or in .env"))
            );
        }
        let mut base_url = base_url.unwrap_or_else(|| provider.base_url().to_owned());
        if !base_url.ends_with('/') {
            base_url.push('/');
        }
        let is_web = url::Url::parse(&base_url).is_ok_and(|url| ["http", "https"].contains(&url.scheme()) && url.has_host());
        if !is_web {
            return Err(Error::usage(format!("{place} is no web address"))
                .hint(format!("write one such as https://example.com/v1/; leave {place} out to use the provider's own")));
        }
        Ok(Some(Model { provider, base_url, key: key.clone(), name: name.to_owned(), patience: PATIENCE }))
    }
}

/// Ollama's own variable holds a host, a port, both, or an address; only without a scheme the port is Ollama's.
fn at_host(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = match host.strip_prefix("0.0.0.0") {
        Some(port) => format!("127.0.0.1{port}"),
        None if host.is_empty() || host.starts_with(':') => format!("127.0.0.1{host}"),
        None => host.to_owned(),
    };
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let port = if has_port || !scheme.is_empty() { "" } else { ":11434" };
    let path = path.trim_end_matches('/');
    let path = if path.is_empty() { String::new() } else { format!("/{path}") };
    format!("{}://{host}{port}{path}/v1/", if scheme.is_empty() { "http" } else { scheme })
}

#[cfg(test)]
mod tests {
    use super::{Writers, at_host};
    use crate::cli::args::{Cli, Command};
    use clap::Parser;

    fn asked(arguments: &str, settings: &[(&str, &str)]) -> Result<Option<(String, String)>, String> {
        let Ok(Cli { command: Command::Recap(args), .. }) = Cli::try_parse_from(arguments.split(' ')) else {
            panic!("{arguments}")
        };
        let lookup = |name: &str| settings.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let model = Writers::read(&lookup).model(args.words, args.model.as_deref()).map_err(|error| error.to_string())?;
        Ok(model.map(|model| (model.base_url, model.name)))
    }

    #[test]
    fn nobody_is_asked_unless_a_model_is_named_and_can_be_reached() {
        assert_eq!(asked("moodlake recap", &[("OPENAI_API_KEY", "k")]), Ok(None));
        assert_eq!(asked("moodlake recap --words template", &[("MOODLAKE_RECAP_WORDS", "gemini")]), Ok(None));
        let key = [("MOODLAKE_RECAP_WORDS", "gemini"), ("MOODLAKE_RECAP_MODEL", "g"), ("GEMINI_API_KEY", "k")];
        assert!(asked("moodlake recap", &key).unwrap().unwrap().0.starts_with("https://generativelanguage.googleapis.com/"));
        assert!(asked("moodlake recap --words gemini --model g", &[]).unwrap_err().contains("GEMINI_API_KEY"));
        assert!(asked("moodlake recap --words openai", &[("OPENAI_API_KEY", "k")]).unwrap_err().contains("name of a model"));
        assert!(asked("moodlake recap", &[("MOODLAKE_RECAP_WORDS", "poet")]).is_err());
        let mine = [("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1")];
        assert_eq!(
            asked("moodlake recap --words openai --model m", &mine),
            Ok(Some(("http://127.0.0.1:8080/v1/".into(), "m".into())))
        );
        let secret = asked("moodlake recap --words openai --model m", &[("OPENAI_BASE_URL", "sk-secret")]).unwrap_err();
        assert_eq!(secret, "OPENAI_BASE_URL is no web address");
    }

    #[test]
    fn ollamas_host_is_read_as_ollama_reads_it() {
        assert_eq!(at_host("box"), "http://box:11434/v1/");
        assert_eq!(at_host("0.0.0.0:9000"), "http://127.0.0.1:9000/v1/");
        assert_eq!(at_host(":9000"), "http://127.0.0.1:9000/v1/");
        assert_eq!(at_host("https://box:443/"), "https://box:443/v1/");
        assert_eq!(at_host("https://box"), "https://box/v1/");
        assert_eq!(at_host("http://box:1/path/"), "http://box:1/path/v1/");
    }
}
