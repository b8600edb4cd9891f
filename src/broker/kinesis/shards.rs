//! The shards of a stream as partitions.
//!
//! Owns their numbers and their order in time. A stream that grows or shrinks closes shards and opens others in their place: a child is
//! read behind its parents, so that messages of one key stay in order.

use super::{asked, ended};
use crate::aws::{Trouble, failure};
use crate::broker::KinesisAddress;
use crate::error::{Error, Result};
use aws_sdk_kinesis::Client;
use std::collections::{BTreeMap, BTreeSet};

/// A shard of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// What Kinesis calls it.
    pub id: String,
    /// Those it came from; some of them may not be there any more.
    pub parents: Vec<i32>,
}

/// Shards by their numbers.
pub type Shards = BTreeMap<i32, Shard>;

/// Digits of a shard's number in its name.
const DIGITS: usize = 12;

/// The number of a shard: 12 of `shardId-000000000012`.
pub fn number(id: &str) -> Result<i32> {
    let digits = id.strip_prefix("shardId-").filter(|digits| digits.len() == DIGITS);
    let is_number = |digits: &&str| digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.filter(is_number).and_then(|digits| digits.parse().ok()).ok_or_else(|| {
        Error::failure(format!("{id:?} is a shard without a number"))
            .hint("the shards of Kinesis are named shardId-000000000012: is AWS_ENDPOINT_URL_KINESIS another service's?")
    })
}

/// Why something cannot be had, and whether it may be later.
pub struct Refusal {
    pub passes: bool,
    pub error: Error,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { passes: false, error }
    }
}

/// All shards that the stream has, and those it had whose records are not all gone.
pub async fn listed(client: &Client, address: &KinesisAddress) -> Result<Shards, Refusal> {
    let (mut shards, mut token) = (Shards::new(), None);
    loop {
        // The token says which stream it is.
        let asking = match token.take() {
            Some(token) => client.list_shards().next_token(token),
            None => client.list_shards().stream_name(&address.stream),
        };
        let page = asking.send().await.map_err(|error| {
            let trouble = Trouble::of(&error);
            Refusal { passes: trouble.passes(), error: ended(address, trouble, failure(&error, asked(address))) }
        })?;
        for shard in page.shards() {
            let parents = [shard.parent_shard_id(), shard.adjacent_parent_shard_id()];
            let parents = parents.into_iter().flatten().map(number).collect::<Result<_>>()?;
            shards.insert(number(shard.shard_id())?, Shard { id: shard.shard_id().to_owned(), parents });
        }
        match page.next_token {
            Some(next) if !next.is_empty() => token = Some(next),
            _ => return Ok(shards),
        }
    }
}

/// Those that can be read now: all their parents that are there were read to their end.
pub fn ready(shards: &Shards, ended: &BTreeSet<i32>, begun: &BTreeSet<i32>) -> Vec<i32> {
    let is_over = |parent: &i32| ended.contains(parent) || !shards.contains_key(parent);
    let can = |(number, shard): &(&i32, &Shard)| !begun.contains(number) && shard.parents.iter().all(is_over);
    shards.iter().filter(can).map(|(&number, _)| number).collect()
}

#[cfg(test)]
mod tests {
    use super::{Shard, Shards, number, ready};
    use std::collections::BTreeSet;

    #[test]
    fn a_shard_has_a_number() {
        assert_eq!(number("shardId-000000000012").unwrap(), 12);
        assert_eq!(number("shardId-002147483647").unwrap(), i32::MAX);
        for id in ["shardId-12", "shardId-002147483648", "shardId-00000000001x", "shardId-+00000000012", "000000000012", ""] {
            assert!(number(id).is_err(), "{id}");
        }
    }

    #[test]
    fn a_child_waits_for_all_parents_that_are_there() {
        let shard =
            |number: i32, parents: &[i32]| (number, Shard { id: format!("shardId-{number:012}"), parents: parents.to_vec() });
        // 0 was split into 2 and 3, 3 and 1 were merged into 4; 5 came from one that is gone.
        let shards: Shards =
            [shard(0, &[]), shard(1, &[]), shard(2, &[0]), shard(3, &[0]), shard(4, &[3, 1]), shard(5, &[9])].into();
        let can = |ended: &[i32]| {
            let ended: BTreeSet<i32> = ended.iter().copied().collect();
            ready(&shards, &ended, &ended)
        };
        assert_eq!(can(&[]), [0, 1, 5]);
        assert_eq!(can(&[0]), [1, 2, 3, 5]);
        assert_eq!(can(&[0, 1]), [2, 3, 5]);
        assert_eq!(can(&[0, 1, 3]), [2, 4, 5]);
        let begun: BTreeSet<i32> = [0, 1].into();
        assert_eq!(ready(&shards, &BTreeSet::new(), &begun), [5]);
    }
}
