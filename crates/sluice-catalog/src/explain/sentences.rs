//! The explanation in words.

use sluice_model::{ComplianceState, DeviceKind};

use crate::evaluate::{NotUsable, Verdict};

use super::{ConsideredVersion, Explanation, PackageConclusion, PackageExplanation, PackageReasons, Reasons};

/// Names listed in one sentence at most; a source package can have hundreds.
const MAX_NAMES: usize = 5;

impl Explanation {
    /// The explanation as short English sentences: the conclusion first, then the reasons.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut said = match &self.reasons {
            Reasons::NoInventory => return vec!["Unknown: the device has not sent an inventory yet.".to_owned()],
            Reasons::OtherKind(DeviceKind::Windows) => {
                return vec!["Not required: the update is for Windows devices.".to_owned()];
            }
            Reasons::OtherKind(DeviceKind::Linux) => {
                return vec!["Not required: the update is for Linux devices.".to_owned()];
            }
            Reasons::Packages(reasons) => reasons.sentences(self.state),
            Reasons::Windows(reasons) => reasons.sentences(self.state),
        };
        match (&self.reasons, self.expired) {
            (Reasons::Windows(_), true) => said.push("Its publisher has withdrawn it (it is expired).".to_owned()),
            (_, true) => said.push("No package index offers the update any more (it is expired).".to_owned()),
            (_, false) => {}
        }
        match (&self.reasons, self.superseded_by.as_slice()) {
            (_, []) => {}
            (Reasons::Windows(_), [nearest, ..]) => said.push(format!("It is superseded by {nearest}.")),
            (_, [.., newest]) => said.push(format!("It is superseded by version {newest}.")),
        }
        said
    }
}

impl PackageReasons {
    fn sentences(&self, state: ComplianceState) -> Vec<String> {
        let mut said = vec![self.conclusion(state)];
        said.extend(self.packages.iter().map(PackageExplanation::sentence));
        for package in self.packages.iter().filter(|package| package.held) {
            said.push(format!(
                "{} is held on the device, so it is not installed until it is released there with `apt-mark unhold {}`.",
                package.name, package.name
            ));
        }
        if !self.subscribed {
            said.push("The device is not subscribed to any synchronized index of the update's product.".to_owned());
        }
        said
    }

    fn conclusion(&self, state: ComplianceState) -> String {
        match state {
            ComplianceState::Unknown => "Unknown: the device has not sent an inventory yet.".to_owned(),
            ComplianceState::Required => {
                let required = |p: &&PackageExplanation| p.conclusion == PackageConclusion::Required;
                format!("Required: it upgrades {}.", names(self.packages.iter().filter(required).map(|p| &p.name)))
            }
            ComplianceState::Installed => "Installed: the device has exactly its version.".to_owned(),
            ComplianceState::NotRequired if self.not_selected => {
                "Not required: the update's product or classification is not selected, so it counts for no device."
                    .to_owned()
            }
            ComplianceState::NotRequired if self.packages.is_empty() => {
                format!("Not required: none of its packages is installed ({}).", names(self.not_installed.iter()))
            }
            ComplianceState::NotRequired => "Not required: it is no upgrade for any installed package.".to_owned(),
        }
    }
}

impl PackageExplanation {
    fn sentence(&self) -> String {
        let Self { name, architecture, installed, .. } = self;
        let mut said = format!("{name} ({architecture}) {installed} is installed; ");
        let mine = self.versions.last().map_or("the update's version", String::as_str);
        said += &match self.conclusion {
            PackageConclusion::Required => {
                let candidate = self.considered.iter().find(|version| version.verdict == Verdict::Candidate);
                format!(
                    "the package manager would upgrade it to {}{}.",
                    self.candidate.as_deref().unwrap_or(mine),
                    candidate.map_or_else(String::new, ConsideredVersion::origin)
                )
            }
            PackageConclusion::Installed => match &self.candidate {
                Some(candidate) if candidate != installed => {
                    format!("that is the update's version, and the package manager would go on to {candidate}.")
                }
                _ => "that is the update's version.".to_owned(),
            },
            PackageConclusion::NewerInstalled => format!("that is newer than the update's {mine}."),
            PackageConclusion::NotChosen(verdict) => self.not_chosen(mine, verdict),
            PackageConclusion::NotOffered => self.not_offered(mine),
            PackageConclusion::OtherArchitecture => match self.not_seen.first() {
                Some(offer) => format!("the update has it for {} only.", offer.architecture),
                None => "the update does not have it for this architecture.".to_owned(),
            },
        };
        said
    }

    fn not_chosen(&self, mine: &str, verdict: Verdict) -> String {
        let version = self.considered.iter().find(|version| version.of_update);
        let mine = version.map_or(mine, |version| &version.version);
        let priority = version.map_or(0, |version| version.priority);
        let candidate = self.considered.iter().find(|version| version.verdict == Verdict::Candidate);
        match (verdict, candidate) {
            (Verdict::NeverPriority, _) => {
                let how = if version.is_some_and(|version| version.pinned) { "pinned to" } else { "given" };
                format!("{mine} is {how} priority {priority} on the device, which means never.")
            }
            (_, Some(candidate)) => format!(
                "{mine} has priority {priority}, but the package manager prefers {}{}.",
                candidate.version,
                candidate.origin()
            ),
            (_, None) => format!("{mine} has priority {priority} and is not chosen."),
        }
    }

    fn not_offered(&self, mine: &str) -> String {
        let elsewhere = self.not_seen.iter().find(|offer| offer.reason == NotUsable::NotSubscribed);
        match elsewhere {
            Some(offer) => format!("{mine} is offered in {}, to which the device is not subscribed.", offer.title),
            None => format!("{mine} is not offered by any index the device is subscribed to."),
        }
    }
}

impl ConsideredVersion {
    /// Where it comes from and with what priority: ` from … with priority …`.
    fn origin(&self) -> String {
        let priority = self.priority;
        let pinned = if self.pinned { "pinned " } else { "" };
        match self.indexes.first() {
            Some(index) => format!(" from {} with {pinned}priority {priority}", index.title),
            None => format!(", which is installed, with {pinned}priority {priority}"),
        }
    }
}

fn names<'a>(all: impl Iterator<Item = &'a String>) -> String {
    let mut all: Vec<&str> = all.map(String::as_str).collect();
    all.dedup();
    let more = all.len().saturating_sub(MAX_NAMES);
    all.truncate(MAX_NAMES);
    let list = all.join(", ");
    if more == 0 { list } else { format!("{list} and {more} more") }
}
