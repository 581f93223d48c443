//! The one writer: a queue of units of work, each in a savepoint, many to a commit.
//!
//! On PostgreSQL a lock taken at the start of each transaction makes it the one writer of all
//! processes that share the database. So no two units of work ever run at the same time, none can
//! collide or deadlock, and counters, the audit chain and events need no locks of their own.

use std::any::Any as Anything;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use crate::config::DatabaseUrl;
use crate::connect;
use crate::connection::Tx;
use crate::dialect::Dialect;
use crate::error::StoreError;

/// Jobs waiting before callers are held back.
const QUEUE: usize = 1024;
/// Jobs in one commit. More would gain little and make the first wait longer.
const JOBS_PER_COMMIT: usize = 256;

/// Key of the PostgreSQL advisory lock (per database) of the one writer: "sluice w".
pub(crate) const WRITER_LOCK: i64 = 0x736c_7569_6365_2077;

/// What a unit of work runs as.
pub type JobFuture<'t, T> = BoxFuture<'t, Result<T, StoreError>>;

type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// A job whose result type is hidden.
trait Job: Send {
    /// Does the work. `Ok` holds what answers the caller once the commit is done or has failed;
    /// `Err` what tells it that the job failed.
    fn run<'t>(self: Box<Self>, tx: &'t mut Tx) -> BoxFuture<'t, Result<Answer, Failure>>;
    /// The job cannot be run.
    fn refuse(self: Box<Self>, error: StoreError);
}

struct Failure {
    error: StoreError,
    answer: Box<dyn FnOnce(StoreError) + Send>,
}

struct Call<F, T> {
    work: F,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Job for Call<F, T>
where
    T: Send + 'static,
    F: for<'t> FnOnce(&'t mut Tx) -> JobFuture<'t, T> + Send + 'static,
{
    fn run<'t>(self: Box<Self>, tx: &'t mut Tx) -> BoxFuture<'t, Result<Answer, Failure>> {
        Box::pin(async move {
            let Self { work, reply } = *self;
            let result = AssertUnwindSafe(async { work(tx).await }).catch_unwind().await;
            let result = result.unwrap_or_else(|panic: Box<dyn Anything + Send>| {
                drop(panic);
                Err(StoreError::Panicked)
            });
            match result {
                // A caller that has gone away is no concern of the writer.
                Ok(value) => Ok(Box::new(move |commit: Result<(), StoreError>| {
                    let _ = reply.send(commit.map(|()| value));
                }) as Answer),
                Err(error) => Err(Failure {
                    error,
                    answer: Box::new(move |error| {
                        let _ = reply.send(Err(error));
                    }),
                }),
            }
        })
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        let _ = self.reply.send(Err(error));
    }
}

/// The sending side of the queue.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
}

enum Message {
    Job(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

impl Writer {
    /// Starts the task.
    pub(crate) fn start(url: DatabaseUrl, tx: Tx) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(Task { url, tx: Some(tx), jobs }.run());
        Self { queue }
    }

    /// Queues a unit of work and waits until it is committed.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> JobFuture<'t, T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Message::Job(Box::new(Call { work, reply }));
        self.queue.send(job).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Lets what is queued finish and ends the task.
    pub(crate) async fn close(&self) {
        let (reply, done) = oneshot::channel();
        if self.queue.send(Message::Close(reply)).await.is_ok() {
            let _ = done.await;
        }
    }
}

struct Task {
    url: DatabaseUrl,
    tx: Option<Tx>,
    jobs: mpsc::Receiver<Message>,
}

impl Task {
    async fn run(mut self) {
        let mut closing = None;
        while closing.is_none() {
            let Some(first) = self.jobs.recv().await else { break };
            let mut group = Vec::new();
            let mut next = Some(first);
            while let Some(message) = next {
                match message {
                    Message::Job(job) => group.push(job),
                    Message::Close(reply) => {
                        self.jobs.close();
                        closing = Some(reply);
                    }
                }
                next = (group.len() < JOBS_PER_COMMIT).then(|| self.jobs.try_recv().ok()).flatten();
            }
            self.commit(group).await;
        }
        // Queued behind the request to close.
        while let Ok(message) = self.jobs.try_recv() {
            if let Message::Job(job) = message {
                self.commit(vec![job]).await;
            }
        }
        if let Some(tx) = self.tx.take() {
            tx.close().await;
        }
        if let Some(reply) = closing {
            let _ = reply.send(());
        }
    }

    /// Runs jobs in one transaction and answers all of them.
    async fn commit(&mut self, group: Vec<Box<dyn Job>>) {
        if group.is_empty() {
            return;
        }
        let tx = match self.begin().await {
            Ok(tx) => tx,
            Err(error) => return group.into_iter().for_each(|job| job.refuse(error.clone())),
        };
        let mut answers = Vec::with_capacity(group.len());
        let mut broken = None;
        for job in group {
            if let Some(error) = &broken {
                job.refuse(StoreError::clone(error));
                continue;
            }
            match run_in_savepoint(tx, job).await {
                Ok(answer) => answers.push(answer),
                Err(error) => broken = Some(error),
            }
        }
        let result = match broken {
            None => tx.raw("committing", "COMMIT").await,
            Some(error) => Err(error),
        };
        match &result {
            Ok(()) => {}
            // The connection is in an unknown state; the database undoes what was not committed.
            Err(_) => self.tx = None,
        }
        for answer in answers {
            answer(result.clone());
        }
    }

    /// Begins a transaction, on a new connection if the last one was lost.
    async fn begin(&mut self) -> Result<&mut Tx, StoreError> {
        let mut open = self.tx.take();
        if let Some(tx) = &mut open {
            match begin(tx).await {
                Ok(()) => {}
                // An idle connection may have been cut without our knowing: once more, with a new one.
                Err(error) if error.connection_lost() => open = None,
                Err(error) => return Err(error),
            }
        }
        let tx = match open {
            Some(tx) => tx,
            None => {
                let mut tx = Tx::new(connect::writer(&self.url).await?, connect::dialect(&self.url));
                begin(&mut tx).await?;
                tx
            }
        };
        Ok(self.tx.insert(tx))
    }
}

/// Begins the one write transaction.
pub(crate) async fn begin(tx: &mut Tx) -> Result<(), StoreError> {
    let text = match tx.dialect() {
        Dialect::Sqlite => "BEGIN IMMEDIATE".to_owned(),
        Dialect::Postgres => format!("BEGIN; SELECT pg_advisory_xact_lock({WRITER_LOCK})"),
    };
    tx.raw("beginning to write", text).await
}

/// Runs a job so that its failure undoes only itself. An error means that the whole transaction
/// is lost; a job that merely failed has its answer.
async fn run_in_savepoint(tx: &mut Tx, job: Box<dyn Job>) -> Result<Answer, StoreError> {
    if let Err(error) = tx.raw("writing", "SAVEPOINT job").await {
        job.refuse(error.clone());
        return Err(error);
    }
    match job.run(tx).await {
        Ok(answer) => match tx.raw("writing", "RELEASE SAVEPOINT job").await {
            Ok(()) => Ok(answer),
            // On PostgreSQL: a statement of the job failed and the job went on regardless.
            Err(error) => {
                answer(Err(error.clone()));
                undo(tx, error).await
            }
        },
        Err(Failure { error, answer }) => {
            answer(error.clone());
            undo(tx, error).await
        }
    }
}

/// Undoes a failed job.
async fn undo(tx: &mut Tx, error: StoreError) -> Result<Answer, StoreError> {
    // SQLite undoes the whole transaction by itself on some errors (a full disk); then there is no
    // savepoint any more and this fails.
    match tx.raw("undoing", "ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job").await {
        Ok(()) => Ok(Box::new(|_| {})),
        Err(_) => Err(error),
    }
}
