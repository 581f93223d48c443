//! The description of the API (OpenAPI 3.1), made from the handlers.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, Info, OpenApi, OpenApiBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{PartialSchema as _, ToSchema as _};

use crate::auth::SESSION_COOKIE;
use crate::problem::Problem;

/// The description, as committed in `docs/openapi.json`.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut openapi = super::documented().1;
    for (path, item) in &mut openapi.paths.paths {
        for (method, operation) in operations(item) {
            operation.operation_id = Some(operation_id(method, path));
            add_refusal(operation);
        }
    }
    let components = openapi.components.get_or_insert_default();
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API token.")).build();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    let cookie = ApiKeyValue::with_description(
        SESSION_COOKIE,
        "The console's session; methods that change something also need the header `X-CSRF-Token`.",
    );
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    openapi
}

/// What is not about any one operation.
pub(super) fn base() -> OpenApi {
    let mut info = Info::new("Sluice", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Software update management. Every refusal is a problem (RFC 9457) that says what failed, \
         why and what to do. Long lists come in pages: pass `next` as `cursor` for the one after."
            .to_owned(),
    );
    let any = ["token", "session"].map(|scheme| SecurityRequirement::new(scheme, Vec::<String>::new()));
    OpenApiBuilder::new().info(info).security(Some(any)).build()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("delete", &mut item.delete),
        ("patch", &mut item.patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// A name of its own for each operation: `get_updates_id_devices`.
fn operation_id(method: &str, path: &str) -> String {
    let path = path.strip_prefix(super::BASE_PATH).unwrap_or(path);
    format!("{method}{}", path.replace(['/', '-'], "_").replace(['{', '}'], ""))
}

fn add_refusal(operation: &mut Operation) {
    let schema = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let refusal = ResponseBuilder::new().description("A refusal").content("application/problem+json", content).build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(refusal));
}

/// Serves the description; it says nothing about the site, so everybody may read it.
pub(super) async fn serve() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(|| openapi().to_json().unwrap_or_default());
    ([(CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The committed description is the one the code makes. `UPDATE=1` writes it.
    #[test]
    fn the_committed_description_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
        let made = format!("{}\n", openapi().to_pretty_json().unwrap());
        #[expect(clippy::disallowed_methods, reason = "a switch for whoever changes the API; tests only")]
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(made == committed, "docs/openapi.json is not current; run this test with UPDATE=1");
    }

    #[test]
    fn every_operation_says_what_it_does() {
        for (path, item) in &mut openapi().paths.paths {
            for (method, operation) in operations(item) {
                assert!(operation.summary.is_some(), "{method} {path}");
                assert!(operation.tags.as_ref().is_some_and(|tags| !tags.is_empty()), "{method} {path}");
            }
        }
    }
}
