//! Why a stream was not read to its end.

use std::io;

use super::read::SourceFailed;
use crate::cabinet::CabinetError;

/// Why something was not opened, or not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    /// The stream itself failed, whatever is in it: an upload that broke off.
    #[error("the upload of {name} broke off")]
    Source {
        /// What was being read.
        name: String,
        /// How it failed.
        source: io::Error,
    },
    /// It is damaged, or packed in a way that is not taken.
    #[error("{name} cannot be unpacked")]
    Unpack {
        /// What was being read.
        name: String,
        /// What is wrong.
        source: io::Error,
    },
    /// A cabinet is damaged, or not of those that can be read.
    #[error("{name} cannot be read")]
    Cabinet {
        /// What was being read.
        name: String,
        /// What is wrong.
        source: CabinetError,
    },
    /// There is too much of it.
    #[error("{name} has more than {limit} bytes")]
    TooLarge {
        /// What was being read.
        name: String,
        /// How much is taken.
        limit: u64,
    },
    /// There is no place to put a cabinet.
    #[error("a temporary file for the import cannot be written")]
    Spool(#[source] io::Error),
}

impl ContainerError {
    /// What reading failed with. A failure of the stream is the stream's, whatever was reading it; everything else is
    /// damage.
    #[must_use]
    pub fn of(name: &str, source: io::Error) -> Self {
        let name = name.to_owned();
        match source.downcast::<SourceFailed>() {
            Ok(SourceFailed(source)) => Self::Source { name, source },
            Err(source) => Self::Unpack { name, source },
        }
    }
}

/// Why a stream was not read on.
#[derive(Debug)]
pub enum Stop<E> {
    /// It could not be.
    Container(ContainerError),
    /// Whoever takes its files wants no more.
    Taker(E),
}

impl<E> From<ContainerError> for Stop<E> {
    fn from(error: ContainerError) -> Self {
        Self::Container(error)
    }
}
