//! The one `DataFusion` session of the program, and scopes to run models in.
//!
//! Owns the engine's settings, each with its reason, and the way from a model's rows to memory (`held`) and to plain columns (`columns`). It knows
//! neither Delta nor music: `lake` gives it relations, the layers give it SQL.

mod columns;
mod held;
mod matches;
mod running;

pub use columns::Columns;
pub use held::Held;
pub use matches::{NAMED_MAX, among, differing, few, having, not_among, texts};

use crate::error::{Error, Explain, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use chrono_tz::Tz;
use datafusion::catalog::TableProvider;
use datafusion::common::ParamValues;
use datafusion::datasource::MemTable;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::context::SessionState;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext, col};
use datafusion::scalar::ScalarValue;
use std::sync::Arc;

/// The engine: settings and resources that all scopes share.
#[derive(Clone)]
pub struct Engine {
    config: SessionConfig,
    runtime: Arc<RuntimeEnv>,
}

/// A model without parameters.
#[must_use]
pub const fn no_values() -> Vec<ScalarValue> {
    Vec::new()
}

/// A set of named relations that one model sees, and nothing else.
pub struct Scope {
    context: SessionContext,
}

impl Engine {
    /// An engine whose local time is the listener's.
    ///
    /// # Errors
    /// When the engine's resources cannot be set up.
    pub fn new(zone: Tz) -> Result<Self> {
        let config = SessionConfig::new()
            .with_information_schema(true)
            .set_str("datafusion.execution.time_zone", zone.name())
            .set_bool("datafusion.execution.parquet.schema_force_view_types", true);
        let runtime = RuntimeEnvBuilder::new().build_arc().explain(|| "the query engine cannot start".to_owned())?;
        Ok(Self { config, runtime })
    }

    /// A new scope for a model, whose joins run as they are written: the left side is held, the right side streams past it.
    ///
    /// The optimizer would choose by estimates, and takes the copies found by a join of ten million plays with themselves for
    /// many more than the plays: it would hold all plays instead, ten gigabytes of them.
    #[must_use]
    pub fn scope(&self) -> Scope {
        let as_written = self
            .config
            .clone()
            .set_bool("datafusion.optimizer.join_reordering", false)
            .set_bool("datafusion.optimizer.repartition_joins", false);
        self.scope_with(as_written)
    }

    /// A new scope for a person's query, whose joins run as the optimizer thinks best.
    #[must_use]
    pub fn query_scope(&self) -> Scope {
        self.scope_with(self.config.clone())
    }

    fn scope_with(&self, config: SessionConfig) -> Scope {
        let state = SessionStateBuilder::new()
            .with_default_features()
            .with_config(config)
            .with_runtime_env(Arc::clone(&self.runtime))
            .build();
        let context = SessionContext::new_with_state(state);
        running::functions().into_iter().for_each(|function| context.register_udwf(function));
        Scope { context }
    }
}

impl Scope {
    /// Names a relation.
    ///
    /// # Errors
    /// When the name is taken.
    pub fn register(&self, name: &str, provider: Arc<dyn TableProvider>) -> Result<()> {
        self.context.register_table(name, provider).explain(|| format!("relation {name} cannot be registered"))?;
        Ok(())
    }

    /// Names rows that are in memory, or none of a schema.
    ///
    /// # Errors
    /// When the name is taken or the rows do not have the schema.
    pub fn register_rows(&self, name: &str, schema: SchemaRef, rows: Vec<RecordBatch>) -> Result<()> {
        self.register_sorted(name, schema, rows, &[])
    }

    /// Names rows that are in memory in the order of some columns, so that nothing sorts them again.
    ///
    /// # Errors
    /// When the name is taken or the rows do not have the schema.
    pub fn register_sorted(&self, name: &str, schema: SchemaRef, rows: Vec<RecordBatch>, by: &[&str]) -> Result<()> {
        let table = MemTable::try_new(schema, vec![rows]).explain(|| format!("relation {name} cannot be made"))?;
        let order: Vec<_> = by.iter().map(|column| col(*column).sort(true, false)).collect();
        self.register(name, Arc::new(if order.is_empty() { table } else { table.with_sort_order(vec![order]) }))
    }

    /// The named relation as a frame.
    ///
    /// # Errors
    /// When there is none of that name.
    pub async fn table(&self, name: &str) -> Result<DataFrame> {
        self.context.table(name).await.explain(|| format!("relation {name} cannot be read"))
    }

    /// Gives a name free; one that nothing has is no error.
    ///
    /// # Errors
    /// When the engine cannot look it up.
    pub fn forget(&self, name: &str) -> Result<()> {
        self.context.deregister_table(name).explain(|| format!("relation {name} cannot be forgotten"))?;
        Ok(())
    }

    /// Names a frame.
    ///
    /// # Errors
    /// When the name is taken.
    pub fn register_frame(&self, name: &str, frame: DataFrame) -> Result<()> {
        self.register(name, frame.into_view())
    }

    /// Plans a model: `name` is what messages call it, values come as `$parameters`.
    ///
    /// # Errors
    /// When the SQL does not fit the relations.
    pub async fn model(&self, name: &str, sql: &str, values: impl Into<ParamValues>) -> Result<DataFrame> {
        let plan = |error| Error::failure(format!("model {name} cannot be planned")).because(error);
        self.context.sql(sql).await.map_err(plan)?.with_param_values(values).map_err(plan)
    }

    /// The session behind the scope.
    #[must_use]
    pub fn state(&self) -> SessionState {
        self.context.state()
    }

    /// The context behind the scope, for reading commands.
    #[must_use]
    pub const fn context(&self) -> &SessionContext {
        &self.context
    }
}
