//! Who reads when: the thread's side of a source.
//!
//! Owns the readers. All begin anew with every order; a shard's reader begins when those of its parents have ended. Where a shard ends
//! and others are in its place that nobody has heard of yet, all shards are told anew, behind the last record of the one that ended.

use super::arrivals::Event;
use super::reader::{Ended, Reader, Tools};
use super::shards::{Shards, listed, number, ready};
use super::{SECOND, Troubles};
use crate::broker::Place;
use crate::error::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

/// Shards that were told of are in the list after so many seconds, or they are gone already.
const TRIES: usize = 30;

/// Read these from there, and nothing else.
pub struct Order {
    pub generation: u64,
    pub shards: Shards,
    pub places: BTreeMap<i32, Option<Place>>,
}

/// Carries out orders until none come any more.
///
/// # Errors
/// When Kinesis says that there is no use in going on.
pub async fn serve(tools: Tools, mut orders: UnboundedReceiver<Order>) -> Result<()> {
    let mut turn: Option<Turn> = None;
    loop {
        let ended = async {
            match &mut turn {
                Some(turn) => turn.readers.join_next().await,
                None => None,
            }
        };
        tokio::select! {
            order = orders.recv() => {
                let Some(order) = order else { return Ok(()) };
                // The readers of before end with their turn.
                let mut begun = Turn { order, readers: JoinSet::new(), begun: BTreeSet::new(), ended: BTreeSet::new() };
                begun.begin_ready(&tools)?;
                turn = Some(begun);
            }
            Some(outcome) = ended => {
                let outcome = outcome.map_err(|error| Error::failure("a shard's reader ended").because(error))??;
                if let Some(turn) = &mut turn {
                    // A listing may wait for long; who has gone does not wait for it.
                    tokio::select! {
                        done = turn.ended(&tools, outcome) => done?,
                        () = closed(&orders) => return Ok(()),
                    }
                }
            }
        }
    }
}

async fn closed(orders: &UnboundedReceiver<Order>) {
    while !orders.is_closed() {
        tokio::time::sleep(SECOND).await;
    }
}

/// What became of an order so far.
struct Turn {
    order: Order,
    readers: JoinSet<Result<Ended>>,
    begun: BTreeSet<i32>,
    ended: BTreeSet<i32>,
}

impl Turn {
    fn begin_ready(&mut self, tools: &Tools) -> Result<()> {
        for shard in ready(&self.order.shards, &self.ended, &self.begun) {
            self.begun.insert(shard);
            let id = self.order.shards.get(&shard).map_or_else(String::new, |shard| shard.id.clone());
            let place = self.order.places.get(&shard).copied().flatten();
            let reader = Reader::new(tools.clone(), self.order.generation, shard, id, place)?;
            self.readers.spawn(reader.read());
        }
        Ok(())
    }

    async fn ended(&mut self, tools: &Tools, ended: Ended) -> Result<()> {
        let children = ended.children.iter().map(|id| number(id)).collect::<Result<Vec<_>>>()?;
        let are_known = !children.is_empty() && children.iter().all(|child| self.order.shards.contains_key(child));
        if !are_known && let Some(shards) = self.others(tools, &children).await? {
            tools.arrivals.push(self.order.generation, Event::Shards(shards));
            return Ok(());
        }
        self.ended.insert(ended.shard);
        tools.arrivals.push(self.order.generation, Event::Closed(ended.shard));
        self.begin_ready(tools)
    }

    /// All shards, where there are some that nobody has heard of.
    async fn others(&self, tools: &Tools, children: &[i32]) -> Result<Option<Shards>> {
        let mut troubles = Troubles::new(SECOND, Arc::clone(&tools.told));
        let mut tries = 0;
        while tries < TRIES {
            match listed(&tools.client, &tools.address).await {
                Ok(shards) => {
                    let is_complete = children.iter().all(|child| shards.contains_key(child));
                    let is_new = shards.keys().any(|shard| !self.order.shards.contains_key(shard));
                    if is_complete || is_new {
                        return Ok(is_new.then_some(shards));
                    }
                    tries += 1;
                    tokio::time::sleep(SECOND).await;
                }
                Err(refusal) if refusal.passes => troubles.wait(&refusal.error.in_one_line()).await,
                Err(refusal) => return Err(refusal.error),
            }
        }
        Ok(None)
    }
}
