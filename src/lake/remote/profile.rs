//! The profile of AWS' own files, for whoever set it up with `aws configure`.
//!
//! Owns the reading of `~/.aws/credentials` and `~/.aws/config`. What the environment says counts more; a profile that only AWS'
//! tools can turn into keys (single sign-on, another role, a command) is refused with the way to get them.

use super::Access;
use crate::error::{Error, Result};
use configparser::ini::Ini;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What is taken from a profile, under the names of the client's settings.
const TAKEN: [(&str, &str); 6] = [
    ("aws_access_key_id", "aws_access_key_id"),
    ("aws_secret_access_key", "aws_secret_access_key"),
    ("aws_session_token", "aws_session_token"),
    ("region", "aws_region"),
    ("endpoint_url", "aws_endpoint_url"),
    ("request_payer", "aws_request_payer"),
];

/// What stands for keys that this program cannot fetch.
const ELSEWHERE: [&str; 4] = ["sso_session", "sso_start_url", "role_arn", "credential_process"];

/// The profile's settings; none where there is no profile and none is named.
pub fn read(access: &Access) -> Result<HashMap<String, String>> {
    let name = access.get("AWS_PROFILE").unwrap_or("default");
    let place = |setting: &str, file: &str| match access.get(setting) {
        Some(path) => Some(PathBuf::from(path)),
        None => Some(Path::new(access.get("HOME")?).join(".aws").join(file)),
    };
    let section = if name == "default" { name.to_owned() } else { format!("profile {name}") };
    let config = section_of(place("AWS_CONFIG_FILE", "config"), &section)?;
    let credentials = section_of(place("AWS_SHARED_CREDENTIALS_FILE", "credentials"), name)?;
    if config.is_none() && credentials.is_none() && access.get("AWS_PROFILE").is_some() {
        return Err(Error::usage(format!("AWS_PROFILE={name}: there is no such profile"))
            .hint("`aws configure list-profiles` lists them; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY do without one"));
    }
    let said: HashMap<_, _> = config.into_iter().chain(credentials).flatten().collect();
    // Keys of a container or a cluster come from elsewhere still.
    let ways = [
        "AWS_ACCESS_KEY_ID",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];
    let has_keys = ways.iter().any(|way| access.get(way).is_some()) || said.contains_key("aws_access_key_id");
    if let (false, Some(way)) = (has_keys, ELSEWHERE.into_iter().find(|key| said.contains_key(*key))) {
        return Err(Error::usage(format!("the AWS profile {name} has no keys of its own but {way}")).hint(format!(
            "let AWS' tools fetch them: eval \"$(aws configure export-credentials --profile {name} --format env)\""
        )));
    }
    // Keys of the environment and of a profile are of two people.
    let keys_are_here = access.get("AWS_ACCESS_KEY_ID").is_none();
    let taken = TAKEN.into_iter().filter(|(key, _)| keys_are_here || !key.starts_with("aws_"));
    Ok(taken.filter_map(|(key, setting)| Some((setting.to_owned(), said.get(key)?.clone()))).collect())
}

/// One section of a file; none where the file or the section is not there.
fn section_of(path: Option<PathBuf>, section: &str) -> Result<Option<HashMap<String, String>>> {
    let Some(path) = path.filter(|path| path.is_file()) else { return Ok(None) };
    let unreadable = |why: String| {
        // The parser's words would quote the line, and the line may hold a key.
        Error::failure(format!("the file {} cannot be read", path.display())).because(why).hint("`aws configure` writes it anew")
    };
    let text = std::fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
    let mut file = Ini::new_cs();
    file.set_default_section("no section");
    let mut sections = file.read(text).map_err(|_| unreadable("a line is neither [section] nor name = value".to_owned()))?;
    Ok(sections
        .remove(section)
        .map(|pairs| pairs.into_iter().filter_map(|(key, value)| Some((key.to_lowercase(), value?))).collect()))
}

#[cfg(test)]
mod tests {
    use super::{Access, read};

    fn settings(
        profile: Option<&str>,
        key: Option<&str>,
        credentials: &str,
        config: &str,
    ) -> Result<Vec<(String, String)>, String> {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        std::fs::write(home.path().join(".aws/credentials"), credentials).unwrap();
        std::fs::write(home.path().join(".aws/config"), config).unwrap();
        let access = Access::read(|name| match name {
            "HOME" => home.path().to_str().map(str::to_owned),
            "AWS_PROFILE" => profile.map(str::to_owned),
            "AWS_ACCESS_KEY_ID" => key.map(str::to_owned),
            _ => None,
        });
        let mut found: Vec<_> = read(&access).map_err(|error| error.in_one_line())?.into_iter().collect();
        found.sort();
        Ok(found)
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    const CREDENTIALS: &str =
        "[default]\naws_access_key_id = A\naws_secret_access_key=with=sign/+\n\n[work]\naws_access_key_id=W\n";
    const CONFIG: &str = "[default]\nregion = eu-west-1\ns3 =\n  addressing_style = path\n[profile work]\nregion=us-west-2\n[profile sso]\nsso_session = me\n";

    #[test]
    fn keys_and_region_of_a_profile_are_read_from_both_files() {
        let default = pairs(&[("aws_access_key_id", "A"), ("aws_region", "eu-west-1"), ("aws_secret_access_key", "with=sign/+")]);
        assert_eq!(settings(None, None, CREDENTIALS, CONFIG), Ok(default));
        let work = pairs(&[("aws_access_key_id", "W"), ("aws_region", "us-west-2")]);
        assert_eq!(settings(Some("work"), None, CREDENTIALS, CONFIG), Ok(work));
        assert_eq!(settings(None, None, "", ""), Ok(Vec::new()));
    }

    #[test]
    fn keys_of_the_environment_are_not_mixed_with_a_profile_s() {
        assert_eq!(settings(None, Some("E"), CREDENTIALS, CONFIG), Ok(pairs(&[("aws_region", "eu-west-1")])));
    }

    #[test]
    fn a_profile_without_keys_says_how_to_get_them_and_no_key_is_quoted() {
        assert!(settings(Some("sso"), None, CREDENTIALS, CONFIG).unwrap_err().contains("sso_session"));
        assert!(settings(Some("nobody"), None, CREDENTIALS, CONFIG).is_err());
        assert!(!settings(None, None, "[default\nhush-hush\n", "").unwrap_err().contains("hush"));
    }
}
