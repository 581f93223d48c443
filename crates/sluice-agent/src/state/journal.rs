//! The installation going on. Written before the package manager may change anything, removed
//! after the result is recorded: one found at start means that the installation was interrupted.

use serde::{Deserialize, Serialize};

use super::{StateDirectory, StateError};
use crate::backend::Wanted;

const FILE: &str = "journal.json";

/// What is being installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Journal {
    /// Since when, seconds since 1970.
    pub(crate) started_at: i64,
    /// What, and for which deployments.
    pub(crate) wanted: Vec<Wanted>,
}

impl Journal {
    /// The interrupted one, if there is one. A damaged journal is an interrupted installation of
    /// nothing known: the package database is still put in order.
    pub(crate) fn load(state: &StateDirectory) -> Result<Option<Self>, StateError> {
        match state.read(FILE) {
            Err(StateError::Damaged { .. }) => Ok(Some(Self { started_at: 0, wanted: Vec::new() })),
            other => other,
        }
    }

    /// Keeps it.
    pub(crate) fn begin(&self, state: &StateDirectory) -> Result<(), StateError> {
        state.write(FILE, self)
    }

    /// Ends it.
    pub(crate) fn end(state: &StateDirectory) -> Result<(), StateError> {
        state.remove(FILE)
    }
}
