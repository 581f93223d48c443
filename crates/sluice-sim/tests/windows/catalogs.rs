//! Generated catalogs: what a machine needs of one can be installed, and then it needs it no more.

use std::collections::{HashMap, HashSet};

use sluice_model::id::UpdateId;
use sluice_sim::windows::catalog::{Catalog, CatalogShape};
use sluice_sim::windows::{Behaviour, Profile, VirtualMachine, WindowsClient};
use sluice_wsus::messages::shared::DeploymentAction;
use sluice_wsus::update::UpdateDocument;
use sluice_wsus::update::document::UpdateType;

use crate::spec::{File, Spec, Update};

/// The catalog as a server has it, and the number of each update there.
fn updates(catalog: &Catalog) -> (Vec<Update>, HashMap<UpdateId, u32>) {
    let texts: Vec<String> = catalog.documents().map(|document| document.to_xml()).collect();
    let documents: Vec<UpdateDocument<'_>> =
        texts.iter().map(|text| UpdateDocument::parse(text).expect("a document")).collect();
    // The newest revision of each update.
    let mut newest: HashMap<UpdateId, u32> = HashMap::new();
    for document in &documents {
        let number = newest.entry(document.revision.id).or_default();
        *number = (*number).max(document.revision.number);
    }
    let documents: Vec<&UpdateDocument<'_>> =
        documents.iter().filter(|document| newest[&document.revision.id] == document.revision.number).collect();
    let numbers: HashMap<UpdateId, u32> =
        (1..).zip(&documents).map(|(n, document)| (document.revision.id, n)).collect();
    let named = |document: &&UpdateDocument<'_>| document.relationships.prerequisites.clone();
    let depended_on: HashSet<UpdateId> = documents.iter().flat_map(named).flat_map(|clause| clause.any_of).collect();
    let members: HashSet<UpdateId> =
        documents.iter().flat_map(|d| &d.relationships.bundled).flat_map(|c| &c.any_of).map(|r| r.id).collect();
    let update = |document: &&UpdateDocument<'_>| {
        let id = document.revision.id;
        let fragments = document.fragments().expect("fragments");
        let (kind, action) = match document.properties.update_type {
            UpdateType::Software if members.contains(&id) => ("Software", DeploymentAction::Bundle),
            UpdateType::Software => ("Software", DeploymentAction::PreDeploymentCheck),
            UpdateType::Driver => ("Driver", DeploymentAction::PreDeploymentCheck),
            UpdateType::Category => ("Category", DeploymentAction::Evaluate),
            UpdateType::Detectoid => ("Detectoid", DeploymentAction::Evaluate),
        };
        let localized = fragments.localized.first().map(|text| text.xml.clone()).unwrap_or_default();
        let texts = [fragments.core, fragments.extended, localized];
        let mut update = Update::of_document(numbers[&id], kind, texts, action);
        update.is_leaf = !depended_on.contains(&id);
        let clauses = document.relationships.prerequisites.iter();
        update.prerequisites =
            clauses.map(|clause| clause.any_of.iter().filter_map(|id| numbers.get(id).copied()).collect()).collect();
        let content = |sha1| catalog.content(sha1).expect("content");
        update.files = document.files.iter().map(|file| File::of(&file.name, content(&file.sha1))).collect();
        update
    };
    (documents.iter().map(update).collect(), numbers)
}

#[tokio::test]
async fn what_machines_need_of_a_generated_catalog_can_be_installed() {
    let catalog = Catalog::new(CatalogShape::small(), 1);
    let (updates, numbers) = updates(&catalog);
    for profile in Profile::ALL {
        let spec = Spec::start(updates.clone()).await;
        let machine = VirtualMachine::new(profile, 1, 1);
        let mut client = WindowsClient::new(machine, crate::server(&spec.url), Behaviour::default());
        let first = client.scan().await.expect("a scan");
        assert_eq!(first.complaints, [], "{profile}");
        assert!(!first.needed.is_empty() && first.to_install.is_empty(), "{profile}");
        assert!(first.round_trips < 30 && first.cached > 60, "{profile}: {} {}", first.round_trips, first.cached);
        for update in &first.needed {
            spec.change(numbers[update], |update| update.deployment.action = DeploymentAction::Install);
        }
        let approved = client.scan().await.expect("a scan");
        assert_eq!((approved.changed, &approved.needed), (first.needed.len(), &first.needed), "{profile}");
        let installed = client.install().await;
        assert_eq!(installed.failed, [], "{profile}");
        client.restart();
        let last = client.scan().await.expect("a scan");
        assert_eq!((last.to_install, last.complaints), (vec![], vec![]), "{profile}");
        for update in installed.installed.iter().chain(&installed.restart_pending) {
            assert!(last.installed.contains(update), "{profile}: {update}");
        }
    }
}
