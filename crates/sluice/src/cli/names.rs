//! Names instead of identities, where a name says which one is meant.

use sluice_web::api::collections::Collection;
use sluice_web::api::deployments::list::Deployment;
use sluice_web::api::devices::list::Device;
use sluice_web::api::groups::Group;
use sluice_web::api::sources::list::Source;
use sluice_web::api::updates::list::Update;
use sluice_web::api::updates::selection::SelectableCategory;
use uuid::Uuid;

use super::client::{Api, Query};
use super::error::CliError;
use super::paging::{Extent, rows, whole};
use super::view::clean;

/// Most candidates that are read to find a name, and that are listed when it is not unique.
const CANDIDATES: Extent = Extent { limit: 200, all: false };
const LISTED: usize = 8;

/// Something that has a name.
#[derive(Clone, Debug)]
struct Candidate {
    id: Uuid,
    name: String,
}

/// The one candidate with this name; upper and lower case do not matter.
fn choose(noun: &str, name: &str, candidates: Vec<Candidate>) -> Result<Uuid, CliError> {
    let wanted = name.trim().to_lowercase();
    let found: Vec<_> = candidates.into_iter().filter(|c| c.name.to_lowercase() == wanted).collect();
    unique(noun, name, &found)
}

fn unique(noun: &str, name: &str, found: &[Candidate]) -> Result<Uuid, CliError> {
    match found {
        [one] => Ok(one.id),
        [] => Err(CliError::failed(
            format!("there is no {noun} `{}`", clean(name)),
            String::new(),
            format!("`sluice {noun} list` shows them; names are matched whole."),
        )),
        many => {
            let mut lines: Vec<_> = many.iter().take(LISTED).map(|c| format!("\n    {}  {}", c.id, c.name)).collect();
            if many.len() > LISTED {
                lines.push("\n    …".to_owned());
            }
            Err(CliError::failed(
                format!("`{}` can be more than one {noun}", clean(name)),
                format!("these have that name:{}", lines.concat()),
                "Give the identity of the one that is meant.",
            ))
        }
    }
}

/// A device by identity or host name.
pub(super) async fn device(api: &Api, text: &str) -> Result<Uuid, CliError> {
    if let Ok(id) = Uuid::try_parse(text) {
        return Ok(id);
    }
    let query: Query = vec![("text", text.to_owned())];
    let devices = rows::<Device>(api, "/devices", &query, CANDIDATES).await?.items;
    choose("device", text, devices.into_iter().map(|d| Candidate { id: d.id, name: d.name }).collect())
}

/// Several devices.
pub(super) async fn devices(api: &Api, texts: &[String]) -> Result<Vec<Uuid>, CliError> {
    let mut ids = Vec::with_capacity(texts.len());
    for text in texts {
        ids.push(device(api, text).await?);
    }
    Ok(ids)
}

/// An update by identity, title, or `source version`. A source package's name alone is enough
/// when only one of its updates is current.
pub(super) async fn update(api: &Api, text: &str) -> Result<Uuid, CliError> {
    if let Ok(id) = Uuid::try_parse(text) {
        return Ok(id);
    }
    let any: Query = vec![("text", text.to_owned())];
    let current: Query = vec![("text", text.to_owned()), ("state", "current".to_owned())];
    for query in [any, current] {
        let updates = rows::<Update>(api, "/updates", &query, CANDIDATES).await?.items;
        let candidates: Vec<_> =
            updates.into_iter().map(|update| Candidate { id: update.id, name: update.title }).collect();
        let wanted = text.trim().to_lowercase();
        let exact: Vec<_> = candidates.iter().filter(|c| is_meant(&c.name, &wanted)).cloned().collect();
        if let [one] = exact.as_slice() {
            return Ok(one.id);
        }
        if query.len() > 1 {
            return unique("update", text, if exact.is_empty() { &candidates } else { &exact });
        }
    }
    unique("update", text, &[])
}

/// A title is meant by all of it, or by the words it begins with.
fn is_meant(title: &str, wanted: &str) -> bool {
    let title = title.to_lowercase();
    title.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

/// Several updates.
pub(super) async fn updates(api: &Api, texts: &[String]) -> Result<Vec<Uuid>, CliError> {
    let mut ids = Vec::with_capacity(texts.len());
    for text in texts {
        ids.push(update(api, text).await?);
    }
    Ok(ids)
}

/// Several categories by identity or title.
pub(super) async fn categories(api: &Api, texts: &[String]) -> Result<Vec<Uuid>, CliError> {
    let all = whole::<SelectableCategory>(api, "/categories").await?.items;
    let candidates: Vec<_> = all.into_iter().map(|c| Candidate { id: c.id, name: c.title }).collect();
    let one = |text: &String| match Uuid::try_parse(text) {
        Ok(id) => Ok(id),
        Err(_) => choose("category", text, candidates.clone()),
    };
    texts.iter().map(one).collect()
}

macro_rules! by_list {
    ($($(#[$doc:meta])* $name:ident: $noun:literal, $path:literal, $type:ty;)*) => {$(
        $(#[$doc])*
        pub(super) async fn $name(api: &Api, text: &str) -> Result<Uuid, CliError> {
            if let Ok(id) = Uuid::try_parse(text) {
                return Ok(id);
            }
            let items = whole::<$type>(api, $path).await?.items;
            choose($noun, text, items.into_iter().map(|i| Candidate { id: i.id, name: i.name }).collect())
        }
    )*};
}

by_list! {
    /// A collection by identity or name.
    collection: "collection", "/collections", Collection;
    /// An update group by identity or name.
    group: "group", "/groups", Group;
    /// A deployment by identity or name.
    deployment: "deployment", "/deployments", Deployment;
    /// A source by identity or name.
    source: "source", "/sources", Source;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(names: &[&str]) -> Vec<Candidate> {
        (1u128..).zip(names).map(|(n, name)| Candidate { id: Uuid::from_u128(n), name: (*name).to_owned() }).collect()
    }

    #[test]
    fn names_are_whole_and_unique() {
        let found = |name: &str| choose("device", name, candidates(&["web1", "web10", "Db", "db"]));
        assert_eq!(found("web1"), Ok(Uuid::from_u128(1)));
        assert_eq!(found("WEB10 "), Ok(Uuid::from_u128(2)));
        insta::assert_snapshot!(found("web").unwrap_err().render(false), @r"
        error: there is no device `web`
          hint: `sluice device list` shows them; names are matched whole.
        ");
        insta::assert_snapshot!(found("db").unwrap_err().render(false), @r"
        error: `db` can be more than one device
          why: these have that name:
            00000000-0000-0000-0000-000000000003  Db
            00000000-0000-0000-0000-000000000004  db
          hint: Give the identity of the one that is meant.
        ");
    }

    #[test]
    fn titles_are_meant_by_whole_words() {
        assert!(is_meant("openssl 3.0.17-1~deb12u2", "openssl"));
        assert!(is_meant("openssl 3.0.17-1~deb12u2", "openssl 3.0.17-1~deb12u2"));
        assert!(!is_meant("openssl 3.0.17-1~deb12u2", "openssl 3.0.17-1"));
        assert!(!is_meant("openssl-tool 1", "openssl"));
    }
}
