//! Administrators, their sessions, and API tokens.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use sluice_model::{Name, TokenId, UserId};
use sluice_store::api_token::ApiTokenRecord;
use sluice_store::session::SessionRecord;
use sluice_store::user::UserRecord;
use sluice_store::{JobFuture, Tx, api_token, audit, session, setup_token, user};

use crate::caller::{Caller, CallerIdentity, Permission, Role};
use crate::digest::sha256;
use crate::error::{SiteError, SiteResult};
use crate::password;
use crate::site::Site;

/// A new session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The cookie's value; secret.
    pub session: String,
    /// What forms must send back.
    pub csrf: String,
    /// Who signed in.
    pub caller: Caller,
    /// When the session ends at the latest.
    pub expires_at: Timestamp,
}

/// A session that is in force.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who it belongs to.
    pub caller: Caller,
    /// What forms must send back.
    pub csrf: String,
}

/// An API token, without its secret.
#[derive(Clone, Debug)]
pub struct ApiToken {
    /// Identity.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// Sessions end after this time without use, and after [`SESSION_LIFE`] in any case.
const SESSION_IDLE: SignedDuration = SignedDuration::from_hours(12);
/// Longest life of a session.
const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A session's use is written down at most this often.
const SESSION_TOUCH: SignedDuration = SignedDuration::from_mins(10);
/// Life of a setup token.
const SETUP_LIFE: SignedDuration = SignedDuration::from_hours(24);
/// Wrong passwords in a row before an account is locked.
const MAX_FAILED: u32 = 5;
/// How long it is locked.
const LOCKED_FOR: SignedDuration = SignedDuration::from_mins(15);
/// What API tokens begin with, so that scanners of leaked secrets find them.
const TOKEN_PREFIX: &str = "slt_";

impl Site {
    /// Whether no administrator exists yet.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn needs_first_administrator(&self) -> SiteResult<bool> {
        Ok(user::list(&mut self.store.reader().await?).await?.is_empty())
    }

    /// Makes the one-time token with which the first administrator is created; an earlier one
    /// stops working.
    ///
    /// # Errors
    /// `Conflict` once an administrator exists.
    pub async fn create_setup_token(&self) -> SiteResult<String> {
        if !self.needs_first_administrator().await? {
            return Err(SiteError::conflict("an administrator exists already", "Sign in."));
        }
        let token = BASE64_URL_SAFE_NO_PAD.encode(self.host.secret());
        let (hash, now) = (sha256(token.as_bytes()), self.now());
        let expires = now.checked_add(SETUP_LIFE).unwrap_or(Timestamp::MAX);
        self.store
            .write(move |tx| Box::pin(async move { setup_token::replace(tx, &hash, now, expires).await }))
            .await?;
        Ok(token)
    }

    /// Creates the first administrator and signs them in.
    ///
    /// # Errors
    /// `Unauthenticated` for a wrong or used token, `Conflict` once an administrator exists,
    /// `Invalid` for a bad name or a weak password.
    pub async fn create_first_administrator(
        &self,
        setup_token: &str,
        name: &str,
        password: &str,
    ) -> SiteResult<SignedIn> {
        let name = account_name(name)?;
        password::check(password)?;
        if !self.needs_first_administrator().await? {
            return Err(SiteError::conflict("an administrator exists already", "Sign in."));
        }
        let phc = password::hash(password, &self.host).await?;
        let (hash, now) = (sha256(setup_token.trim().as_bytes()), self.now());
        let record = UserRecord {
            id: UserId(self.host.new_id()),
            name: name.to_string(),
            role: Role::Administrator.slug().into(),
            password: phc,
            failed_logins: 0,
            locked_until: None,
            created_at: now,
        };
        let (caller, insert) = (caller_of(&record)?, record.clone());
        let entry = self.audit_entry(&caller, "account.create", &record.name, "first administrator");
        let accepted = self.store.write(move |tx| {
            Box::pin(async move {
                if !setup_token::consume(tx, &hash, now).await? {
                    return Ok(false);
                }
                user::insert(tx, &insert).await?;
                audit::append(tx, entry).await?;
                Ok(true)
            })
        });
        if !accepted.await? {
            return Err(SiteError::unauthenticated(
                "the setup token is wrong, used or expired",
                "Restart the site: it prints a new one as long as no administrator exists.",
            ));
        }
        self.new_session(caller, record.id).await
    }

    /// Signs in with name and password.
    ///
    /// # Errors
    /// `Unauthenticated` when they do not fit, `TooMany` while the account is locked.
    pub async fn sign_in(&self, name: &str, password: &str) -> SiteResult<SignedIn> {
        let wrong = || SiteError::unauthenticated("name or password is wrong", "Try again.");
        let found = user::by_name(&mut self.store.reader().await?, name.trim()).await?;
        let now = self.now();
        // A lock that ends later than any can was set while the clock was wrong.
        let in_force = |until: &Timestamp| *until > now && until.duration_since(now) <= LOCKED_FOR;
        if let Some(until) = found.as_ref().and_then(|u| u.locked_until).filter(in_force) {
            let minutes = until.duration_since(now).as_mins() + 1;
            return Err(SiteError::too_many(
                "too many wrong passwords: the account is locked for a while",
                format!("Try again in {minutes} minutes."),
            ));
        }
        // An unknown name costs as much time as a wrong password.
        let fits = password::verify(password, found.as_ref().map(|u| u.password.clone())).await?;
        let Some(record) = found else { return Err(wrong()) };
        let id = record.id;
        if !fits {
            let until = now.checked_add(LOCKED_FOR).unwrap_or(now);
            self.store
                .write(move |tx| Box::pin(async move { user::login_failed(tx, id, MAX_FAILED, until).await }))
                .await?;
            return Err(wrong());
        }
        if record.failed_logins > 0 {
            self.store.write(move |tx| Box::pin(async move { user::login_succeeded(tx, id).await })).await?;
        }
        self.new_session(caller_of(&record)?, id).await
    }

    async fn new_session(&self, caller: Caller, user: UserId) -> SiteResult<SignedIn> {
        let session = BASE64_URL_SAFE_NO_PAD.encode(self.host.secret());
        let csrf = csrf_of(&session);
        let now = self.now();
        let expires_at = now.checked_add(SESSION_IDLE).unwrap_or(Timestamp::MAX);
        let record = SessionRecord {
            token_hash: sha256(session.as_bytes()),
            user,
            csrf_hash: sha256(csrf.as_bytes()),
            created_at: now,
            last_seen_at: now,
            expires_at,
        };
        self.store.write(move |tx| Box::pin(async move { session::insert(tx, &record).await })).await?;
        Ok(SignedIn { session, csrf, caller, expires_at })
    }

    /// The session of a cookie, if it is in force.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn session(&self, cookie: &str) -> SiteResult<Option<Session>> {
        let hash = sha256(cookie.as_bytes());
        let mut reader = self.store.reader().await?;
        let now = self.now();
        let Some(record) = session::get(&mut reader, &hash).await?.filter(|s| s.expires_at > now) else {
            return Ok(None);
        };
        let Some(user) = user::get(&mut reader, record.user).await? else { return Ok(None) };
        drop(reader);
        if now.duration_since(record.last_seen_at) > SESSION_TOUCH {
            let longest = record.created_at.checked_add(SESSION_LIFE).unwrap_or(Timestamp::MAX);
            let expires = now.checked_add(SESSION_IDLE).unwrap_or(longest).min(longest);
            self.note_later(move |tx| Box::pin(async move { session::touch(tx, &hash, now, expires).await.map(drop) }));
        }
        Ok(Some(Session { caller: caller_of(&user)?, csrf: csrf_of(cookie) }))
    }

    /// Writes down that something was used. Whoever reads must not wait for it, nor fail because
    /// the disk is full; what is not written now is written at the next use.
    fn note_later<F>(&self, note: F)
    where
        F: for<'t> FnOnce(&'t mut Tx) -> JobFuture<'t, ()> + Send + 'static,
    {
        let Ok(place) = Arc::clone(&self.notes).try_acquire_owned() else { return };
        let store = self.store.clone();
        self.tasks.spawn(async move {
            if let Err(error) = store.write(note).await {
                tracing::warn!(
                    error = crate::error::chain(&error),
                    "the use of a session or token was not written down"
                );
            }
            drop(place);
        });
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn sign_out(&self, cookie: &str) -> SiteResult<()> {
        let hash = sha256(cookie.as_bytes());
        Ok(self.store.write(move |tx| Box::pin(async move { session::remove(tx, &hash).await })).await?)
    }

    /// The caller of an API token.
    ///
    /// # Errors
    /// `Unauthenticated` when it is unknown, revoked or expired.
    pub async fn token_caller(&self, bearer: &str) -> SiteResult<Caller> {
        let now = self.now();
        let record = api_token::by_hash(&mut self.store.reader().await?, &sha256(bearer.as_bytes())).await?;
        let record = record.filter(|t| t.expires_at.is_none_or(|end| end > now)).ok_or_else(|| {
            SiteError::unauthenticated(
                "the API token is unknown, revoked or expired",
                "Make a new one: `sluice token create`.",
            )
        })?;
        if record.last_used_at.is_none_or(|at| now.duration_since(at) > SESSION_TOUCH) {
            let id = record.id;
            self.note_later(move |tx| Box::pin(async move { api_token::used(tx, id, now).await }));
        }
        let role = role_of(&record.role)?;
        Ok(Caller { name: format!("token {}", record.name), identity: CallerIdentity::Token(record.id), role })
    }

    /// Makes an API token; its secret is given once.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` for a bad name or an end in the past, `Conflict` when the name is
    /// taken.
    pub async fn create_token(
        &self,
        caller: &Caller,
        name: &str,
        role: Role,
        expires_at: Option<Timestamp>,
    ) -> SiteResult<(ApiToken, String)> {
        caller.require(Permission::ManageSite)?;
        let name = account_name(name)?;
        let now = self.now();
        if expires_at.is_some_and(|end| end <= now) {
            return Err(SiteError::invalid("expires_at", "the end is in the past", "Give a later time."));
        }
        let secret = format!("{TOKEN_PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(self.host.secret()));
        let record = ApiTokenRecord {
            id: TokenId(self.host.new_id()),
            name: name.to_string(),
            hash: sha256(secret.as_bytes()),
            role: role.slug().into(),
            scope: String::new(),
            created_at: now,
            created_by: caller.name.clone(),
            expires_at,
            last_used_at: None,
        };
        let token = token_of(record.clone())?;
        let entry = self.audit_entry(caller, "token.create", &record.name, role.slug());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    api_token::insert(tx, &record).await?;
                    audit::append(tx, entry).await.map(drop)
                })
            })
            .await?;
        Ok((token, secret))
    }

    /// All API tokens.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn list_tokens(&self, caller: &Caller) -> SiteResult<Vec<ApiToken>> {
        caller.require(Permission::ManageSite)?;
        api_token::list(&mut self.store.reader().await?).await?.into_iter().map(token_of).collect()
    }

    /// Revokes an API token.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn revoke_token(&self, caller: &Caller, id: TokenId) -> SiteResult<()> {
        caller.require(Permission::ManageSite)?;
        let entry = self.audit_entry(caller, "token.revoke", &id.to_string(), "");
        let work = self.store.write(move |tx| {
            Box::pin(async move {
                api_token::remove(tx, id).await?;
                audit::append(tx, entry).await.map(drop)
            })
        });
        Ok(work.await?)
    }
}

fn token_of(record: ApiTokenRecord) -> SiteResult<ApiToken> {
    Ok(ApiToken {
        id: record.id,
        role: role_of(&record.role)?,
        name: record.name,
        created_at: record.created_at,
        created_by: record.created_by,
        expires_at: record.expires_at,
        last_used_at: record.last_used_at,
    })
}

fn role_of(text: &str) -> SiteResult<Role> {
    Role::from_slug(text).ok_or_else(|| SiteError::internal("reading a role", format!("unknown role {text}")))
}

fn caller_of(user: &UserRecord) -> SiteResult<Caller> {
    Ok(Caller { name: user.name.clone(), identity: CallerIdentity::User(user.id), role: role_of(&user.role)? })
}

fn account_name(text: &str) -> SiteResult<Name> {
    Name::new(text).map_err(|e| SiteError::invalid("name", e.to_string(), "Give another name."))
}

/// What forms of a session must send back: nobody can compute it without the cookie.
fn csrf_of(session: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(sha256(format!("sluice csrf\0{session}").as_bytes()))
}
