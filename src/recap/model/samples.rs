//! Sentences for a model to go by, made of the placeholders that it has.
//!
//! Owns one or two forms for each sort of phrases. Models keep to a form that they see; each of these passes the check.

use super::kind::{Kind, Topic};
use super::scope::Scope;

/// Forms; `_` stands for a placeholder of this sort.
const FORMS: [(Kind, &str); 14] = [
    (Kind::Figure, "In your week, you heard _ and _."),
    (Kind::Figure, "Your listening came to _, as well."),
    (Kind::Day, "You listened on _."),
    (Kind::Top, "_ led your list."),
    (Kind::Top, "Your week also featured _ and _."),
    (Kind::Discovery, "You also discovered _."),
    (Kind::Return, "After a break, you came back to _."),
    (Kind::Mood, "The mood of your music: _."),
    (Kind::Streak, "On record is _."),
    (Kind::Gap, "Please keep in mind: _."),
    (Kind::Suggestion, "For the days ahead, you could try _, if you like."),
    (Kind::Suggestion, "_ could be something for you."),
    (Kind::Other, "The recap also mentions _."),
    (Kind::Other, "There is _."),
];

/// The forms that can be filled.
pub fn samples(topics: &[Topic<'_>]) -> Vec<String> {
    FORMS.iter().filter_map(|(kind, form)| sample(*kind, form, topics)).collect()
}

fn sample(kind: Kind, form: &str, topics: &[Topic<'_>]) -> Option<String> {
    let is_of_the_head = form.contains("led");
    let mut fitting = topics.iter().filter(|topic| topic.kind == kind && (!is_of_the_head || Scope::First.holds(&[**topic])));
    let mut filled = String::new();
    for (at, part) in form.split('_').enumerate() {
        if at > 0 {
            filled = format!("{filled}{{{}}}", fitting.next()?.id);
        }
        filled.push_str(part);
    }
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::{FORMS, samples};
    use crate::recap::model::Phrase;
    use crate::recap::model::answer::{Answer, Paragraph, Said};
    use crate::recap::model::check;
    use crate::recap::model::kind::Topic;

    #[test]
    fn every_form_passes_the_check() {
        let ids = "plays minutes days_heard top_track_1 top_track_2 discover_1 return_1 mood streak gaps recommend_1 else";
        let ids: Vec<_> = ids.split(' ').collect();
        let phrases: Vec<_> = ids.iter().map(|id| Phrase { id: (*id).to_owned(), text: format!("the {id}") }).collect();
        let topics: Vec<_> = ids.iter().map(|id| Topic::of(id)).collect();
        let forms = samples(&topics);
        assert_eq!(forms.len(), FORMS.len());
        for text in forms {
            let facts = ids.iter().map(|id| (*id).to_owned()).collect();
            let answer = Answer { paragraphs: vec![Paragraph { sentences: vec![Said { facts, text: text.clone() }] }] };
            let told = check::told(&answer, &phrases);
            assert!(
                told.is_ok() || told == Err("{gaps} is not used, and plays that may be missing must be mentioned".to_owned()),
                "{text}: {told:?}"
            );
        }
        assert_eq!(samples(&[Topic::of("top_track_2")]), Vec::<String>::new());
    }
}
