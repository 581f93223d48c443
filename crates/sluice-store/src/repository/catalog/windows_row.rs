//! The packed form of what Microsoft's metadata says of a revision.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sluice_model::{
    DriverTarget, PatchingType, RevisionRef, Severity, UpdateId, WindowsCategory, WindowsContent, WindowsFile,
};
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
pub(super) struct WindowsRow {
    category: Option<u8>,
    prerequisites: Vec<Vec<[u8; 16]>>,
    /// (update, revision number)
    bundled: Vec<Vec<([u8; 16], u32)>>,
    supersedes: Vec<[u8; 16]>,
    files: Vec<FileRow>,
    drivers: Vec<DriverRow>,
    explicitly_deployable: bool,
    expired: bool,
    uninstallable: bool,
    licence: Option<[u8; 16]>,
    severity: Option<u8>,
    articles: Vec<String>,
    max_download_size: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct FileRow {
    name: String,
    size: u64,
    sha1: [u8; 20],
    sha256: Option<[u8; 32]>,
}

#[derive(Serialize, Deserialize)]
struct DriverRow {
    hardware_id: String,
    /// (year, month, day)
    date: Option<(i16, i8, i8)>,
    version: u64,
    class: String,
    provider: String,
    manufacturer: String,
    model: String,
    compatible_providers: Vec<String>,
    feature_scores: Vec<(String, u8)>,
    distribution_computers: Vec<[u8; 16]>,
    target_computers: Vec<[u8; 16]>,
}

const CATEGORIES: [WindowsCategory; 4] = [
    WindowsCategory::Company,
    WindowsCategory::ProductFamily,
    WindowsCategory::Product,
    WindowsCategory::Classification,
];

fn category_number(category: WindowsCategory) -> u8 {
    match category {
        WindowsCategory::Company => 0,
        WindowsCategory::ProductFamily => 1,
        WindowsCategory::Product => 2,
        WindowsCategory::Classification => 3,
    }
}

fn severity_number(severity: Severity) -> u8 {
    match severity {
        Severity::Low => 0,
        Severity::Moderate => 1,
        Severity::Important => 2,
        Severity::Critical => 3,
    }
}

/// The value of a number of a fixed list.
fn of_number<T: Copy>(all: &[T], what: &str, number: Option<u8>) -> Result<Option<T>, String> {
    let find = |n: u8| all.get(usize::from(n)).copied().ok_or_else(|| format!("unknown {what} {n}"));
    number.map(find).transpose()
}

fn updates(ids: &[UpdateId]) -> Vec<[u8; 16]> {
    ids.iter().map(|id| id.0.into_bytes()).collect()
}

fn update_ids(rows: Vec<[u8; 16]>) -> Vec<UpdateId> {
    rows.into_iter().map(|id| UpdateId(Uuid::from_bytes(id))).collect()
}

fn uuids(rows: Vec<[u8; 16]>) -> Vec<Uuid> {
    rows.into_iter().map(Uuid::from_bytes).collect()
}

/// The patching types of a revision's files, in their order. Apart from the row, whose packing
/// cannot change; empty when nothing is known of any.
pub(super) fn patching_numbers(c: &WindowsContent) -> Vec<u8> {
    if c.files.iter().all(|file| file.patching == PatchingType::Unknown) {
        return Vec::new();
    }
    c.files.iter().map(|file| patching_number(file.patching)).collect()
}

/// Gives files their patching types back.
pub(super) fn set_patching(c: &mut WindowsContent, numbers: &[u8]) -> Result<(), String> {
    if numbers.len() != c.files.len() {
        return Err(format!("{} patching types for {} files", numbers.len(), c.files.len()));
    }
    for (file, number) in c.files.iter_mut().zip(numbers) {
        let patching = of_number(&PatchingType::ALL, "patching type", Some(*number))?;
        file.patching = patching.unwrap_or_default();
    }
    Ok(())
}

fn patching_number(patching: PatchingType) -> u8 {
    match patching {
        PatchingType::Unknown => 0,
        PatchingType::SelfContained => 1,
        PatchingType::Express => 2,
        PatchingType::Other => 3,
    }
}

impl WindowsRow {
    pub(super) fn new(c: &WindowsContent) -> Self {
        let member = |m: &RevisionRef| (m.update.0.into_bytes(), m.number);
        let file = |f: &WindowsFile| FileRow { name: f.name.clone(), size: f.size, sha1: f.sha1, sha256: f.sha256 };
        Self {
            category: c.category.map(category_number),
            prerequisites: c.prerequisites.iter().map(|clause| updates(clause)).collect(),
            bundled: c.bundled.iter().map(|clause| clause.iter().map(member).collect()).collect(),
            supersedes: updates(&c.supersedes),
            files: c.files.iter().map(file).collect(),
            drivers: c.drivers.iter().map(DriverRow::new).collect(),
            explicitly_deployable: c.explicitly_deployable,
            expired: c.expired,
            uninstallable: c.uninstallable,
            licence: c.licence.map(Uuid::into_bytes),
            severity: c.severity.map(severity_number),
            articles: c.articles.clone(),
            max_download_size: c.max_download_size,
        }
    }

    pub(super) fn into_content(self) -> Result<WindowsContent, String> {
        let member = |(id, number)| RevisionRef { update: UpdateId(Uuid::from_bytes(id)), number };
        let file = |f: FileRow| WindowsFile {
            name: f.name,
            size: f.size,
            sha1: f.sha1,
            sha256: f.sha256,
            patching: PatchingType::Unknown,
        };
        Ok(WindowsContent {
            category: of_number(&CATEGORIES, "kind of category", self.category)?,
            prerequisites: self.prerequisites.into_iter().map(update_ids).collect(),
            bundled: self.bundled.into_iter().map(|clause| clause.into_iter().map(member).collect()).collect(),
            supersedes: update_ids(self.supersedes),
            files: self.files.into_iter().map(file).collect(),
            drivers: self.drivers.into_iter().map(DriverRow::into_driver).collect::<Result<_, _>>()?,
            explicitly_deployable: self.explicitly_deployable,
            expired: self.expired,
            uninstallable: self.uninstallable,
            licence: self.licence.map(Uuid::from_bytes),
            severity: of_number(&Severity::ALL, "severity", self.severity)?,
            articles: self.articles,
            max_download_size: self.max_download_size,
            compatible_protocol: None,
        })
    }
}

impl DriverRow {
    fn new(d: &DriverTarget) -> Self {
        let ids = |ids: &[Uuid]| ids.iter().map(|id| id.into_bytes()).collect();
        Self {
            hardware_id: d.hardware_id.clone(),
            date: d.date.map(|date| (date.year(), date.month(), date.day())),
            version: d.version,
            class: d.class.clone(),
            provider: d.provider.clone(),
            manufacturer: d.manufacturer.clone(),
            model: d.model.clone(),
            compatible_providers: d.compatible_providers.clone(),
            feature_scores: d.feature_scores.clone(),
            distribution_computers: ids(&d.distribution_computers),
            target_computers: ids(&d.target_computers),
        }
    }

    fn into_driver(self) -> Result<DriverTarget, String> {
        let date =
            |(year, month, day)| Date::new(year, month, day).map_err(|_| format!("{year}-{month}-{day} is no date"));
        Ok(DriverTarget {
            hardware_id: self.hardware_id,
            date: self.date.map(date).transpose()?,
            version: self.version,
            class: self.class,
            provider: self.provider,
            manufacturer: self.manufacturer,
            model: self.model,
            compatible_providers: self.compatible_providers,
            feature_scores: self.feature_scores,
            distribution_computers: uuids(self.distribution_computers),
            target_computers: uuids(self.target_computers),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_two_way() {
        for (number, category) in (0u8..).zip(CATEGORIES) {
            assert_eq!(category_number(category), number);
        }
        for (number, patching) in (0u8..).zip(PatchingType::ALL) {
            assert_eq!(patching_number(patching), number);
        }
        for (number, severity) in (0u8..).zip(Severity::ALL) {
            assert_eq!(severity_number(severity), number);
        }
        assert_eq!(of_number(&CATEGORIES, "kind of category", Some(4)).unwrap_err(), "unknown kind of category 4");
    }

    #[test]
    fn content_comes_back() {
        let id = |n| UpdateId(Uuid::from_u128(n));
        let member = |n, number| RevisionRef { update: id(n), number };
        let content = WindowsContent {
            category: Some(WindowsCategory::Product),
            prerequisites: vec![vec![id(1)], vec![id(2), id(3)]],
            bundled: vec![vec![member(4, 200), member(5, 1)]],
            supersedes: vec![id(6)],
            files: vec![WindowsFile {
                name: "a.cab".into(),
                size: 5 << 32,
                sha1: [1; 20],
                sha256: Some([2; 32]),
                patching: PatchingType::Express,
            }],
            drivers: vec![DriverTarget {
                hardware_id: r"pci\ven_8086&dev_1539".into(),
                date: Some(Date::constant(2026, 2, 28)),
                version: 12 << 48,
                feature_scores: vec![("AMD64.10.0".into(), 255)],
                distribution_computers: vec![Uuid::from_u128(7)],
                ..DriverTarget::default()
            }],
            explicitly_deployable: true,
            licence: Some(Uuid::from_u128(8)),
            severity: Some(Severity::Critical),
            articles: vec!["5034441".into()],
            max_download_size: Some(u64::MAX),
            ..WindowsContent::default()
        };
        let mut back = WindowsRow::new(&content).into_content().unwrap();
        assert_eq!(back.files[0].patching, PatchingType::Unknown);
        set_patching(&mut back, &patching_numbers(&content)).unwrap();
        assert_eq!(back, content);
        assert!(set_patching(&mut back, &[1, 1]).is_err());
        assert_eq!(set_patching(&mut back, &[9]).unwrap_err(), "unknown patching type 9");
        let mut row = WindowsRow::new(&content);
        row.drivers[0].date = Some((2026, 2, 30));
        assert_eq!(row.into_content().unwrap_err(), "2026-2-30 is no date");
    }
}
