//! Speaks to the services as no agent does.

use reqwest::{Body, Certificate, Client};
use sluice_e2e::Site;
use sluice_wsus::messages::client::GetConfigResponse;
use sluice_wsus::messages::{client, reporting};
use sluice_wsus::soap::{AnswerError, ErrorCode, Message, ReceivedFault, SoapVersion, read_response, write_request};

/// The client service.
pub const CLIENT: &str = "ClientWebService/client.asmx";

/// Somebody who writes messages by hand.
#[derive(Clone)]
pub struct Wire {
    http: Client,
    base: String,
}

impl Wire {
    /// Speaks to a site, with TLS and HTTP/1.1.
    pub fn to(site: &Site) -> Self {
        let pem = std::fs::read(site.authority_path()).expect("the site's authority");
        let authority = Certificate::from_pem(&pem).expect("a certificate");
        let http = Client::builder().no_proxy().http1_only().tls_certs_only([authority]).build().expect("a client");
        Self { http, base: format!("https://127.0.0.1:{}", site.client_port()) }
    }

    /// Posts a request; status and answer.
    pub async fn ask<'q, Q: Message<'q>>(&self, request: &Q) -> (u16, String) {
        let service = match Q::SERVICE {
            service if service == client::SERVICE => CLIENT,
            service if service == reporting::SERVICE => "ReportingWebService/ReportingWebService.asmx",
            _ => "SimpleAuthWebService/SimpleAuth.asmx",
        };
        self.post(service, write_request(request, SoapVersion::Soap11)).await.expect("an answer")
    }

    /// Posts a request that must be refused.
    pub async fn fault<'q, Q: Message<'q>>(&self, request: &Q) -> ReceivedFault {
        let (status, answer) = self.ask(request).await;
        assert_eq!(status, 500, "{answer}");
        fault(&answer)
    }

    /// The code with which a request is refused.
    pub async fn refusal<'q, Q: Message<'q>>(&self, request: &Q) -> Option<ErrorCode> {
        self.fault(request).await.code()
    }

    /// Posts a body, whatever it is.
    pub async fn post(&self, path: &str, body: impl Into<Body>) -> Result<(u16, String), reqwest::Error> {
        let request = self.http.post(format!("{}/{path}", self.base)).header("Content-Type", "text/xml; charset=utf-8");
        let answer = request.body(body).send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }
}

/// The fault of an answer.
pub fn fault(answer: &str) -> ReceivedFault {
    match read_response::<GetConfigResponse>(answer) {
        Err(AnswerError::Fault(fault)) => fault,
        other => panic!("{other:?} instead of a fault: {answer}"),
    }
}
