//! What all updates have in common, and updates without bundles.

use sluice_model::id::UpdateId;
use sluice_model::update::Classification;
use sluice_wsus::update::document::Revision;
use uuid::Uuid;

use super::super::content::File;
use super::super::document::DocumentKind;
use super::super::ids::{Ids, WINDOWS_11};
use super::super::month::{Month, Published};
use super::{Clause, Handler, Item, Metadata, Planner, Properties, Rules, Text, texts};

/// Revision number of updates.
pub(super) const REVISION: u32 = 200;

/// Version of the products that patches are for.
pub(in crate::windows::catalog) const PATCHED: &str = "3.68.2110.0";

/// The product that a patch is for.
pub(in crate::windows::catalog) fn patch_product(ids: Ids, number: usize) -> Uuid {
    ids.uuid("patched product", number)
}

/// An update that is shown.
pub(super) struct Shown {
    pub texts: Vec<Text>,
    pub product: UpdateId,
    pub class: Classification,
    pub published: Published,
    pub properties: Properties,
    pub superseded: Vec<UpdateId>,
}

/// A member of a bundle.
pub(super) struct Part {
    pub title: String,
    pub prerequisites: Vec<Clause>,
    pub published: Published,
    pub reboot: Option<&'static str>,
    pub superseded: Vec<UpdateId>,
    pub rules: Rules,
    pub files: Vec<File>,
    pub handler: Handler,
}

/// The exact revision of an update here.
pub(super) fn revision(id: UpdateId) -> Revision {
    Revision { id, number: REVISION }
}

/// The words of a cumulative update's titles.
pub(super) fn cumulative_title(month: &str, of: &str, arm64: bool, kb: u32) -> Vec<Text> {
    let [english, german, dutch] = match arm64 {
        false => ["x64-based Systems", "x64-basierte Systeme", "x64-systemen"],
        true => ["arm64-based Systems", "ARM64-basierte Systeme", "arm64-systemen"],
    };
    texts(
        &format!("{month} Cumulative Update for {of} for {english} (KB{kb})"),
        &format!("{month} Kumulatives Update für {of} für {german} (KB{kb})"),
        &format!("{month} Cumulatieve update voor {of} voor {dutch} (KB{kb})"),
        [
            "Install this update to resolve issues in Windows. For a complete listing of the issues that are included in this update, see the associated Microsoft Knowledge Base article for more information. After you install this item, you may have to restart your computer.",
            "Installieren Sie dieses Update, um Probleme in Windows zu beheben. Eine vollständige Liste der behobenen Probleme finden Sie im zugehörigen Microsoft Knowledge Base-Artikel. Nach der Installation müssen Sie den Computer möglicherweise neu starten.",
            "Installeer deze update om problemen in Windows op te lossen. Raadpleeg het bijbehorende Microsoft Knowledge Base-artikel voor een volledige lijst met problemen die in deze update zijn opgelost. Mogelijk moet u de computer opnieuw opstarten.",
        ],
    )
}

impl Planner<'_> {
    /// Adds a bundle of members that are there already.
    pub(super) fn bundle(&mut self, id: UpdateId, shown: Shown, members: Vec<Vec<Revision>>) {
        let item = self.shown(id, shown);
        self.items.push(Item { bundled: members, ..item });
    }

    fn shown(&self, id: UpdateId, shown: Shown) -> Item {
        Item {
            revision: revision(id),
            kind: DocumentKind::Bundle,
            published: shown.published,
            properties: shown.properties,
            texts: shown.texts,
            prerequisites: vec![Clause::Category(shown.product), Clause::Category(UpdateId(shown.class.id().0))],
            bundled: Vec::new(),
            superseded: shown.superseded,
            rules: None,
            files: Vec::new(),
            handler: Handler::None,
        }
    }

    /// Adds a member of a bundle.
    pub(super) fn member(&mut self, id: UpdateId, part: Part) {
        self.items.push(Item {
            revision: revision(id),
            kind: DocumentKind::Member,
            published: part.published,
            properties: Properties { reboot: part.reboot, ..Properties::default() },
            texts: vec![Text { language: "en", description: String::new(), title: part.title }],
            prerequisites: part.prerequisites,
            bundled: Vec::new(),
            superseded: part.superseded,
            rules: Some(part.rules),
            files: part.files,
            handler: part.handler,
        });
    }

    /// Adds updates of one Windows Installer patch each, for products of which machines have the first two.
    pub(super) fn patches(&mut self) {
        for number in 0..self.shape.patches {
            let id = self.ids.update("patch", number);
            let product = patch_product(self.ids, number);
            let patch = format!("{{{}}}", self.ids.uuid("patch code", number));
            let kb = 5_001_700 + u32::try_from(number).unwrap_or(0);
            let title = format!("Update for Windows Update Service components {number} (KB{kb})");
            let metadata = format!(
                "<msiar:MsiPatchMetadata><mspblob:MsiPatch PatchGUID=\"{patch}\" SchemaVersion=\"1.0.0.0\" MinMsiVersion=\"3\"><mspblob:TargetProduct MinMsiVersion=\"3\"><mspblob:TargetProductCode Validate=\"true\">{{{product}}}</mspblob:TargetProductCode><mspblob:TargetVersion Validate=\"true\" ComparisonType=\"Equal\" ComparisonFilter=\"MajorMinor\">{PATCHED}</mspblob:TargetVersion></mspblob:TargetProduct></mspblob:MsiPatch></msiar:MsiPatchMetadata>"
            );
            let mut item = self.shown(
                id,
                Shown {
                    texts: texts(&title, &title, &title, [title.as_str(); 3]),
                    product: UpdateId(WINDOWS_11),
                    class: Classification::Tools,
                    published: Month::before_newest(number).date(number),
                    properties: Properties { kb: Some(kb), removable: true, ..Properties::default() },
                    superseded: Vec::new(),
                },
            );
            item.kind = DocumentKind::Standalone;
            item.rules = Some(Rules {
                installed: "<msiar:MsiPatchInstalled />".to_owned(),
                installable: "<msiar:MsiPatchInstallable />".to_owned(),
                superseded: "<msiar:MsiPatchSuperseded />".to_owned(),
                metadata: Metadata::Text(metadata),
            });
            item.files = vec![self.file(id, 0, format!("KB{kb}-x64.msp"), 1_400_000, "PatchingType=\"SelfContained\"")];
            item.handler = Handler::WindowsInstaller { patch };
            self.items.push(item);
        }
    }
}
