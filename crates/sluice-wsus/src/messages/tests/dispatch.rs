//! The operations are those of the contracts, with their names and namespaces.

use crate::captures::shared_text;
use crate::messages::client::ClientRequest;
use crate::messages::dss_auth::DssAuthRequest;
use crate::messages::reporting::ReportingRequest;
use crate::messages::rollup::RollupRequest;
use crate::messages::server_sync::ServerSyncRequest;
use crate::messages::simple_auth::SimpleAuthRequest;
use crate::soap::{Envelope, Limits, SoapError};

fn envelope(operation: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><{operation} xmlns=\"urn:any\"/>\
         </s:Body></s:Envelope>"
    )
}

/// The SOAPAction of an operation as the service that has it says.
fn action(wsdl: &str, operation: &str) -> Result<String, SoapError> {
    let text = envelope(operation);
    let open = Envelope::open(&text, Limits::REQUEST)?;
    Ok(match wsdl {
        "client.wsdl" => ClientRequest::read(open)?.action(),
        "simpleauth.wsdl" => SimpleAuthRequest::read(open)?.action(),
        "serversync.wsdl" => ServerSyncRequest::read(open)?.action(),
        "dssauth.wsdl" => DssAuthRequest::read(open)?.action(),
        _ if RollupRequest::has(operation) => RollupRequest::read(open)?.action(),
        _ => ReportingRequest::read(open)?.action(),
    })
}

#[test]
fn every_operation_of_the_contracts_is_there_even_empty() {
    let Some(text) = shared_text("protocol/operations.json") else { return };
    let operations: serde_json::Value = serde_json::from_str(&text).unwrap();
    for entry in operations.as_array().unwrap() {
        let field = |name: &str| entry[name].as_str().unwrap();
        assert_eq!(action(field("wsdl"), field("operation")).unwrap(), field("soapAction"));
    }
}

#[test]
fn an_operation_of_another_service_is_unknown() {
    let text = envelope("ReportEventBatch");
    let error = ClientRequest::read(Envelope::open(&text, Limits::REQUEST).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "the service has no operation ReportEventBatch");
}
