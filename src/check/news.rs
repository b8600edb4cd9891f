//! Rules that held of an earlier version, held against what has come and gone since.
//!
//! Owns the argument why that is enough, rule by rule: a row that stayed breaks no rule of single rows now that it did not break
//! then; a key can only be there twice if it came; a reference can only lead nowhere if it came, or if what it leads to went. Where
//! the argument does not end in "it holds", nothing is said, and all rows are asked.

use super::kept::{Held, Kept};
use super::pinned::{self, Pinned};
use super::rule::{Asks, Reference, Rule};
use super::scan;
use super::shape;
use super::sql::{Values, quoted};
use super::subject::{Bench, Subject};
use crate::engine::{self, Scope, no_values};
use crate::error::{Explain, Result};
use crate::lake::changes::Change;
use crate::lake::{Snapshot, Table};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Rows of files that came: more of them are not compared with those that went.
const CAME_MAX: u64 = 1_000_000;

/// What has become of a table since rules held of it.
struct News<'a> {
    subject: &'a Subject,
    change: Change,
    /// Knows the rows that came, `came`, those that went, `went`, and all, `checked`.
    scope: Scope,
    /// Tables with fewer rows are compared with as a whole.
    others_from_rows: u64,
}

/// The rules that held of the version that was checked last, and still hold; none where nothing can be said so.
pub async fn still_held(
    bench: &Bench,
    table: &'static Table,
    snapshot: &Snapshot,
    rules: &[Rule],
    kept: &Kept,
) -> Result<HashMap<String, Held>> {
    let none = Ok(HashMap::new());
    if !kept.has_large_tables() {
        return none;
    }
    let Some((version, id, held)) = kept.before(&table.label(), snapshot.version()) else { return none };
    let Some(rows) = snapshot.extent()?.rows else { return none };
    let refers_to_more = |rule: &Rule| match rule.asks {
        Asks::Refers(reference) | Asks::Complete(reference) => !reference.input.is_empty() && held.contains_key(rule.name),
        _ => false,
    };
    if rows < kept.news_from_rows() && !rules.iter().any(refers_to_more) {
        return none;
    }
    let then = json!({ "id": id, "version": version });
    let Some(change) = Change::since(&then, snapshot).await? else { return none };
    let Some(came) = change.rows().filter(|came| *came <= CAME_MAX) else { return none };
    if !snapshot.is_as_declared(table)? {
        return none;
    }
    let is_worth_it = rows >= kept.news_from_rows() && came <= rows / 2;
    let subject = Subject { bench: bench.clone(), table, snapshot: snapshot.clone(), rows };
    let scope = subject.scope().await?;
    register(&scope, &change, ["came", "went"]).await?;
    let news = News { subject: &subject, change, scope, others_from_rows: kept.news_from_rows() };
    let mut still = if is_worth_it { news.scalar(rules, held).await? } else { HashMap::new() };
    let stored = snapshot.schema()?;
    for rule in rules {
        if !held.contains_key(rule.name) || shape::unfit(table, &stored, &rule.columns()).is_some() {
            continue;
        }
        let holds = match rule.asks {
            Asks::Unique([key]) if is_worth_it => news.is_unique(key).await?,
            Asks::Refers(reference) if !reference.input.is_empty() => news.refers(&reference).await?,
            Asks::Complete(reference) => news.is_complete(&reference).await?,
            _ => false,
        };
        if holds {
            still.insert(rule.name.to_owned(), Held { rows_checked: Some(rows), rows_failed: Some(0), detail: None });
        }
    }
    Ok(still)
}

/// Names the rows of the files that came, and of those that went.
async fn register(scope: &Scope, change: &Change, [came, went]: [&str; 2]) -> Result<()> {
    scope.register(came, change.came(&scope.state()).await?)?;
    if change.has_gone() {
        return scope.register(went, change.went(&scope.state()).await?);
    }
    let schema = scope.table(came).await?.schema().as_arrow().clone();
    scope.register_rows(went, schema.into(), Vec::new())
}

impl News<'_> {
    /// Rules of single rows: they are asked of those that came.
    async fn scalar(&self, rules: &[Rule], held: &HashMap<String, Held>) -> Result<HashMap<String, Held>> {
        let stored = self.subject.snapshot.schema()?;
        let is_asked = |rule: &&Rule| {
            scan::is_scalar(rule)
                && held.contains_key(rule.name)
                && shape::unfit(self.subject.table, &stored, &rule.columns()).is_none()
        };
        let asked: Vec<&Rule> = rules.iter().filter(is_asked).collect();
        if asked.is_empty() {
            return Ok(HashMap::new());
        }
        let (_, came) = scan::count_in(self.subject, &self.scope, "came", &asked).await?;
        let (_, went) = scan::count_in(self.subject, &self.scope, "went", &asked).await?;
        let rows_checked = Some(self.subject.rows);
        let mut still = HashMap::new();
        for ((rule, came), went) in asked.into_iter().zip(came).zip(went) {
            let then = held.get(rule.name).and_then(|held| held.rows_failed).unwrap_or_default();
            let failed = (then + came).saturating_sub(went);
            let detail = match rule.asks {
                Asks::Mostly { share_min, .. } => {
                    let (share, says) = scan::share(failed, self.subject.rows, share_min);
                    if share < share_min {
                        continue;
                    }
                    Some(says)
                }
                _ if failed > 0 || came > 0 => continue,
                _ => None,
            };
            still.insert(rule.name.to_owned(), Held { rows_checked, rows_failed: Some(failed), detail });
        }
        Ok(still)
    }

    /// No key came twice, and none that came anew stands in a row that stayed.
    async fn is_unique(&self, key: &str) -> Result<bool> {
        let twice = format!("SELECT {0} FROM came WHERE {0} IS NOT NULL GROUP BY {0} HAVING count(*) > 1", quoted(key));
        if self.count(&twice).await? > 0 {
            return Ok(false);
        }
        let (new, keys) = self.new_values(key).await?;
        if keys == 0 {
            return Ok(true);
        }
        let checked = self.scope.table("checked").await?;
        // Few keys are named, so that files and row groups which say that they have none of them are not read.
        if let Some(values) = engine::few(self.scope.table(&new).await?, "value", engine::NAMED_MAX).await? {
            let rows = engine::having(&self.scope, checked, key, &values)?;
            return Ok(rows.count().await.explain(|| "rows with new keys cannot be counted".to_owned())? as u64 == keys);
        }
        let rows = format!("SELECT value FROM {new} JOIN checked ON value = {}", quoted(key));
        Ok(self.count(&rows).await? == keys)
    }

    /// Nothing that is referred to went, and what refers to it anew finds it.
    async fn refers(&self, reference: &Reference) -> Result<bool> {
        let Some(target) = self.register_target(reference).await? else { return Ok(false) };
        let (mine, theirs) = (reference.column, reference.to_column);
        if self.count(&without(theirs, "target_went", theirs, "target_came")).await? > 0 {
            return Ok(false);
        }
        let (new, values) = self.new_values(mine).await?;
        let unseen = format!("SELECT value FROM {new} EXCEPT SELECT {} FROM target_came", quoted(theirs));
        if values == 0 || self.count(&unseen).await? == 0 {
            return Ok(true);
        }
        self.scope.register("target", target.provider(&self.scope.state()).await?)?;
        let lost = format!("{unseen} EXCEPT SELECT {} FROM target", quoted(theirs));
        let lost = self.count(&lost).await?;
        self.scope.forget("target")?;
        Ok(lost == 0)
    }

    /// Every play that is new there came here, and none went from here.
    async fn is_complete(&self, reference: &Reference) -> Result<bool> {
        if self.register_target(reference).await?.is_none() {
            return Ok(false);
        }
        let (mine, theirs) = (reference.column, reference.to_column);
        if self.count(&without(theirs, "target_went", theirs, "target_came")).await? > 0 {
            return Ok(false);
        }
        let gone = without(mine, "went", mine, "came");
        let new = format!("{} EXCEPT SELECT {} FROM came", without(theirs, "target_came", theirs, "target_went"), quoted(mine));
        Ok(self.count(&gone).await? == 0 && self.count(&new).await? == 0)
    }

    /// Names what came to the table that is referred to, and what went from it, since the rows here were built from it then; none
    /// where that cannot be told.
    async fn register_target(&self, reference: &Reference) -> Result<Option<Snapshot>> {
        let Pinned::At(target) = pinned::target(self.subject, reference).await? else { return Ok(None) };
        if target.extent()?.rows.is_none_or(|rows| rows < self.others_from_rows) {
            return Ok(None);
        }
        let note = self.change.before().commit().await?.1.unwrap_or_default();
        let then: &Value = &note["inputs"][reference.input];
        let Some(change) = Change::since(then, &target).await? else { return Ok(None) };
        if change.rows().is_none_or(|rows| rows > CAME_MAX) {
            return Ok(None);
        }
        for name in ["target_came", "target_went"] {
            self.scope.forget(name)?;
        }
        register(&self.scope, &change, ["target_came", "target_went"]).await?;
        Ok(Some(*target))
    }

    /// Names the values of a column that came and did not go, as `value`; tells the relation and how many there are.
    async fn new_values(&self, column: &str) -> Result<(String, u64)> {
        let relation = format!("new_{column}");
        if let Ok(known) = self.scope.table(&relation).await {
            return Ok((relation, engine::Held::of(known, "new values").await?.len()));
        }
        let sql = format!("SELECT {} AS value FROM ({}) AS new", quoted(column), without(column, "came", column, "went"));
        let new = engine::Held::of(self.scope.model("new values", &sql, no_values()).await?, "new values").await?;
        new.register(&self.scope, &relation, &[])?;
        Ok((relation, new.len()))
    }

    /// How many rows a query gives.
    async fn count(&self, sql: &str) -> Result<u64> {
        let sql = format!("SELECT count(*) AS rows FROM ({sql}) AS counted");
        let names = ["rows".to_owned()];
        let counts = self.subject.numbers(&self.scope, &sql, Values::default(), &names).await?;
        Ok(counts.first().copied().unwrap_or_default())
    }
}

/// The different values of one relation's column that another's does not have; null is none.
fn without(column: &str, from: &str, other: &str, of: &str) -> String {
    format!("SELECT {0} FROM {from} WHERE {0} IS NOT NULL EXCEPT SELECT {1} FROM {of}", quoted(column), quoted(other))
}
