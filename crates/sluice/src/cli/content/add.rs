//! `sluice content add`, and the upload of what a directory has of the catalog.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use reqwest::Method;
use serde_json::{Value, json};
use sluice_content::ContentName;
use sluice_web::api::content::status::ContentFile;
use sluice_web::api::content::upload::ContentAdded;
use sluice_web::api::content::wanted::{MAX_ASKED, WantedRequest};
use sluice_web::api::page::Listing;

use super::digest::name_of;
use crate::cli::Context;
use crate::cli::catalog::source::{Upload, files, unreadable};
use crate::cli::client::{Got, Query};
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::terminal::LiveLine;
use crate::cli::view::clean;

pub(super) async fn run(paths: &[PathBuf], context: &Context) -> Result<Answer, CliError> {
    let mut names = Vec::with_capacity(paths.len());
    for path in paths {
        names.push((name(path).await?, path.clone()));
    }
    upload_all(&names, context).await
}

/// Uploads what the catalog names, the site lacks, and a directory has.
pub(in crate::cli) async fn upload_found(directory: &Path, context: &Context) -> Result<Answer, CliError> {
    let mut line = LiveLine::new(context.view.live, context.view.columns);
    let mut found = HashMap::new();
    for path in files(directory)? {
        line.show(&clean(&format!("looking at {}", path.display())));
        found.insert(name(&path).await?.sha1(), path);
    }
    line.clear();
    let sha1s: Vec<_> = found.keys().map(hex::encode).collect();
    let mut wanted = Vec::new();
    for some in sha1s.chunks(MAX_ASKED) {
        let request = WantedRequest { sha1: some.to_vec() };
        let got: Got<Listing<ContentFile>> = context.api.post("/content/wanted", &request).await?;
        // The extension is the one that the update gives it, whatever the file here is called.
        let named = got.data.items.iter().filter_map(|file| ContentName::parse(&file.name));
        wanted.extend(named.filter_map(|name| Some((name.clone(), found.get(&name.sha1())?.clone()))));
    }
    wanted.sort();
    upload_all(&wanted, context).await
}

async fn name(path: &Path) -> Result<ContentName, CliError> {
    let owned = path.to_owned();
    let name = tokio::task::spawn_blocking(move || name_of(&owned)).await;
    let name = name.map_err(|error| CliError::failed("reading a file failed", error.to_string(), String::new()))?;
    name.map_err(|error| unreadable(path, &error))
}

/// One that is refused does not stop the others.
async fn upload_all(files: &[(ContentName, PathBuf)], context: &Context) -> Result<Answer, CliError> {
    let mut line = LiveLine::new(context.view.live, context.view.columns);
    let (mut items, mut new, mut bytes): (Vec<Value>, u64, u64) = (Vec::new(), 0, 0);
    let mut problems = String::new();
    for (number, (name, path)) in (1..).zip(files) {
        line.show(&clean(&format!("{number} of {}: {}", files.len(), path.display())));
        let upload = Upload::open(path)?;
        let (address, size) = (format!("/content/{name}"), upload.size);
        let sent =
            context.api.upload::<ContentAdded>(Method::PUT, &address, &Query::new(), size, upload.stream()).await;
        match sent {
            Ok(got) => {
                new += u64::from(got.data.new);
                bytes += if got.data.new { got.data.size } else { 0 };
                items.push(got.value);
            }
            Err(error) => problems.push_str(&clean(&format!("not taken: {}: {}\n", path.display(), error.what))),
        }
        line.clear();
    }
    let failed = !problems.is_empty();
    let text = format!("{} files uploaded, {new} of them new ({} MB).\n{problems}", items.len(), bytes >> 20);
    Ok(Answer { failed, ..Answer::of(json!({ "items": items, "failed": failed }), text) })
}
