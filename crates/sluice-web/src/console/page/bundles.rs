//! Transfer bundles: history, trusted keys, what to do.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use futures_util::stream;
use jiff::SignedDuration;
use sluice_site::ErrorKind;
use sluice_site::SiteError;
use sluice_site::bundles::{BundleExport, BundleImport, ContentChoice, ExportRequest, Part};

use crate::api::bundles::export::DEFAULT_EXPIRES;
use crate::console::component::{Chip, Choice, Equivalent, Input, Notice, Prose, Select, Tone, When, grouped, size};
use crate::console::form::Posted;
use crate::console::refusal::{Refusal, sentence};
use crate::console::reply::{Done, Reply, done, page, page_with};
use crate::console::view::bundles::{BundleLine, Bundles, SignerLine};
use crate::console::view::shell::Here;
use crate::console::visit::Visit;

/// `GET /sync/bundles`.
pub async fn show(visit: Visit) -> Reply {
    page(&view(&visit, "", "", None).await?)
}

/// `POST /sync/bundles/trust`.
pub async fn trust(Posted { visit, form }: Posted) -> Reply {
    let (name, key) = (form.one("name"), form.one("key"));
    match visit.site.trust_signer(&visit.caller, name, key).await {
        Ok(_) => done("/sync/bundles", Done::Saved),
        Err(error) => refused(&visit, name, key, error).await,
    }
}

/// `POST /sync/bundles/distrust`.
pub async fn distrust(Posted { visit, form }: Posted) -> Reply {
    visit.site.distrust_signer(&visit.caller, form.one("key")).await?;
    done("/sync/bundles", Done::Deleted)
}

/// `POST /sync/bundles/export`: the answer is the bundle.
pub async fn export(Posted { visit, form }: Posted) -> Reply {
    let request = ExportRequest {
        since: (form.one("since") == "last").then(|| "last".to_owned()),
        content: ContentChoice::from_slug(form.one("content")).ok_or(Refusal::BadForm)?,
        parts: Part::ALL.to_vec(),
        expires_in: SignedDuration::from_secs(i64::try_from(DEFAULT_EXPIRES).unwrap_or(i64::MAX)),
        intended: None,
    };
    match visit.site.export_bundle(&visit.caller, request).await {
        Ok(exported) => {
            let name = format!("attachment; filename=\"bundle-{}.sluice\"", exported.export.sequence);
            let headers = [(CONTENT_TYPE, "application/octet-stream".to_owned()), (CONTENT_DISPOSITION, name)];
            let pieces = stream::unfold(exported.body, |mut body| async move { Some((body.recv().await?, body)) });
            Ok((headers, Body::from_stream(pieces)).into_response())
        }
        Err(error) => refused(&visit, "", "", error).await,
    }
}

async fn refused(visit: &Visit, name: &str, key: &str, error: SiteError) -> Reply {
    if !matches!(error.kind, ErrorKind::Invalid | ErrorKind::Conflict | ErrorKind::NotFound) {
        return Err(error.into());
    }
    let problem = Notice::new(Tone::Bad, sentence(&error.message)).fix(&error.fix);
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(visit, name, key, Some(problem)).await?)
}

async fn view(visit: &Visit, name: &str, key: &str, problem: Option<Notice>) -> Result<Bundles, Refusal> {
    let (t, common) = (&visit.t.bundles, &visit.t.common);
    let own = visit.site.bundle_key(&visit.caller)?;
    let exports = visit.site.bundle_exports(&visit.caller).await?;
    let imports = visit.site.bundle_imports(&visit.caller).await?;
    let signers = visit.site.trusted_signers(&visit.caller).await?;
    let has_base = exports.iter().any(|export| export.ended_at.is_some());
    let mut since = vec![Choice::new("", t.since_all, true)];
    if has_base {
        since.push(Choice::new("last", t.since_last, false));
    }
    let content = [("deployed", t.content_deployed), ("all", t.content_all), ("none", t.content_none)];
    let content = content.map(|(word, label)| Choice::new(word, label, word == "deployed"));
    Ok(Bundles {
        shell: visit.shell(t.title, Here::Synchronization)?,
        t,
        problem,
        since: Select::new("since", t.since, since),
        content: Select::new("content", t.content, content.to_vec()),
        from_cli: Prose::new(t.from_cli),
        identity: own.site.to_string(),
        public_key: own.public_key.to_string(),
        fingerprint: own.fingerprint,
        signers: signers
            .into_iter()
            .map(|signer| SignerLine {
                name: signer.name,
                public_key: signer.public_key.to_string(),
                fingerprint: signer.fingerprint,
                added: When::new(common, signer.added_at, visit.now),
            })
            .collect(),
        name: Input::text("name", common.name, name).hint(t.trust_name_hint).required(),
        key: Input::text("key", t.public_key, key).hint(t.trust_hint).required(),
        exports: exports.iter().map(|export| exported(visit, export, &exports)).collect(),
        imports: imports.iter().map(|import| imported(visit, import)).collect(),
        same: Equivalent::new(common, "sluice bundle list".to_owned(), "GET /api/v1/bundles".to_owned()),
    })
}

fn exported(visit: &Visit, export: &BundleExport, all: &[BundleExport]) -> BundleLine {
    let t = &visit.t.bundles;
    let base = all.iter().find(|other| Some(other.id) == export.previous).map(|base| base.sequence);
    let figures = t.figures.with2(grouped(export.documents), grouped(export.files));
    let whole = export.ended_at.is_some();
    BundleLine {
        title: t.number.with(export.sequence),
        state: if whole { Chip::new(Tone::Good, t.whole) } else { Chip::new(Tone::Quiet, t.not_whole) },
        when: When::new(&visit.t.common, export.started_at, visit.now),
        holds: match base {
            Some(number) => format!("{} · {figures}", t.since_number.with(number)),
            None => figures,
        },
        size: size(export.bytes),
        advice: String::new(),
    }
}

fn imported(visit: &Visit, import: &BundleImport) -> BundleLine {
    let t = &visit.t.bundles;
    let is_done = import.ended_at.is_some();
    BundleLine {
        title: t.number_of.with2(import.sequence, &import.site_name),
        state: if is_done {
            Chip::new(Tone::Good, t.done)
        } else {
            Chip::label(Tone::Warn, t.at_step.with(&import.step))
        },
        when: When::new(&visit.t.common, import.started_at, visit.now),
        holds: t.figures.with2(grouped(import.documents), grouped(import.files)),
        size: size(import.bytes),
        advice: if is_done { String::new() } else { t.again.to_string() },
    }
}
