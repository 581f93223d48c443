//! Updates whose metadata has tens of megabytes.

use std::sync::Arc;

use sluice_sim::windows::{Behaviour, WindowsClient};

use crate::spec::{Spec, Update, id};

/// A package with a manifest of so many bytes.
fn rules(bytes: usize) -> String {
    let component = r#"<component name="x" version="1.0.0.0"><file name="a.dll" hash="0123456789abcdef"/></component>"#;
    let manifest = component.repeat(bytes / component.len());
    format!(
        r#"<Metadata><CbsPackageApplicabilityMetadata><assembly xmlns="urn:schemas-microsoft-com:asm.v3"><assemblyIdentity name="Package_Test" version="1.0.0.1" language="neutral" processorArchitecture="amd64" publicKeyToken="31bf3856ad364e35" /><package>{manifest}</package></assembly></CbsPackageApplicabilityMetadata></Metadata><IsInstalled><CbsPackageInstalled /></IsInstalled><IsInstallable><CbsPackageInstallable /></IsInstallable>"#
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manifest_of_twenty_megabytes_is_read_once_and_by_turns() {
    let spec = Spec::start(vec![Update::software(10).install().rules(&rules(20 << 20))]).await;
    // Compressing it in the test's own server would take longer than the test.
    let options =
        sluice_sim::windows::ServerOptions { xpress: false, ..sluice_sim::windows::ServerOptions::plain(&spec.url) };
    let server = sluice_sim::windows::Server::new(&options, crate::host(crate::NOW)).expect("a server");
    let clients = (0..3).map(|number| {
        let mut client = WindowsClient::new(crate::machine(number), Arc::clone(&server), Behaviour::default());
        tokio::spawn(async move {
            assert_eq!(client.scan().await.expect("a scan").to_install, [id(10)]);
            assert_eq!(client.install().await.installed, [id(10)]);
            assert_eq!(client.scan().await.expect("a scan").installed, [id(10)]);
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.expect("it ends");
    }
    assert!(server.meter().received() > 3 * (20 << 20));
}
