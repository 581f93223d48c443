//! Where a bucket is: `s3://bucket/prefix?endpoint=…&region=…&style=…`.

use std::fmt;

use reqwest::Url;
use rusty_s3::{Bucket, UrlStyle};

use crate::error::ContentError;

/// The region when none is given; servers of one's own do not care.
const REGION: &str = "us-east-1";

/// A bucket, and the folder in it.
#[derive(Clone, Debug)]
pub struct S3Location {
    pub(crate) bucket: Bucket,
    /// Without slashes around it; may be empty.
    pub(crate) prefix: String,
}

/// The keys of an S3 account. They are never shown.
#[derive(Clone)]
pub struct S3Credentials {
    /// Access key id.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: String,
    /// Of temporary credentials.
    pub session_token: Option<String>,
}

impl fmt::Debug for S3Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("S3Credentials(***)")
    }
}

impl S3Location {
    /// Reads an address. Without `endpoint` it is one of Amazon's, by region. `style` is `path`
    /// (the bucket in the path, as servers of one's own have it) or `virtual` (in the host name).
    ///
    /// # Errors
    /// [`ContentError::Location`] with what is wrong.
    pub fn parse(text: &str) -> Result<Self, ContentError> {
        let wrong = |what: &str| ContentError::Location { what: what.to_owned() };
        let url = Url::parse(text).map_err(|_| wrong("it is no address"))?;
        if url.scheme() != "s3" {
            return Err(wrong("it does not begin with s3://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it has credentials in it, which belong in environment variables or a file"));
        }
        let name = url.host_str().filter(|name| !name.is_empty()).ok_or_else(|| wrong("it names no bucket"))?;
        let (mut endpoint, mut region, mut style) = (None, REGION.to_owned(), None);
        for (key, value) in url.query_pairs() {
            match key.as_ref() {
                "endpoint" => endpoint = Some(value.into_owned()),
                "region" => region = value.into_owned(),
                "style" if value == "path" => style = Some(UrlStyle::Path),
                "style" if value == "virtual" => style = Some(UrlStyle::VirtualHost),
                "style" => return Err(wrong("the style is neither path nor virtual")),
                _ => return Err(wrong("it has a parameter other than endpoint, region and style")),
            }
        }
        let style = style.unwrap_or(if endpoint.is_some() { UrlStyle::Path } else { UrlStyle::VirtualHost });
        let endpoint = endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        let endpoint = Url::parse(&endpoint).map_err(|_| wrong("the endpoint is no address"))?;
        let bucket = Bucket::new(endpoint, style, name.to_owned(), region);
        let bucket = bucket.map_err(|_| wrong("the endpoint is no address of an HTTP server"))?;
        let prefix = url.path().trim_matches('/').to_owned();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
        if !prefix.bytes().all(plain) || prefix.split('/').any(|part| part == "." || part == "..") {
            return Err(wrong("the prefix has other characters than letters, digits and -_./"));
        }
        Ok(Self { bucket, prefix })
    }

    /// The key of a path below the prefix.
    pub(crate) fn key(&self, path: &str) -> String {
        if self.prefix.is_empty() { path.to_owned() } else { format!("{}/{path}", self.prefix) }
    }
}

/// For people: without anything secret, which it never has.
impl fmt::Display for S3Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{} at {}", self.bucket.name(), self.prefix, self.bucket.base_url())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let shown = |text: &str| S3Location::parse(text).map(|location| location.to_string());
        assert_eq!(
            shown("s3://updates/a/b/?endpoint=http://127.0.0.1:9000&region=x").unwrap(),
            "s3://updates/a/b at http://127.0.0.1:9000/updates/"
        );
        assert_eq!(
            shown("s3://updates?region=eu-west-1").unwrap(),
            "s3://updates/ at https://updates.s3.eu-west-1.amazonaws.com/"
        );
        assert_eq!(
            shown("s3://updates?style=path").unwrap(),
            "s3://updates/ at https://s3.us-east-1.amazonaws.com/updates/"
        );
        let location = S3Location::parse("s3://updates/a?endpoint=http://h").unwrap();
        assert_eq!(location.key("49/X"), "a/49/X");
    }

    #[test]
    fn wrong_addresses_are_refused() {
        for wrong in [
            "",
            "https://bucket",
            "s3://",
            "s3://key:secret@bucket",
            "s3://b?style=odd",
            "s3://b?secret=x",
            "s3://b?endpoint=file:///etc",
            "s3://b?endpoint=x",
            "s3://b/a b",
        ] {
            let error = S3Location::parse(wrong).map(|location| location.to_string()).unwrap_err();
            assert!(matches!(error, ContentError::Location { .. }), "{wrong}: {error}");
        }
    }
}
