//! What became of silver's inputs since the table was built from them.
//!
//! Owns the comparison with the note of that build. A table that appeared, was made anew or whose old version is forgotten cannot
//! be followed: then nobody knows what is new, and the whole table is built.

use crate::error::Result;
use crate::lake::Snapshot;
use crate::lake::changes::Change;
use crate::silver::inputs::{HISTORY, Inputs};
use serde_json::Value;

/// What became of each input; none where it is the same.
pub struct Changes {
    /// The listening history.
    pub history: Option<Change>,
    /// Real features, synthetic features and the catalogue, in this order.
    pub features: [Option<Change>; 3],
}

/// Whether an input's past can be followed.
enum Followed {
    Same,
    Changed(Box<Change>),
    No,
}

impl Changes {
    /// Compares; none where an input cannot be followed.
    ///
    /// # Errors
    /// When a log cannot be read.
    pub async fn since(built_from: &Value, inputs: &Inputs) -> Result<Option<Self>> {
        let history = match followed(&built_from[HISTORY.relation], Some(&inputs.history)).await? {
            Followed::Same => None,
            Followed::Changed(change) => Some(*change),
            Followed::No => return Ok(None),
        };
        let mut features = [const { None }; 3];
        for ((input, snapshot), found) in inputs.features.iter().zip(&mut features) {
            match followed(&built_from[input.relation], snapshot.as_ref()).await? {
                Followed::Same => {}
                Followed::Changed(change) => *found = Some(*change),
                Followed::No => return Ok(None),
            }
        }
        Ok(Some(Self { history, features }))
    }
}

async fn followed(then: &Value, now: Option<&Snapshot>) -> Result<Followed> {
    let Some(now) = now else { return Ok(if then.is_null() { Followed::Same } else { Followed::No }) };
    if *then == now.identity()? {
        return Ok(Followed::Same);
    }
    Ok(Change::since(then, now).await?.map_or(Followed::No, |change| Followed::Changed(Box::new(change))))
}
