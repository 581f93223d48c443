//! Catalogs of the shape of Microsoft's: whole update documents as MS-WSUSSS GetUpdateData gives them, always the
//! same from the same shape and seed, made one at a time so that a catalog of 1.2 GB needs no memory.
//!
//! [`CatalogShape::windows11`] has the figures of a real Windows 11 product (5,253 revisions, Core fragments of up to
//! 46.9 MB), [`CatalogShape::small`] about 330 revisions with some updates for Windows 10 and Server and a few
//! drivers.
//!
//! # What leads to what
//!
//! Prerequisites form the levels that an agent walks round by round (protocols.md §2.2): companies,
//! classifications and 92 detectoids need nothing; product families need a company; products need a family; the
//! other detectoids need a product or one of the detectoids called *gates* here (processor, release, edition, .NET
//! and the like); updates that are shown need a product and a classification; members of bundles also need gates.
//! A Windows 11 machine is offered about 1,950 of the 5,253 revisions.
//!
//! # What a machine must have
//!
//! [`Catalog::facts`] gives the facts of a machine of a [`Profile`]. The rules ask for nothing else, so whatever is
//! not among them must be known to be absent:
//!
//! | Asked by | Facts |
//! |---|---|
//! | products, gates | `WindowsVersion`; `Processor`; values `CurrentBuild`, `EditionID`, `InstallationType` of `SOFTWARE\Microsoft\Windows NT\CurrentVersion`; `Release` of .NET; `InstallLanguage`; languages of the user interface; attributes `OSSkuId`, `CurrentBranch`, `IsRemoteDesktopSessionHost` |
//! | OSInstaller members | `ProductReleaseInstalled`; attributes `OSSkuId`, `sku`, `OSVersion`, `ProductType` |
//! | Cbs members | the package of the manifest, compared by identity |
//! | CommandLine members | `RegSz` `Version` of `SOFTWARE\Microsoft\RemovalTools\MRT` |
//! | WindowsInstaller updates | product and patch of the metadata |
//! | drivers | devices and their drivers |
//!
//! Rules of the remaining products and detectoids look for software that no machine has.

mod content;
mod document;
mod facts;
mod generator;
mod ids;
mod month;
mod plan;
mod shape;
mod write;

#[cfg(test)]
mod tests;

pub use document::{Document, DocumentKind};
pub use facts::{MachineFacts, Profile};
pub use generator::Catalog;
pub use shape::{CatalogShape, SizeCurve};
