//! How pieces and phrases make a sentence that cannot be false.
//!
//! Owns its form. A clause is a list of phrases with a lead before it, or with something that follows: `[aside] lead list [tail]` or
//! `[aside] list follow [tail]`; links join clauses. Two phrases meet only in a list, as equals, or in two clauses: nothing is said of
//! one in terms of the other, since "412 plays of Blur" or "Blur brought 412 plays" could be false. Only the
//! days on which figures came about may stand behind these.

use super::glue::{GLUE, Role};
use super::kind::Topic;
use super::scope::Scope;
use std::cell::Cell;

/// Clauses in one sentence.
const CLAUSES_MAX: usize = 3;

/// A sentence: phrases, and the words before, between and behind them.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    pub topics: &'a [Topic<'a>],
    pub glue: &'a [Vec<String>],
}

impl Form<'_> {
    /// Whether some reading of it is a sentence: every reading of these pieces is true.
    pub fn is_sentence(&self) -> bool {
        self.glue.len() == self.topics.len() + 1
            && !self.topics.is_empty()
            && self.clauses(&self.glue[0], 0, CLAUSES_MAX, &Cell::new(0))
    }

    /// What is wrong with it, as far as it can be told.
    pub fn trouble(&self) -> String {
        let opening = &self.glue[0];
        let Some(first) = self.topics.first() else { return "has no placeholder".to_owned() };
        let said = |said: &dyn Fn(Role, &[String]) -> bool| {
            splits(opening, true).any(|(aside, lead)| {
                (aside.is_empty() || said(Role::Aside, aside)) && (lead.is_empty() || said(Role::Lead, lead))
            })
        };
        let id = first.id;
        if !said(&|role, tokens| !GLUE.scopes(role, tokens).is_empty()) {
            return format!("has words before {{{id}}} that are no aside and lead of the pieces");
        }
        if !said(&|role, tokens| GLUE.is_said_of(role, tokens, &[*first])) {
            return format!("has words before {{{id}}} that are meant for other placeholders");
        }
        let furthest = Cell::new(0);
        self.clauses(opening, 0, CLAUSES_MAX, &furthest);
        format!("is not put together from the pieces, from {{{}}} on", self.topics[furthest.get()].id)
    }

    /// Whether clauses can be read from a phrase on, with these words before it; and the furthest phrase that one was tried from.
    fn clauses(&self, opener: &[String], from: usize, left: usize, furthest: &Cell<usize>) -> bool {
        furthest.set(furthest.get().max(from));
        left > 0
            && (from..self.topics.len()).any(|to| {
                let behind = &self.glue[to + 1][..];
                if to + 1 == self.topics.len() {
                    return self.is_clause(opener, from, to, behind);
                }
                let links = (0..behind.len()).flat_map(|start| (start + 1..=behind.len()).map(move |end| (start, end)));
                links.filter(|&(start, end)| !GLUE.scopes(Role::Link, &behind[start..end]).is_empty()).any(|(start, end)| {
                    self.is_clause(opener, from, to, &behind[..start]) && self.clauses(&behind[end..], to + 1, left - 1, furthest)
                })
            })
    }

    fn is_clause(&self, opener: &[String], from: usize, to: usize, closer: &[String]) -> bool {
        let (list, joins) = without_days(&self.topics[from..=to], &self.glue[from + 1..=to]);
        let fits = |role, tokens: &[String]| tokens.is_empty() || GLUE.is_said_of(role, tokens, list);
        // An aside reaches over the links behind it.
        let reaches = |aside: &[String]| {
            aside.is_empty() || to + 1 == self.topics.len() || GLUE.is_said_of(Role::Aside, aside, &self.topics[from..])
        };
        let opens = |(aside, lead): &(&[String], &[String])| fits(Role::Aside, aside) && reaches(aside) && fits(Role::Lead, lead);
        splits(opener, true).filter(opens).any(|(_, lead)| {
            splits(closer, false).filter(|(follow, tail)| fits(Role::Follow, follow) && fits(Role::Tail, tail)).any(
                |(follow, _)| {
                    let (role, claim) = if lead.is_empty() { (Role::Follow, follow) } else { (Role::Lead, lead) };
                    // One of the two, and not both: "you heard {plays} led your list" is none.
                    lead.is_empty() != follow.is_empty() && is_list(list, joins, GLUE.scopes(role, claim).contains(&Scope::First))
                },
            )
        })
    }
}

/// All ways to cut words in two; behind an aside there may be a comma.
fn splits(tokens: &[String], with_comma: bool) -> impl Iterator<Item = (&[String], &[String])> {
    (0..=tokens.len()).map(move |at| {
        let (before, after) = tokens.split_at(at);
        let after = after.strip_prefix([",".to_owned()].as_slice()).filter(|_| with_comma && at > 0).unwrap_or(after);
        (before, after)
    })
}

/// A list, less the days at its end over which its figures are spread.
fn without_days<'a>(list: &'a [Topic<'a>], joins: &'a [Vec<String>]) -> (&'a [Topic<'a>], &'a [Vec<String>]) {
    match joins.split_last() {
        Some((join, before))
            if list.len() > 1 && GLUE.scopes(Role::Join, join).contains(&Scope::Spread) && Scope::Spread.holds(list) =>
        {
            (&list[..list.len() - 1], before)
        }
        _ => (list, joins),
    }
}

/// Whether phrases of one sort are joined to a list; what follows what is said only of a list that is told as one.
fn is_list(list: &[Topic<'_>], joins: &[Vec<String>], in_order: bool) -> bool {
    // A text may claim something itself, which must not be read into a neighbour of another sort.
    list.iter().all(|topic| topic.kind == list[0].kind)
        && joins.iter().enumerate().all(|(at, join)| {
            let is_last = at + 1 == joins.len();
            if join.as_slice() == [","] {
                // Behind the last comma stands an apposition: it has to be about the same.
                return !is_last || (joins.len() == 1 && list[1].compares(&list[0]));
            }
            let scopes = GLUE.scopes(Role::Join, join).iter();
            scopes
                .filter(|scope| (in_order || **scope != Scope::First) && **scope != Scope::Spread)
                .any(|scope| scope.holds(list))
        })
}
