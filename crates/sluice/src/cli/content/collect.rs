//! `sluice content gc`.

use sluice_web::api::content::collect::{CollectRequest, Collected};

use crate::cli::Context;
use crate::cli::client::Got;
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::view::{clean, size};

pub(super) async fn run(dry_run: bool, context: &Context) -> Result<Answer, CliError> {
    let got: Got<Collected> = context.api.post("/content/collect", &CollectRequest { dry_run }).await?;
    let text = render(&got.data, dry_run);
    Ok(Answer::of(got.value, text))
}

fn render(done: &Collected, dry_run: bool) -> String {
    let mut text: String = done.names.iter().map(|name| clean(name) + "\n").collect();
    let verb = if dry_run { "would be removed" } else { "removed" };
    text.push_str(&format!("{} files {verb} ({}).\n", done.files, size(done.bytes)));
    if done.waiting > 0 {
        let waiting = size(done.waiting_bytes);
        text.push_str(&format!("{} more ({waiting}) stay until their time is over.\n", done.waiting));
    }
    if done.in_use > 0 {
        text.push_str(&format!("{} stay because somebody reads them.\n", done.in_use));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_removed_as_text() {
        let names = vec!["A.cab".to_owned()];
        let done = Collected { files: 1, bytes: 2048, names, waiting: 2, waiting_bytes: 10, in_use: 1 };
        assert_eq!(
            render(&done, true),
            "A.cab\n1 files would be removed (2.0 kB).\n2 more (10 B) stay until their time is over.\n\
             1 stay because somebody reads them.\n"
        );
    }
}
