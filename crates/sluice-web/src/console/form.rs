//! Forms that change something.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::Method;
use uuid::Uuid;

use super::refusal::Refusal;
use super::visit::Visit;
use crate::admin::AdminState;

/// The fields of a form, in their order.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// The value of a field, without white space around it; empty when it was not sent.
    pub fn one(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The value of a field as it was sent.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The values of a field that was sent several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// The identifiers of a field that was sent several times; `None` when one is not an
    /// identifier.
    pub fn ids(&self, name: &str) -> Option<Vec<Uuid>> {
        self.all(name).filter(|text| !text.is_empty()).map(|text| Uuid::try_parse(text).ok()).collect()
    }

    /// The fields of a request.
    async fn of<S: Send + Sync>(request: Request, state: &S) -> Result<Self, Refusal> {
        if request.method() != Method::POST {
            return Err(Refusal::NoSuchMethod);
        }
        let fields = axum::extract::Form::<Vec<(String, String)>>::from_request(request, state).await;
        fields.map(|fields| Self(fields.0)).map_err(|_| Refusal::BadForm)
    }
}

/// A form from before a session.
pub struct Unsigned(pub Form);

impl<S: Send + Sync> FromRequest<S> for Unsigned {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        Form::of(request, state).await.map(Self)
    }
}

/// A form of a session: sent by its browser, from a page that was made for it.
pub struct Posted {
    pub visit: Visit,
    pub form: Form,
}

impl FromRequest<AdminState> for Posted {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AdminState) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, state).await?;
        let form = Form::of(Request::from_parts(parts, body), state).await?;
        if !visit.is_own_form(form.raw("csrf")) {
            return Err(Refusal::StaleForm);
        }
        Ok(Self { visit, form })
    }
}
