use sluice_model::DeploymentPriority;
use sluice_site::windows::sync::{ClientAction, OfferedDeployment};
use sluice_wsus::messages::shared::{Deployment, DeploymentAction};

/// What to do with an update, exactly as WSUS says it (Q24, Q25): assigned also without a deadline,
/// the day of the change only, and three zeros for those who know them. \[MS-WUSP\] names no values of
/// `DownloadPriority`; these are those of \[MS-WSUSSS\] 3.1.4.12 and of `DownloadPriority` in wuapi.h.
pub(crate) fn deployment(deployment: OfferedDeployment) -> Deployment {
    let flag = deployment.flags.then_some(0);
    Deployment {
        id: deployment.id,
        action: match deployment.action {
            ClientAction::Install => DeploymentAction::Install,
            ClientAction::OptionalInstall => DeploymentAction::OptionalInstall,
            ClientAction::Uninstall => DeploymentAction::Uninstall,
            ClientAction::PreDeploymentCheck => DeploymentAction::PreDeploymentCheck,
            ClientAction::Evaluate => DeploymentAction::Evaluate,
            ClientAction::Bundle => DeploymentAction::Bundle,
        },
        deadline: deployment.deadline,
        is_assigned: true,
        last_change_time: Some(deployment.changed_on),
        download_priority: match deployment.priority {
            DeploymentPriority::Low => Some("1".into()),
            // As WSUS: what is usual is not said.
            DeploymentPriority::Normal => None,
            DeploymentPriority::High => Some("3".into()),
        },
        hardware_ids: deployment.hardware_ids,
        auto_select: flag,
        auto_download: flag,
        supersedence_behavior: flag,
    }
}

#[cfg(test)]
mod tests {
    use sluice_wsus::soap::{ContentEncoding, SoapVersion, Style, XmlWriter};

    use super::*;

    #[test]
    fn only_an_unusual_priority_is_said() {
        let written = |priority| {
            let offered = OfferedDeployment {
                id: 7,
                action: ClientAction::Install,
                deadline: None,
                priority,
                changed_on: jiff::civil::date(2026, 10, 4),
                hardware_ids: Vec::new(),
                flags: false,
            };
            let mut out = XmlWriter::new(Style::Wcf, SoapVersion::Soap11, ContentEncoding::Identity);
            deployment(offered).write(&mut out);
            String::from_utf8(out.finish().unwrap()).unwrap()
        };
        let around = |inside: &str| format!("<LastChangeTime>2026-10-04</LastChangeTime>{inside}</Deployment>");
        for (priority, inside) in [
            (DeploymentPriority::Low, "<DownloadPriority>1</DownloadPriority>"),
            (DeploymentPriority::Normal, ""),
            (DeploymentPriority::High, "<DownloadPriority>3</DownloadPriority>"),
        ] {
            let text = written(priority);
            assert!(text.ends_with(&around(inside)), "{text}");
        }
    }
}
