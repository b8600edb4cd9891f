//! What an error of Amazon's clients means, and what to do about it.
//!
//! Owns the kinds of trouble. Of what a service says only the first line is told: behind it, a wrong signature is explained with the
//! headers of the request, and a session's token is one of them.

use crate::error::{Error, in_short};
use aws_sdk_kinesis::config::http::HttpResponse;
use aws_sdk_kinesis::error::{ProvideErrorMetadata, SdkError};
use std::error::Error as StdError;

/// What kind of trouble an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody answers, or not in time, or only that something is wrong over there.
    Away,
    /// There are no keys.
    NoKeys,
    /// The keys are wrong, too old, or may not do this.
    Refused,
    /// What was asked for is not there.
    Missing,
    /// It was too much at once.
    Throttled,
    /// A condition that was asked for does not hold.
    Condition,
    /// Anything else that the service says; its code tells what.
    Said,
}

impl Trouble {
    /// What kind an error is.
    pub fn of<E: ProvideErrorMetadata + StdError + Send + Sync + 'static>(error: &SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::ServiceError(said) => {
                let status = said.raw().status().as_u16();
                said.err().code().map_or_else(|| Self::of_status(status), |code| Self::of_code(code, status))
            }
            SdkError::ResponseError(answer) => Self::of_status(answer.raw().status().as_u16()),
            // Keys are looked for while a request is made; whoever keeps them may be away, too.
            SdkError::DispatchFailure(failure) if failure.is_other() && lacks_keys(error) => Self::NoKeys,
            SdkError::ConstructionFailure(_) => Self::Said,
            _ => Self::Away,
        }
    }

    fn of_status(status: u16) -> Self {
        match status {
            403 => Self::Refused,
            429 => Self::Throttled,
            400..=499 => Self::Said,
            // An answer that is none comes from something on the way.
            _ => Self::Away,
        }
    }

    fn of_code(code: &str, status: u16) -> Self {
        match code {
            "AccessDeniedException"
            | "AccessDenied"
            | "ExpiredTokenException"
            | "ExpiredToken"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "IncompleteSignatureException"
            | "MissingAuthenticationTokenException"
            | "NotAuthorizedException"
            | "OptInRequired"
            | "UnrecognizedClientException"
            | "KMSAccessDeniedException"
            | "KMSDisabledException"
            | "KMSInvalidStateException"
            | "KMSNotFoundException"
            | "KMSOptInRequired" => Self::Refused,
            "ResourceNotFoundException" => Self::Missing,
            "ProvisionedThroughputExceededException"
            | "LimitExceededException"
            | "RequestLimitExceeded"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "KMSThrottlingException"
            | "ThrottledException"
            | "Throttling"
            | "ThrottlingException"
            | "TooManyRequestsException"
            | "SlowDown" => Self::Throttled,
            "ConditionalCheckFailedException" => Self::Condition,
            "InternalFailure" | "InternalFailureException" | "InternalServerError" | "ServiceUnavailable" => Self::Away,
            _ if status >= 500 => Self::Away,
            _ => Self::Said,
        }
    }

    /// Whether it may be over when it is tried again later.
    #[must_use]
    pub const fn passes(self) -> bool {
        matches!(self, Self::Away | Self::Throttled)
    }

    const fn hint(self) -> &'static str {
        match self {
            Self::Away => "is this machine online, and are AWS_REGION and AWS_ENDPOINT_URL right?",
            Self::NoKeys => {
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; a container or an instance may have a role instead"
            }
            Self::Refused => {
                "are AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN (or AWS_PROFILE) right and not too old, and may this user do it?"
            }
            Self::Missing => "is its name right, and are AWS_REGION and the account those where it was made?",
            Self::Throttled => "it was asked for too much at once: try again later, or give it more capacity",
            Self::Condition => "somebody else was faster",
            Self::Said => "what the service says tells what is wrong with it",
        }
    }
}

/// The error, explained: `what` says what could not be done.
pub fn failure<E: ProvideErrorMetadata + StdError + Send + Sync + 'static>(
    error: &SdkError<E, HttpResponse>,
    what: impl Into<String>,
) -> Error {
    let trouble = Trouble::of(error);
    Error::failure(what).because(reason(error)).hint(trouble.hint())
}

/// What the service or the network says, in one line.
fn reason<E: ProvideErrorMetadata + StdError + Send + Sync + 'static>(error: &SdkError<E, HttpResponse>) -> String {
    match error {
        SdkError::ServiceError(said) => {
            let (code, message) = (said.err().code(), said.err().message().and_then(|message| message.lines().next()));
            match (code, message) {
                (Some(code), Some(message)) => format!("{code}: {}", in_short(message)),
                (Some(only), None) | (None, Some(only)) => in_short(only),
                (None, None) => format!("it answers with status {}", said.raw().status().as_u16()),
            }
        }
        SdkError::ResponseError(answer) => format!("its answer (status {}) is none of its own", answer.raw().status().as_u16()),
        SdkError::TimeoutError(_) => "it does not answer in time".to_owned(),
        _ => in_short(&chain(error).join(": ")),
    }
}

fn lacks_keys(error: &(dyn StdError + 'static)) -> bool {
    let chain = chain(error).join(" ");
    // In the words of the SDK, whose types for them it keeps to itself.
    ["provider was not enabled", "not properly configured", "no providers in chain", "failed to select an auth scheme"]
        .iter()
        .any(|words| chain.contains(words))
}

/// What an error says and what those behind it say, from the outside in, without what was said already.
fn chain(error: &(dyn StdError + 'static)) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let mut cause = Some(error);
    while let Some(reason) = cause {
        let text = reason.to_string();
        if !told.iter().any(|before| before.contains(&text)) {
            told.push(text);
        }
        cause = reason.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::{Trouble, failure};
    use aws_sdk_kinesis::config::http::HttpResponse;
    use aws_sdk_kinesis::error::{ErrorMetadata, SdkError};
    use aws_sdk_kinesis::operation::get_records::GetRecordsError;

    fn said(code: &str, message: &str, status: u16) -> SdkError<GetRecordsError, HttpResponse> {
        let error = GetRecordsError::generic(ErrorMetadata::builder().code(code).message(message).build());
        SdkError::service_error(error, HttpResponse::new(status.try_into().unwrap(), "".into()))
    }

    #[test]
    fn a_code_says_what_kind_of_trouble_it_is() {
        for (code, status, trouble) in [
            ("AccessDeniedException", 400, Trouble::Refused),
            ("ResourceNotFoundException", 400, Trouble::Missing),
            ("ProvisionedThroughputExceededException", 400, Trouble::Throttled),
            ("InternalFailure", 500, Trouble::Away),
            ("Whatever", 503, Trouble::Away),
            ("InvalidArgumentException", 400, Trouble::Said),
        ] {
            assert_eq!(Trouble::of(&said(code, "no", status)), trouble, "{code}");
        }
    }

    #[test]
    fn a_wrong_signature_is_not_explained_with_the_sessions_token() {
        let long = "The request signature we calculated does not match.\n\nThe Canonical String: x-amz-security-token:hush";
        let error = failure(&said("InvalidSignatureException", long, 403), "the stream plays cannot be read");
        assert!(!format!("{error:?} {}", error.in_one_line()).contains("hush"), "{error:?}");
        assert!(
            error.in_one_line().contains("InvalidSignatureException")
                && error.advice().unwrap().contains("AWS_SECRET_ACCESS_KEY")
        );
    }
}
