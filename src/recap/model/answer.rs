//! The answer that is asked for: paragraphs of sentences, each with the ids of its phrases.
//!
//! Owns its shape, as a JSON schema and as it is read out of what a service sends.

use super::fault::Fault;
use serde::Deserialize;
use serde_json::{Value, json};

/// What the model says.
#[derive(Debug, Deserialize)]
pub struct Answer {
    pub paragraphs: Vec<Paragraph>,
}

#[derive(Debug, Deserialize)]
pub struct Paragraph {
    pub sentences: Vec<Said>,
}

#[derive(Debug, Deserialize)]
pub struct Said {
    pub facts: Vec<String>,
    pub text: String,
}

/// As much of a chat completion as is needed: services differ in the rest, and the protocol's own type would refuse them for it.
#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
    refusal: Option<String>,
}

/// The schema; `ids` are those of the phrases. Everything is required and nothing else allowed, as strict schemas have to be.
pub fn schema(ids: &[&str]) -> Value {
    let object = |name: &str, of: Value| json!({ "type": "object", "properties": { name: { "type": "array", "items": of } }, "required": [name], "additionalProperties": false });
    let said = json!({
        "type": "object",
        "properties": {
            "facts": { "type": "array", "items": { "type": "string", "enum": ids } },
            "text": { "type": "string" },
        },
        "required": ["facts", "text"],
        "additionalProperties": false,
    });
    object("paragraphs", object("sentences", said))
}

/// Reads a completion.
pub fn read(body: &[u8]) -> Result<Answer, Fault> {
    let completion: Completion =
        serde_json::from_slice(body).map_err(|_| Fault::Shape("an answer that is no chat completion"))?;
    let message = completion.choices.into_iter().next().ok_or(Fault::Shape("an answer without a choice"))?.message;
    match message.content.as_deref().map(str::trim) {
        Some(content) if !content.is_empty() => {
            serde_json::from_str(unfenced(content)).map_err(|_| Fault::Shape("an answer that is not the JSON that was asked for"))
        }
        _ if message.refusal.is_some() => Err(Fault::Shape("the model declines")),
        _ => Err(Fault::Shape("an answer without text")),
    }
}

/// Without the fence of a code block, which models put around JSON where no schema keeps them from it.
fn unfenced(content: &str) -> &str {
    let inner = content.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    inner.map_or(content, |inner| inner.strip_prefix("json").unwrap_or(inner).trim())
}

#[cfg(test)]
mod tests {
    use super::{read, schema};
    use serde_json::json;

    #[test]
    fn what_is_not_the_answer_is_told_apart() {
        let of = |content: serde_json::Value| {
            let body = json!({ "choices": [{ "message": content }], "usage": null }).to_string();
            read(body.as_bytes()).map(|answer| answer.paragraphs.len()).map_err(|fault| fault.to_string())
        };
        assert_eq!(of(json!({ "content": "{\"paragraphs\":[]}", "role": "assistant" })), Ok(0));
        assert_eq!(of(json!({ "content": "```json\n{\"paragraphs\":[{\"sentences\":[]}]}\n```" })), Ok(1));
        for (content, reason) in [
            (json!({ "content": "Sure! {}" }), "not the JSON"),
            (json!({ "content": "[1]" }), "not the JSON"),
            (json!({ "content": " " }), "without text"),
            (json!({ "content": null, "refusal": "secret" }), "declines"),
            (json!({ "content": 7 }), "no chat completion"),
        ] {
            let told = of(content).unwrap_err();
            assert!(told.contains(reason) && !told.contains("secret"), "{told}");
        }
        assert_eq!(read(b"{\"choices\":[]}").unwrap_err().to_string(), "an answer without a choice");
        assert_eq!(schema(&["plays"])["properties"]["paragraphs"]["items"]["required"], json!(["sentences"]));
    }
}
