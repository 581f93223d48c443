//! GetDeployments (\[MS-WSUSSS\] 3.1.4.10): groups, approvals, declined updates and accepted licence terms, for replicas.

use jiff::Timestamp;
use sluice_model::{RestartBehaviour, UserNotification};
use uuid::Uuid;

use super::{SERVICE, ServerSyncTargetGroup};
use crate::messages::shared::{Cookie, MAX_IDENTITIES, UpdateIdentity, read_time, write_future, write_past};
use crate::soap::{Element, Message, Reader, Service, SoapError, Value, XmlWriter};

/// Element of [`ServerSyncDeployment::restart`].
const RESTART: &str = "SluiceRestart";
/// Element of [`ServerSyncDeployment::notification`].
const NOTIFICATION: &str = "SluiceNotification";

/// Asks for the decisions of the upstream server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetDeployments {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// The anchor of the last answer; empty at first.
    pub deployment_anchor: String,
    /// The anchor of the last list of updates: deployments of newer updates are left out. Never empty.
    pub sync_anchor: String,
}

impl Message<'_> for GetDeployments {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetDeployments";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "deploymentAnchor" => request.deployment_anchor = reader.string(element)?,
                "syncAnchor" => request.sync_anchor = reader.string(element)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        out.text_unless_empty("deploymentAnchor", &self.deployment_anchor);
        out.text("syncAnchor", &self.sync_anchor);
    }
}

/// What the computers of a group shall do with an update. A number between servers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ServerSyncAction {
    /// 0: install it.
    Install,
    /// 1: uninstall it.
    Uninstall,
    /// 2: report whether it is needed.
    #[default]
    Scan,
    /// 3: hide it.
    Block,
    /// A number that the specification does not know.
    Other(i32),
}

impl From<ServerSyncAction> for i32 {
    fn from(action: ServerSyncAction) -> Self {
        match action {
            ServerSyncAction::Install => 0,
            ServerSyncAction::Uninstall => 1,
            ServerSyncAction::Scan => 2,
            ServerSyncAction::Block => 3,
            ServerSyncAction::Other(number) => number,
        }
    }
}

impl Value for ServerSyncAction {
    const KIND: &'static str = "int";

    fn parse(text: &str) -> Option<Self> {
        Some(match i32::parse(text)? {
            0 => Self::Install,
            1 => Self::Uninstall,
            2 => Self::Scan,
            3 => Self::Block,
            number => Self::Other(number),
        })
    }
}

/// An approval: what the computers of a group shall do with an update.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSyncDeployment {
    /// The revision.
    pub update: UpdateIdentity,
    /// What to do with it.
    pub action: ServerSyncAction,
    /// Who decided it.
    pub admin_name: String,
    /// Until when it must be done; `None`: no deadline, written as the last day of 9999.
    pub deadline: Option<Timestamp>,
    /// Whether it is done without being asked; false: only offered.
    pub is_assigned: bool,
    /// When it begins to hold; `None` if it was absent or stood for never.
    pub go_live_time: Option<Timestamp>,
    /// Which approval: the same on all replicas.
    pub deployment_guid: Uuid,
    /// The group.
    pub target_group_id: Uuid,
    /// In which order to download: 1 low, 2 normal, 3 high.
    pub download_priority: u8,
    /// Whether devices may restart. Sluice servers tell it each other; it is no part of \[MS-WSUSSS\].
    pub restart: Option<RestartBehaviour>,
    /// What users see; as above.
    pub notification: Option<UserNotification>,
}

fn restart_word(restart: RestartBehaviour) -> &'static str {
    match restart {
        RestartBehaviour::Allowed => "allowed",
        RestartBehaviour::Suppressed => "suppressed",
    }
}

fn notification_word(notification: UserNotification) -> &'static str {
    match notification {
        UserNotification::ShowAll => "show-all",
        UserNotification::RestartOnly => "restart-only",
        UserNotification::HideAll => "hide-all",
    }
}

/// What is said of restarts. A word that is not known does not allow them.
fn restart(word: &str) -> RestartBehaviour {
    let allowed = RestartBehaviour::Allowed;
    if word == restart_word(allowed) { allowed } else { RestartBehaviour::Suppressed }
}

fn notification(word: &str) -> Option<UserNotification> {
    let all = [UserNotification::ShowAll, UserNotification::RestartOnly, UserNotification::HideAll];
    all.into_iter().find(|notification| notification_word(*notification) == word)
}

impl ServerSyncDeployment {
    fn read_array<'a>(reader: &mut Reader<'a>, array: &Element<'a>, items: &mut Vec<Self>) -> Result<(), SoapError> {
        reader.items(array, MAX_IDENTITIES, items, |reader, _| {
            let mut deployment = Self::default();
            reader.children(|reader, element| {
                match element.name() {
                    "UpdateId" => reader.set(element, &mut deployment.update.update_id)?,
                    "RevisionNumber" => reader.set(element, &mut deployment.update.revision_number)?,
                    "Action" => reader.set(element, &mut deployment.action)?,
                    "AdminName" => deployment.admin_name = reader.string(element)?,
                    "Deadline" => deployment.deadline = read_time(reader, element)?,
                    "IsAssigned" => reader.set(element, &mut deployment.is_assigned)?,
                    "GoLiveTime" => deployment.go_live_time = read_time(reader, element)?,
                    "DeploymentGuid" => reader.set(element, &mut deployment.deployment_guid)?,
                    "TargetGroupId" => reader.set(element, &mut deployment.target_group_id)?,
                    "DownloadPriority" => reader.set(element, &mut deployment.download_priority)?,
                    RESTART => deployment.restart = Some(restart(&reader.string(element)?)),
                    NOTIFICATION => deployment.notification = notification(&reader.string(element)?),
                    _ => {}
                }
                Ok(())
            })?;
            Ok(Some(deployment))
        })
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("ServerSyncDeployment", |out| {
            out.guid("UpdateId", self.update.update_id);
            out.int("RevisionNumber", self.update.revision_number);
            out.int("Action", i32::from(self.action));
            out.text_unless_empty("AdminName", &self.admin_name);
            write_future("Deadline", self.deadline, out);
            out.bool("IsAssigned", self.is_assigned);
            write_past("GoLiveTime", self.go_live_time, out);
            out.guid("DeploymentGuid", self.deployment_guid);
            out.guid("TargetGroupId", self.target_group_id);
            out.int("DownloadPriority", self.download_priority);
            self.restart.into_iter().for_each(|restart| out.text(RESTART, restart_word(restart)));
            self.notification.into_iter().for_each(|told| out.text(NOTIFICATION, notification_word(told)));
        });
    }
}

/// The decisions of the upstream server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSyncDeploymentResult {
    /// To be given back in the next request.
    pub anchor: String,
    /// All groups. One that is missing is deleted, with its deployments.
    pub groups: Vec<ServerSyncTargetGroup>,
    /// The deployments that are new or changed since the anchor.
    pub deployments: Vec<ServerSyncDeployment>,
    /// The deployments that are gone since the anchor.
    pub dead_deployments: Vec<Uuid>,
    /// All declined updates. One that is missing is no longer declined.
    pub hidden_updates: Vec<Uuid>,
    /// All licence terms that were accepted.
    pub accepted_eulas: Vec<Uuid>,
}

impl ServerSyncDeploymentResult {
    fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut result = Self::default();
        reader.children(|reader, element| {
            match element.name() {
                "Anchor" => result.anchor = reader.string(element)?,
                "Groups" => ServerSyncTargetGroup::read_array(reader, element, &mut result.groups)?,
                "Deployments" => ServerSyncDeployment::read_array(reader, element, &mut result.deployments)?,
                "DeadDeployments" => reader.values(element, MAX_IDENTITIES, &mut result.dead_deployments)?,
                "HiddenUpdates" => reader.values(element, MAX_IDENTITIES, &mut result.hidden_updates)?,
                "AcceptedEulas" => reader.values(element, MAX_IDENTITIES, &mut result.accepted_eulas)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(result)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.text("Anchor", &self.anchor);
        out.element("Groups", |out| self.groups.iter().for_each(|group| group.write(out)));
        out.element("Deployments", |out| self.deployments.iter().for_each(|deployment| deployment.write(out)));
        let lists = [
            ("DeadDeployments", &self.dead_deployments),
            ("HiddenUpdates", &self.hidden_updates),
            ("AcceptedEulas", &self.accepted_eulas),
        ];
        for (name, ids) in lists {
            out.element(name, |out| ids.iter().for_each(|id| out.guid("guid", *id)));
        }
    }
}

/// The decisions of the upstream server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetDeploymentsResponse {
    /// The decisions.
    pub result: ServerSyncDeploymentResult,
}

impl Message<'_> for GetDeploymentsResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetDeploymentsResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() == "GetDeploymentsResult" {
                response.result = ServerSyncDeploymentResult::read(reader)?;
            }
            Ok(())
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("GetDeploymentsResult", |out| self.result.write(out));
    }
}
