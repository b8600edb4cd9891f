//! The tables of the star schema in PostgreSQL.
//!
//! Owns their columns, keys and comments. Keys and indexes of a table that is new come after its rows, which is faster than one by one.

use super::base::Base;
use super::binary::type_name;
use super::described::described;
use crate::error::{Error, Result};
use crate::export::STAR;
use crate::lake::Table;
use crate::lake::tables::{DIM_ALBUM, DIM_ARTIST, DIM_DATE, DIM_TIME, DIM_TRACK, FACT_PLAY};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use tokio_postgres::types::Type;

/// A name that is a schema's: in small letters, so that nobody has to quote it.
pub struct Schema(String);

/// Table, column and the table whose key it is.
type Reference = (&'static Table, &'static str, &'static Table);

const REFERENCES: [Reference; 8] = [
    (&DIM_ALBUM, "artist_key", &DIM_ARTIST),
    (&DIM_TRACK, "artist_key", &DIM_ARTIST),
    (&DIM_TRACK, "album_key", &DIM_ALBUM),
    (&FACT_PLAY, "date_key", &DIM_DATE),
    (&FACT_PLAY, "time_key", &DIM_TIME),
    (&FACT_PLAY, "track_key", &DIM_TRACK),
    (&FACT_PLAY, "artist_key", &DIM_ARTIST),
    (&FACT_PLAY, "album_key", &DIM_ALBUM),
];

const HELD: &str = "SELECT c.relname::text, a.attname || ' ' || format_type(a.atttypid, a.atttypmod) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')";

impl Schema {
    /// # Errors
    /// When it is no such name.
    pub fn read(name: &str) -> Result<Self> {
        let is_word = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !is_word || name.len() > 63 || name.starts_with("pg_") || name == "information_schema" {
            return Err(Error::usage(format!("--schema {name} is no name for a schema of one's own"))
                .hint("small letters, digits and _, not more than 63 and not pg_ at the beginning; moodlake is the default"));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as it is.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// A table in it, for a statement.
    pub fn of(&self, table: &str) -> String {
        format!("\"{}\".\"{table}\"", self.0)
    }
}

/// The key of a table.
pub fn key(table: &Table) -> &'static str {
    table.key.unwrap_or_default()
}

/// Which tables are there already, and with the declared columns.
pub async fn held(base: &Base<'_>, schema: &Schema) -> Result<BTreeSet<String>> {
    let (rows, _) = base.ask(HELD, vec![(&schema.0, Type::TEXT)], "its tables cannot be listed").await?;
    let mut columns = BTreeMap::<String, BTreeSet<String>>::new();
    for row in rows {
        columns.entry(row.get(0)).or_default().insert(row.get(1));
    }
    for table in STAR {
        let Some(found) = columns.get(table.name) else { continue };
        let declared = table.schema();
        let lacking = declared.fields().iter().map(|field| format!("{} {}", field.name(), type_name(field.data_type())));
        if let Some(column) = lacking.into_iter().find(|column| !found.contains(column)) {
            return Err(Error::failure(format!("{}.{} is another table of that name: it has no {column}", schema.0, table.name))
                .hint("name another schema with --schema, or drop the table: it is made anew"));
        }
    }
    Ok(columns.into_keys().collect())
}

/// Makes the schema and the table of what was exported.
pub async fn prepare(base: &Base<'_>, schema: &Schema, held: &BTreeSet<String>) -> Result<()> {
    let what = "the schema cannot be made";
    let sql = "SELECT FROM pg_namespace WHERE nspname = $1";
    let (found, _) = base.ask(sql, vec![(&schema.0, Type::TEXT)], what).await?;
    // Making a schema asks for a right even where there is one.
    if found.is_empty() {
        let name = &schema.0;
        base.run(&format!("CREATE SCHEMA \"{name}\"; COMMENT ON SCHEMA \"{name}\" IS 'Music listening, by moodlake'"), what)
            .await?;
    }
    if held.contains("exported") {
        return Ok(());
    }
    let table = schema.of("exported");
    let sql = format!(
        "CREATE TABLE {table} (table_name text PRIMARY KEY, delta_id text NOT NULL, version bigint NOT NULL, rows bigint NOT NULL,
            exported_at timestamptz NOT NULL);
         COMMENT ON TABLE {table} IS 'Which version of each Delta table the tables here hold';
         COMMENT ON COLUMN {table}.table_name IS 'The table here';
         COMMENT ON COLUMN {table}.delta_id IS 'The Delta table''s id: one that was made anew has another';
         COMMENT ON COLUMN {table}.version IS 'The version that its rows are of';
         COMMENT ON COLUMN {table}.rows IS 'How many there are';
         COMMENT ON COLUMN {table}.exported_at IS 'When'"
    );
    base.run(&sql, "tables cannot be made").await
}

/// Makes a table without keys.
pub async fn create(base: &Base<'_>, schema: &Schema, table: &Table) -> Result<()> {
    let (name, declared) = (schema.of(table.name), table.schema());
    let columns = declared.fields().iter().map(|field| {
        let (is_required, _) = described(table.name, field.name());
        // Ids are compared by their bytes, whatever the database's language.
        let order = if table.key == Some(field.name()) && type_name(field.data_type()) == "text" { " COLLATE \"C\"" } else { "" };
        let required = if is_required { " NOT NULL" } else { "" };
        format!("\"{}\" {}{order}{required}", field.name(), type_name(field.data_type()))
    });
    let columns: Vec<_> = columns.collect();
    let mut sql = format!("CREATE TABLE {name} ({});\nCOMMENT ON TABLE {name} IS {};", columns.join(", "), quoted(table.comment));
    for field in declared.fields() {
        let (_, meaning) = described(table.name, field.name());
        let _ = write!(sql, "\nCOMMENT ON COLUMN {name}.\"{}\" IS {};", field.name(), quoted(meaning));
    }
    base.run(&sql, "tables cannot be made").await
}

/// Gives all tables the keys and indexes that they lack.
pub async fn constrain(base: &Base<'_>, schema: &Schema) -> Result<()> {
    let what = "keys and indexes cannot be made";
    let sql = "SELECT k.conname::text FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE n.nspname = $1";
    let (rows, _) = base.ask(sql, vec![(&schema.0, Type::TEXT)], what).await?;
    let held: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    for table in STAR {
        let (name, constraint) = (schema.of(table.name), format!("{}_pkey", table.name));
        if !held.contains(&constraint) {
            base.run(&format!("ALTER TABLE {name} ADD CONSTRAINT {constraint} PRIMARY KEY ({})", key(table)), what).await?;
        }
    }
    for (table, column, of) in REFERENCES {
        let (name, constraint) = (schema.of(table.name), format!("{}_{column}_fkey", table.name));
        if !held.contains(&constraint) {
            let refers = format!("FOREIGN KEY ({column}) REFERENCES {} ({})", schema.of(of.name), key(of));
            base.run(&format!("ALTER TABLE {name} ADD CONSTRAINT {constraint} {refers}"), what).await?;
        }
        base.run(&index(schema, table, column), what).await?;
    }
    base.run(&index(schema, &FACT_PLAY, "played_at"), what).await?;
    for table in STAR {
        base.run(&format!("ANALYZE {}", schema.of(table.name)), what).await?;
    }
    Ok(())
}

fn index(schema: &Schema, table: &Table, column: &str) -> String {
    format!("CREATE INDEX IF NOT EXISTS {}_{column} ON {} ({column})", table.name, schema.of(table.name))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
