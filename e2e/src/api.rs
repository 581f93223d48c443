//! A client of the REST API, with an administrator's token.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::Value;

/// Longest a request may take.
const REQUEST_LIMIT: Duration = Duration::from_secs(60);

/// A client of one site's REST API. Paths are below `/api/v1`: `/devices?limit=1000`.
#[derive(Clone, Debug)]
pub struct Api {
    http: reqwest::Client,
    address: String,
    token: String,
}

/// What the site answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body; null when there is none.
    pub body: Value,
}

impl Api {
    /// A client of the site at `address` (`http://127.0.0.1:8480`).
    ///
    /// # Panics
    /// When TLS cannot be set up.
    #[must_use]
    pub fn new(address: &str, token: &str) -> Self {
        // Fails when a test made one before: as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(REQUEST_LIMIT).build().expect("a plain client");
        Self { http, address: address.to_owned(), token: token.to_owned() }
    }

    /// The same client with another token; an empty one: none.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// Sends a request and returns whatever the site answers.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.request(method, format!("{}/api/v1{path}", self.address));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let status = response.status();
        let text = response.text().await?;
        let body =
            serde_json::from_str(&text).unwrap_or(if text.is_empty() { Value::Null } else { Value::String(text) });
        Ok(Answer { status, body })
    }

    /// # Panics
    /// When the site does not answer or refuses.
    pub async fn get(&self, path: &str) -> Value {
        self.done(Method::GET, path, None).await
    }

    /// # Panics
    /// When the site does not answer or refuses.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.done(Method::POST, path, Some(&body)).await
    }

    /// # Panics
    /// When the site does not answer or refuses.
    pub async fn patch(&self, path: &str, body: Value) -> Value {
        self.done(Method::PATCH, path, Some(&body)).await
    }

    /// # Panics
    /// When the site does not answer or refuses.
    pub async fn delete(&self, path: &str) -> Value {
        self.done(Method::DELETE, path, None).await
    }

    async fn done(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let answer = self.send(method.clone(), path, body).await;
        let answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error:?}"));
        assert!(answer.status.is_success(), "{method} {path}: {}\n{:#}", answer.status, answer.body);
        answer.body
    }
}
