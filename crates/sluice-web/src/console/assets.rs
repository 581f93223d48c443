//! The static files: named by their content, so that browsers keep them for ever.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::refusal::Refusal;
use super::view::shell::AssetUrls;

const STYLE: &str = concat!(
    include_str!("../../static/css/tokens.css"),
    include_str!("../../static/css/base.css"),
    include_str!("../../static/css/layout.css"),
    include_str!("../../static/css/controls.css"),
    include_str!("../../static/css/components.css"),
    include_str!("../../static/css/lists.css"),
);
const SCRIPT: &str = include_str!("../../static/sluice.js");
const ICON: &str = include_str!("../../static/icon.svg");

struct Asset {
    url: String,
    kind: &'static str,
    content: &'static str,
}

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        asset("sluice", "css", "text/css; charset=utf-8", STYLE),
        asset("sluice", "js", "text/javascript; charset=utf-8", SCRIPT),
        asset("icon", "svg", "image/svg+xml", ICON),
    ]
});

fn asset(name: &str, ending: &str, kind: &'static str, content: &'static str) -> Asset {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, content.as_bytes());
    // 64 bits tell versions apart; nobody gains by a collision.
    let digest = hex::encode(digest.as_ref().get(..8).unwrap_or_default());
    Asset { url: format!("/static/{name}.{digest}.{ending}"), kind, content }
}

/// Where the static files are.
pub fn urls() -> AssetUrls {
    let [style, script, icon] = &*ASSETS;
    AssetUrls { style: &style.url, script: &script.url, icon: &icon.url }
}

/// `GET /static/{file}`.
pub async fn serve(Path(file): Path<String>) -> Result<Response, Refusal> {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.url.strip_prefix("/static/") == Some(file.as_str()))
        .ok_or_else(Refusal::no_such_page)?;
    let headers = [(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, Bytes::from_static(asset.content.as_bytes())).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_are_found_by_the_address_pages_name() {
        for url in [urls().style, urls().script, urls().icon] {
            let response = serve(Path(url.trim_start_matches("/static/").to_owned())).await.unwrap();
            assert!(response.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        }
        assert!(serve(Path("sluice.0000000000000000.css".into())).await.is_err());
    }

    /// The console depends on nobody else's server.
    #[test]
    fn nothing_is_fetched_from_elsewhere() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("http://") && !text.contains("https://") && !text.contains("@import"));
        }
    }
}
