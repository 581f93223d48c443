//! The packed form of a revision's body. Fields are only ever added under a new packing.

use serde::{Deserialize, Serialize};
use sluice_model::{
    BinaryPackage, CategoryId, Classification, ProtocolVersion, Sha256, SourcePackage, Update, UpdateContent, UpdateId,
    UpdateKind, WindowsContent,
};
use uuid::Uuid;

use super::windows_row::{self, WindowsRow};
use super::{micros, moment};

#[derive(Serialize, Deserialize)]
pub(super) struct UpdateRow {
    kind: u8,
    title: String,
    description: String,
    classification: String,
    products: Vec<[u8; 16]>,
    released: Option<i64>,
    advisories: Vec<String>,
    info_url: Option<String>,
    content: ContentRow,
}

#[derive(Serialize, Deserialize)]
enum ContentRow {
    Deb { name: String, version: String, binaries: Vec<BinaryRow> },
    // Later ones last, so that rows written before there were any still read.
    Windows(WindowsRow),
    // Since there is more to say of some; as a list, so that the next thing needs no new form.
    WindowsMore(WindowsRow, Vec<MoreRow>),
}

/// What was added to the description of Windows updates later. New ones go to the end.
#[derive(Serialize, Deserialize)]
enum MoreRow {
    /// `compatible_protocol`
    Protocol(u16, u16),
    /// The patching type of each file.
    Patching(Vec<u8>),
}

#[derive(Serialize, Deserialize)]
struct BinaryRow {
    name: String,
    architecture: String,
    version: String,
    path: String,
    size: u64,
    sha256: [u8; 32],
    phased_percent: Option<u8>,
}

const KINDS: [UpdateKind; 4] = [UpdateKind::Software, UpdateKind::Driver, UpdateKind::Category, UpdateKind::Detectoid];

fn kind_number(kind: UpdateKind) -> u8 {
    match kind {
        UpdateKind::Software => 0,
        UpdateKind::Driver => 1,
        UpdateKind::Category => 2,
        UpdateKind::Detectoid => 3,
    }
}

impl UpdateRow {
    pub(super) fn new(update: &Update) -> Self {
        Self {
            kind: kind_number(update.kind),
            title: update.title.clone(),
            description: update.description.clone(),
            classification: update.classification.slug().to_owned(),
            products: update.products.iter().map(|p| p.0.into_bytes()).collect(),
            released: micros(update.released),
            advisories: update.advisories.clone(),
            info_url: update.info_url.clone(),
            content: match &update.content {
                UpdateContent::Deb(package) => ContentRow::Deb {
                    name: package.name.clone(),
                    version: package.version.clone(),
                    binaries: package.binaries.iter().map(BinaryRow::new).collect(),
                },
                UpdateContent::Windows(content) => {
                    let more = MoreRow::all(content);
                    let row = WindowsRow::new(content);
                    if more.is_empty() { ContentRow::Windows(row) } else { ContentRow::WindowsMore(row, more) }
                }
            },
        }
    }

    pub(super) fn into_update(self, id: UpdateId, number: u32) -> Result<Update, String> {
        let content = match self.content {
            ContentRow::Deb { binaries, .. } if binaries.is_empty() => return Err("no binary packages".to_owned()),
            ContentRow::Deb { name, version, binaries } => UpdateContent::Deb(SourcePackage {
                name,
                version,
                binaries: binaries.into_iter().map(BinaryRow::into_binary).collect(),
            }),
            ContentRow::Windows(row) => UpdateContent::Windows(Box::new(row.into_content()?)),
            ContentRow::WindowsMore(row, more) => {
                let mut content = row.into_content()?;
                for more in more {
                    more.fill(&mut content)?;
                }
                UpdateContent::Windows(Box::new(content))
            }
        };
        Ok(Update {
            id,
            number,
            kind: KINDS.get(usize::from(self.kind)).copied().ok_or_else(|| format!("unknown kind {}", self.kind))?,
            title: self.title,
            description: self.description,
            classification: Classification::from_slug(&self.classification)
                .ok_or_else(|| format!("unknown classification {:?}", self.classification))?,
            products: self.products.into_iter().map(|p| CategoryId(Uuid::from_bytes(p))).collect(),
            released: moment(self.released)?,
            advisories: self.advisories,
            info_url: self.info_url,
            content,
        })
    }
}

impl MoreRow {
    fn all(content: &WindowsContent) -> Vec<Self> {
        let protocol = content.compatible_protocol.iter().map(|version| Self::Protocol(version.major, version.minor));
        let patching = windows_row::patching_numbers(content);
        let patching = (!patching.is_empty()).then_some(Self::Patching(patching));
        protocol.chain(patching).collect()
    }

    fn fill(self, content: &mut WindowsContent) -> Result<(), String> {
        match self {
            Self::Protocol(major, minor) => content.compatible_protocol = Some(ProtocolVersion { major, minor }),
            Self::Patching(numbers) => windows_row::set_patching(content, &numbers)?,
        }
        Ok(())
    }
}

impl BinaryRow {
    fn new(b: &BinaryPackage) -> Self {
        Self {
            name: b.name.clone(),
            architecture: b.architecture.clone(),
            version: b.version.clone(),
            path: b.path.clone(),
            size: b.size,
            sha256: b.sha256.0,
            phased_percent: b.phased_percent,
        }
    }

    fn into_binary(self) -> BinaryPackage {
        BinaryPackage {
            name: self.name,
            architecture: self.architecture,
            version: self.version,
            path: self.path,
            size: self.size,
            sha256: Sha256(self.sha256),
            phased_percent: self.phased_percent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_two_way() {
        for (number, kind) in (0u8..).zip(KINDS) {
            assert_eq!(kind_number(kind), number);
        }
    }
}
