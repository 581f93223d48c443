//! What stands after the question mark of a page's address.

use std::str::FromStr;

use axum::http::Uri;
use sluice_site::{PageRequest, SiteError, SiteResult};
use uuid::Uuid;

use super::address::Address;
use crate::problem::echo;

/// The parameters of a request, in their order.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads an address.
    ///
    /// # Errors
    /// When it is not UTF-8.
    pub fn of(uri: &Uri) -> SiteResult<Self> {
        axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri).map(|query| Self(query.0)).map_err(|_| {
            SiteError::invalid("query", "the address cannot be read", "Use the links and forms of the console.")
        })
    }

    /// A parameter's text, without white space around it; `None` when absent or empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// An identifier.
    ///
    /// # Errors
    /// When it is none.
    pub fn id(&self, name: &'static str) -> SiteResult<Option<Uuid>> {
        self.parsed(name, |text| Uuid::try_parse(text).ok())
    }

    /// One of several words.
    ///
    /// # Errors
    /// When it is none of them.
    pub fn word<T: FromStr>(&self, name: &'static str) -> SiteResult<Option<T>> {
        self.parsed(name, |text| text.parse().ok())
    }

    /// Whether a switch is on.
    pub fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// The part of a list that is wanted.
    ///
    /// # Errors
    /// When the limit is no number.
    pub fn page(&self) -> SiteResult<PageRequest> {
        let limit = self.parsed("limit", |text| text.parse().ok())?;
        Ok(PageRequest { cursor: self.text("cursor").map(str::to_owned), limit })
    }

    /// The address of the same page with these of its parameters.
    pub fn address(&self, path: impl Into<String>, kept: &[&str]) -> Address {
        kept.iter().fold(Address::new(path), |address, name| address.with(name, self.text(name).unwrap_or_default()))
    }

    fn parsed<T>(&self, name: &'static str, parse: impl Fn(&str) -> Option<T>) -> SiteResult<Option<T>> {
        self.text(name)
            .map(|text| {
                parse(text).ok_or_else(|| {
                    let message = format!("`{}` is nothing that `{name}` can be", echo(text));
                    SiteError::invalid(name, message, "Use the links and forms of the console.")
                })
            })
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters() {
        let query = Query::of(&"/x?text=+a%26b+&id=7&descending=true&empty=".parse().unwrap()).unwrap();
        assert_eq!(query.text("text"), Some("a&b"));
        assert_eq!(query.text("empty"), None);
        assert!(query.flag("descending"));
        assert!(query.id("id").is_err());
        assert!(query.id("none").unwrap().is_none());
        assert_eq!(query.address("/y", &["text", "none"]).to_string(), "/y?text=a%26b");
    }
}
