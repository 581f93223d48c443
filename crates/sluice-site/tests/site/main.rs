//! The use cases on a real store, with a clock that is told what time it is.

mod accounts;
mod agents;
mod bundles;
mod content;
mod damage;
mod declines;
mod deployments;
mod downstream;
mod licences;
mod selection;
mod tree;
mod windows_arrivals;
mod windows_catalog;
mod windows_client;
mod windows_documents;
mod windows_never_scanned;
mod windows_reports;
mod windows_scan;
mod world;
