//! Whether a form before a session was sent from this site. There is no session's token yet, so
//! the browser's own word is taken: without it somebody else's page could sign a visitor in under
//! an account that is not the visitor's.

use axum::http::HeaderMap;
use axum::http::header::{HOST, HeaderName, ORIGIN, REFERER};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether the browser says that the form came from a page of this site. Programs that are no
/// browsers send none of the headers and hold no cookies that could be misused.
pub fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text(&FETCH_SITE) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(claimed) = text(&ORIGIN).or_else(|| text(&REFERER)) else { return true };
    let host = claimed.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or(""));
    !host.is_empty() && text(&HOST).is_some_and(|own| own.eq_ignore_ascii_case(host))
}

/// A path of this site to go to, from an address that anybody may have written.
pub fn local(next: &str) -> &str {
    let fine = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '#'])
        && next.bytes().all(|b| (0x21..0x7f).contains(&b));
    if fine { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn other_sites_are_refused() {
        assert!(is_own(&headers(&[("sec-fetch-site", "same-origin"), ("host", "a")])));
        assert!(!is_own(&headers(&[("sec-fetch-site", "cross-site"), ("host", "a"), ("origin", "http://a")])));
        assert!(!is_own(&headers(&[("sec-fetch-site", "same-site"), ("host", "a")])));
        assert!(is_own(&headers(&[("origin", "https://a:8443"), ("host", "a:8443")])));
        assert!(!is_own(&headers(&[("origin", "https://evil"), ("host", "a")])));
        assert!(!is_own(&headers(&[("origin", "null"), ("host", "a")])));
        assert!(!is_own(&headers(&[("referer", "https://evil/a"), ("host", "a")])));
        assert!(is_own(&headers(&[("host", "a")])));
    }

    #[test]
    fn only_paths_of_this_site() {
        for good in ["/", "/updates?text=a%20b&state=required"] {
            assert_eq!(local(good), good);
        }
        for bad in ["", "//evil", "https://evil", "/\\evil", "/a\r\nb", "updates", "javascript:1"] {
            assert_eq!(local(bad), "/", "{bad}");
        }
    }
}
