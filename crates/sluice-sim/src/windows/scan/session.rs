//! Being known to the server: configuration, cookies, registration, and what faults make an agent do
//! (protocols.md §2.1, §2.3).

use std::collections::BTreeMap;

use sluice_wsus::messages::client::{GetConfig, GetCookie, GetFileLocations, RefreshCache, RegisterComputer};
use sluice_wsus::messages::shared::{Cookie, MAX_GUIDS, UpdateIdentity};
use sluice_wsus::messages::simple_auth::GetAuthorizationCookie;
use sluice_wsus::update::document::Revision;

use super::cache::Configuration;
use super::complaint::Complaints;
use super::outcome::ScanOutcome;
use crate::windows::agent::WindowsClient;
use crate::windows::client::{AgentError, Caller, Reaction};

/// How often one conversation may be started again because of faults. Real agents stop at 200 round trips at the
/// latest.
const MAX_REACTIONS: usize = 12;

/// The property that every server must give ([MS-WUSP] 2.2.2.2.1).
const MAX_EXTENDED: &str = "MaxExtendedUpdatesPerRequest";

/// The authorization service of servers that do not say where it is.
const AUTHORIZATION: &str = "SimpleAuthWebService/SimpleAuth.asmx";

/// One conversation with the server.
pub(in super::super) struct Talk {
    pub caller: Caller,
    pub outcome: ScanOutcome,
    pub(super) complaints: Complaints,
    /// The cookie is no longer good; it is still shown for its delivery state.
    renew: bool,
    /// The numbers of the cached revisions mean something else now.
    refresh: bool,
    /// The addresses of files are no longer good.
    locate: bool,
}

impl Talk {
    pub(in super::super) fn new(caller: Caller) -> Self {
        Self {
            caller,
            outcome: ScanOutcome::default(),
            complaints: Complaints::default(),
            renew: false,
            refresh: false,
            locate: false,
        }
    }
}

impl WindowsClient {
    /// Makes sure that the server knows the client.
    pub(in super::super) async fn open_session(&mut self, talk: &mut Talk) -> Result<(), AgentError> {
        // Decided by the machine's own clock, which may be wrong.
        let now = self.now();
        let expired = |cookie: &Cookie| cookie.expiration.is_some_and(|expiration| expiration <= now);
        talk.renew |= self.cache.cookie.as_ref().is_some_and(expired);
        match self.establish(talk).await {
            Ok(()) => Ok(()),
            Err(error) => self.react(talk, error).await,
        }
    }

    /// Does what a fault asks for. When this succeeds the request that failed is to be repeated.
    pub(in super::super) async fn react(&mut self, talk: &mut Talk, error: AgentError) -> Result<(), AgentError> {
        let mut error = error;
        loop {
            let Some(fault) = error.fault() else { return Err(error) };
            let reaction = Reaction::to(fault);
            if talk.outcome.reactions.len() >= MAX_REACTIONS {
                let attempts = u32::try_from(MAX_REACTIONS).unwrap_or(u32::MAX);
                return Err(AgentError::Restless { fault: Box::new(fault.clone()), attempts });
            }
            talk.outcome.reactions.push(reaction);
            match reaction {
                Reaction::StartAgainAndRefresh => {
                    self.cache.cookie = None;
                    self.cache.configuration = None;
                    self.cache.registered = None;
                    talk.refresh = true;
                }
                Reaction::NewCookie => talk.renew = true,
                Reaction::NewConfiguration => {
                    self.cache.configuration = None;
                    talk.renew = true;
                }
                Reaction::Register => {
                    self.cache.registered = None;
                    if let Some(configuration) = &mut self.cache.configuration {
                        configuration.registration_required = true;
                    }
                }
                Reaction::GoOn => self.cache.registered = Some(Box::new(self.machine.computer_info())),
                Reaction::StartAgain => {
                    self.cache.cookie = None;
                    self.cache.configuration = None;
                }
                Reaction::AskLocations => talk.locate = true,
                Reaction::Later | Reaction::Fail => return Err(error),
            }
            match self.establish(talk).await {
                Ok(()) => return Ok(()),
                Err(next) => error = next,
            }
        }
    }

    /// Does what is missing, in the order of a first contact.
    async fn establish(&mut self, talk: &mut Talk) -> Result<(), AgentError> {
        if self.cache.configuration.is_none() {
            self.get_configuration(talk).await?;
        }
        if self.cache.cookie.is_none() || talk.renew {
            self.get_cookie(talk).await?;
            talk.renew = false;
        }
        let required = self.cache.configuration.as_ref().is_some_and(|known| known.registration_required);
        let info = self.machine.computer_info();
        if required && self.cache.registered.as_deref() != Some(&info) {
            let request = RegisterComputer { cookie: self.cache.cookie.clone(), computer_info: Some(info.clone()) };
            self.server.register_computer(&talk.caller, &request).await?;
            self.cache.registered = Some(Box::new(info));
        }
        if talk.refresh {
            self.refresh(talk).await?;
            talk.refresh = false;
        }
        if talk.locate {
            let digests: Vec<_> = self.cache.locations.keys().map(|digest| digest.to_vec()).collect();
            self.ask_locations(&talk.caller, digests).await?;
            talk.locate = false;
        }
        Ok(())
    }

    async fn get_configuration(&mut self, talk: &mut Talk) -> Result<(), AgentError> {
        let request = GetConfig { protocol_version: self.machine.protocol().to_owned() };
        let answer = self.server.get_config(&talk.caller, &request).await?;
        let property = answer.properties.iter().find(|property| property.name == MAX_EXTENDED);
        let max_extended = property.and_then(|property| property.value.trim().parse().ok()).filter(|most| *most > 0);
        let service = answer.auth_info.into_iter().next().map(|plug_in| plug_in.service_url);
        self.cache.configuration = Some(Configuration {
            last_change: answer.last_change,
            registration_required: answer.is_registration_required,
            authorization: service.filter(|service| !service.is_empty()).unwrap_or_else(|| AUTHORIZATION.to_owned()),
            max_extended: max_extended.ok_or(AgentError::Configuration { what: MAX_EXTENDED })?,
        });
        Ok(())
    }

    async fn get_cookie(&mut self, talk: &mut Talk) -> Result<(), AgentError> {
        let configuration = self.cache.configuration.as_ref();
        let service = configuration.map_or(AUTHORIZATION, |known| known.authorization.as_str());
        let request = GetAuthorizationCookie {
            client_id: self.machine.client_id().to_string(),
            target_group_name: self.behaviour.target_group.clone().unwrap_or_default(),
            dns_name: self.machine.dns_name().to_owned(),
        };
        let answer = self.server.get_authorization_cookie(&talk.caller, service, &request).await?;
        let now = self.now();
        // At first contact Windows 11 shows a cookie without data (recorded).
        let none = || Cookie { expiration: Some(now), encrypted_data: Vec::new() };
        let request = GetCookie {
            auth_cookies: vec![answer.cookie],
            old_cookie: Some(self.cache.cookie.clone().unwrap_or_else(none)),
            last_change: configuration.map(|known| known.last_change),
            current_time: Some(now),
            protocol_version: self.machine.protocol().to_owned(),
        };
        self.cache.cookie = Some(self.server.get_cookie(&talk.caller, &request).await?.cookie);
        Ok(())
    }

    /// Asks what the cached updates are called now, and forgets those that the server does not have for it.
    async fn refresh(&mut self, talk: &mut Talk) -> Result<(), AgentError> {
        if self.cache.revisions.is_empty() {
            return Ok(());
        }
        let identity = |revision: Revision| UpdateIdentity {
            update_id: revision.id.0,
            revision_number: i32::try_from(revision.number).unwrap_or(i32::MAX),
        };
        let cached = self.cache.revisions.values();
        let global_ids = cached.map(|cached| identity(cached.core.revision)).take(MAX_GUIDS).collect();
        let request = RefreshCache { cookie: self.cache.cookie.clone(), global_ids };
        let answer = self.server.refresh_cache(&talk.caller, &request).await?;
        let by_revision = self.cache.by_revision();
        let mut renamed = BTreeMap::new();
        for result in answer.results {
            let Ok(number) = u32::try_from(result.global_id.revision_number) else { continue };
            let revision = Revision { id: sluice_model::id::UpdateId(result.global_id.update_id), number };
            let old = by_revision.get(&revision).and_then(|id| self.cache.revisions.get(id));
            let Some(mut cached) = old.cloned() else { continue };
            cached.is_leaf = result.is_leaf;
            if let Some(deployment) = &result.deployment {
                cached.wish = self.server.knowledge.wish(deployment);
            }
            renamed.insert(result.revision_id, cached);
        }
        self.cache.revisions = renamed;
        self.cache.unsettle();
        Ok(())
    }

    /// Asks where files are now.
    pub(in super::super) async fn ask_locations(
        &mut self,
        caller: &Caller,
        file_digests: Vec<Vec<u8>>,
    ) -> Result<(), AgentError> {
        let request = GetFileLocations { cookie: self.cache.cookie.clone(), file_digests };
        let answer = self.server.get_file_locations(caller, &request).await?;
        if answer.new_cookie.is_some() {
            self.cache.cookie = answer.new_cookie;
        }
        self.keep_locations(answer.file_locations);
        Ok(())
    }
}
