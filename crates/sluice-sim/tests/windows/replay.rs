//! The recorded answers of a real WSUS, given in their order: the client must understand all of them and ask for each.

use std::fs;
use std::sync::{Arc, Mutex};

use sluice_sim::windows::{
    Behaviour, Profile, Reaction, Server, ServerOptions, UpdateStatus, VirtualMachine, WindowsClient,
};
use sluice_wsus::messages::client::SyncUpdates;
use sluice_wsus::soap::{Envelope, Limits, Message};

use crate::http::{HttpServer, Request, Response};
use crate::recorded::{captures, recorded};

fn operation(request: &Request) -> String {
    request.headers["soapaction"].trim_matches('"').rsplit('/').next().expect("an operation").to_owned()
}

#[tokio::test]
async fn a_recorded_category_scan_is_understood() {
    let numbers = 1..=10;
    let answers: Option<Vec<_>> = numbers.map(|n| recorded(&format!("scan/{n:06}"))).collect();
    let Some(mut answers) = answers else { return };
    answers.push(recorded("flow/000016").expect("an answer to a report"));
    let log: Arc<Mutex<Vec<Request>>> = Arc::default();
    let http = {
        let log = Arc::clone(&log);
        HttpServer::start(move |request| {
            let mut log = log.lock().expect("a log");
            let (status, body) = answers.get(log.len()).cloned().unwrap_or((404, Vec::new()));
            log.push(request);
            Response::new(status, body).header("Content-Type", "text/xml; charset=utf-8")
        })
        .await
    };
    // The recording is of 4 October 2026; its cookie lives for an hour.
    let server = Server::new(&ServerOptions::plain(&http.url), crate::host("2026-10-04T15:03:36Z")).expect("a server");
    let machine = VirtualMachine::new(Profile::Windows11Pro25H2, 1, 1);
    let category = "dd78b8a1-0b20-45c1-add6-4da72e9364cf".parse().expect("a category");
    let behaviour = Behaviour { categories: vec![category], ..Behaviour::default() };
    let mut client = WindowsClient::new(machine, server, behaviour);

    let outcome = client.scan().await.expect("a scan");
    assert_eq!((outcome.round_trips, outcome.software_rounds, outcome.new_updates), (4, 3, 3));
    assert_eq!((outcome.cached, outcome.offered.len(), outcome.driver_pass), (3, 0, true));
    assert_eq!(outcome.reactions, Vec::<Reaction>::new());
    assert_eq!(outcome.complaints, []);
    // Company and family are installed and others depend on them; the category itself is a leaf.
    assert_eq!(client.cached_ids(), (vec![108_226, 108_231], vec![72571], vec![]));
    assert_eq!(client.status_of(sluice_model::id::UpdateId(category)), Some(UpdateStatus::Installed));
    assert_eq!(client.report().await.expect("a report").events, 2);

    let log = log.lock().expect("a log");
    let operations: Vec<String> = log.iter().map(operation).collect();
    let rounds = ["SyncUpdates"; 4];
    let first = ["GetConfig", "GetAuthorizationCookie", "GetCookie", "RegisterComputer", "StartCategoryScan"];
    let last = ["GetExtendedUpdateInfo", "ReportEventBatch"];
    assert_eq!(operations, [&first[..], &rounds, &last].concat());
    compare_with_recorded(&log[..10]);
}

/// Every request has the elements of the recorded one, in its order.
fn compare_with_recorded(log: &[Request]) {
    let Some(captures) = captures() else { return };
    for (n, request) in (1..).zip(log) {
        let recorded = fs::read_to_string(captures.join(format!("wua-wsus/scan/{n:06}/request.body"))).expect("a body");
        let ours = std::str::from_utf8(&request.body).expect("text");
        let skeleton = |text: &str| {
            let mut names: Vec<String> = text
                .split('<')
                .skip(1)
                .filter_map(|tag| tag.split(['>', ' ', '/']).next())
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect();
            // Machines have different numbers of devices with different ids and drivers.
            names.dedup();
            if let (Some(from), Some(to)) =
                (names.iter().position(|name| name == "SystemSpec"), names.iter().position(|n| n == "SkipSoftwareSync"))
            {
                names.drain(from + 1..to);
            }
            names
        };
        assert_eq!(skeleton(ours), skeleton(&recorded), "request {n}");
        let path = fs::read_to_string(captures.join(format!("wua-wsus/scan/{n:06}/request.headers"))).expect("headers");
        assert_eq!(path.split(' ').nth(1), Some(request.path.as_str()), "request {n}");
        for line in path.lines().skip(1).filter_map(|line| line.split_once(": ")) {
            let (name, value) = line;
            let own = request.headers.get(&name.to_lowercase());
            let is_own_value = matches!(name, "MS-CV" | "Content-Length" | "Host");
            assert!(own.is_some_and(|own| is_own_value || own == value), "request {n}: {name}: {own:?}");
        }
    }
}

/// The driver pass: one of the recorded requests beside ours.
#[tokio::test]
async fn the_driver_pass_has_the_size_of_a_real_one() {
    let machine = VirtualMachine::new(Profile::Windows11Pro25H2, 1, 1);
    let log: Arc<Mutex<Vec<Request>>> = Arc::default();
    let Some(config) = recorded("scan/000001") else { return };
    let answers = [config, recorded("scan/000002").expect("2"), recorded("scan/000003").expect("3")];
    let rest =
        [recorded("scan/000004").expect("4"), recorded("scan/000009").expect("9"), recorded("scan/000009").expect("9")];
    let http = {
        let log = Arc::clone(&log);
        let answers: Vec<_> = answers.into_iter().chain(rest).collect();
        HttpServer::start(move |request| {
            let mut log = log.lock().expect("a log");
            let (status, body) = answers.get(log.len()).cloned().unwrap_or((404, Vec::new()));
            log.push(request);
            Response::new(status, body)
        })
        .await
    };
    let server = Server::new(&ServerOptions::plain(&http.url), crate::host("2026-10-04T15:03:36Z")).expect("a server");
    let mut client = WindowsClient::new(machine, server, Behaviour::default());
    let outcome = client.scan().await.expect("a scan");
    assert_eq!((outcome.round_trips, outcome.cached), (2, 0));
    let log = log.lock().expect("a log");
    let body = std::str::from_utf8(&log[5].body).expect("text");
    assert!((15_000..60_000).contains(&body.len()), "{}", body.len());
    let mut envelope = Envelope::open(body, Limits::REQUEST).expect("an envelope");
    let parameters = SyncUpdates::read(&mut envelope.body).expect("a request").parameters.expect("parameters");
    assert!(parameters.skip_software_sync && parameters.system_spec.len() >= 68);
    assert!(parameters.other_cached_update_ids.is_empty());
    assert_eq!(parameters.feature_score_matching_key, "AMD64.10.0");
}
