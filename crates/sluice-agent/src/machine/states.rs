//! The states and every legal move between them, once: code, names and the drawing in
//! `docs/agent-states.md` come from this list.
//!
//! A state comes with a token that only a move into that state makes. The token's methods are the
//! legal moves out of it and use it up, so any other move does not compile.

use super::data::{Attempt, LockWait, Outcome, Pause, Planned, Recovery, Round, Work};

/// A move: from, by what, to.
#[cfg(test)]
type Move = (&'static str, &'static str, &'static str);

macro_rules! machine {
    ($( $(#[$doc:meta])* $state:ident($data:ty) = $name:literal {
        $( $(#[$move_doc:meta])* $step:ident => $next:ident, )*
    } )*) => {
        /// Where the agent is, with what it knows there and the token for leaving.
        #[derive(Debug)]
        pub(crate) enum State { $( $(#[$doc])* $state($data, $state), )* }

        /// Every legal move.
        #[cfg(test)]
        const MOVES: &[Move] = &[ $( $( ($name, stringify!($step), <$next as Token>::NAME), )* )* ];

        impl State {
            /// Its name for people and the protocol.
            pub(crate) const fn name(&self) -> &'static str {
                match self { $( Self::$state(..) => <$state as Token>::NAME, )* }
            }
        }

        /// What is known in the state that a token belongs to.
        pub(crate) trait Token {
            /// That.
            type Data;
            /// The state's name.
            const NAME: &'static str;
        }

        $(
            #[doc = concat!("Leaves the state `", $name, "`.")]
            #[derive(Debug)]
            pub(crate) struct $state(());

            impl Token for $state {
                type Data = $data;
                const NAME: &'static str = $name;
            }

            impl $state {
                // Private: only moves and the beginnings below come here.
                fn enter(data: $data) -> State { State::$state(data, Self(())) }
            $(
                $(#[$move_doc])*
                pub(crate) fn $step(self, data: <$next as Token>::Data) -> State { $next::enter(data) }
            )* }
        )*
    };
}

machine! {
    /// No site knows this device.
    Unenrolled(()) = "unenrolled" {
        /// It has an identity now.
        enrolled => Scanning,
    }
    /// An installation was interrupted: puts the package database in order first.
    Recovering(Recovery) = "recovering" {
        /// The interrupted installation still runs, or somebody else's.
        lock_held => WaitingForLock,
        /// Done as well as it can be.
        put_in_order => Verifying,
    }
    /// Looks at the device.
    Scanning(Attempt) = "scanning" {
        scanned => CheckingIn,
        /// The package database cannot be read.
        failed => BackingOff,
    }
    /// Talks to the site: policy, inventory, reports.
    CheckingIn(Round) = "checking-in" {
        /// With or without success: the policy held counts also when the site is unreachable.
        checked_in => Deciding,
    }
    /// Decides what the policy means now.
    Deciding(Round) = "deciding" {
        /// There is a journal of an installation that did not end.
        interrupted => Recovering,
        /// Something is to be fetched or installed now.
        work_due => Refreshing,
        /// A restart is needed and allowed, but users get time.
        restart_announced => PendingRestart,
        /// That time is over.
        restart_due => Restarting,
        /// Nothing is due.
        nothing_due => Idle,
        /// Files are there, their deadline is ahead.
        prepared => WaitingForDeadline,
        /// The site could not be talked to, or an interrupted installation has to wait longer.
        failed => BackingOff,
    }
    /// Has the package manager refresh its lists.
    Refreshing(Work) = "refreshing" {
        /// Another package operation is going on.
        lock_held => WaitingForLock,
        refreshed => Planning,
        failed => Verifying,
    }
    /// Waits for another package operation to end.
    WaitingForLock(LockWait) = "waiting-for-lock" {
        free_to_recover => Recovering,
        free_to_refresh => Refreshing,
        /// It took longer than the policy says to wait.
        gave_up => Verifying,
    }
    /// Has the package manager say what it would do, and refuses what is not approved.
    Planning(Work) = "planning" {
        approved => Downloading,
        /// Nothing is left to do.
        refused => Verifying,
    }
    /// Fetches files.
    Downloading(Planned) = "downloading" {
        fetched => Installing,
        /// The deadline is ahead: that was all.
        only_fetched => Verifying,
        failed => Verifying,
    }
    /// Installs; a journal says so.
    Installing(Planned) = "installing" {
        finished => Verifying,
    }
    /// Reads from the package database what is true now, records it, ends the journal.
    Verifying(Outcome) = "verifying" {
        recorded => CheckingIn,
        /// The package database cannot be read; the journal stays.
        failed => BackingOff,
    }
    /// Nothing to do until the next check-in.
    Idle(Pause) = "idle" {
        due => Scanning,
    }
    /// Files are fetched; waits for their deadline or the next check-in.
    WaitingForDeadline(Pause) = "waiting-for-deadline" {
        due => Scanning,
    }
    /// Waits longer after each failure.
    BackingOff(Pause) = "backing-off" {
        due => Scanning,
    }
    /// A restart is announced.
    PendingRestart(Pause) = "pending-restart" {
        due => Scanning,
    }
    /// Restarts the device.
    Restarting(Pause) = "restarting" {
        /// The system did not.
        refused => Idle,
    }
}

impl State {
    /// Where an agent begins that has an identity: a leftover journal comes first.
    pub(crate) fn begin(interrupted: Option<Recovery>) -> Self {
        match interrupted {
            Some(recovery) => Recovering::enter(recovery),
            None => Scanning::enter(Attempt::default()),
        }
    }

    /// Where an agent begins that has none.
    pub(crate) fn begin_unenrolled() -> Self {
        Unenrolled::enter(())
    }

    /// Whether the agent only waits here.
    pub(crate) fn pause(&self) -> Option<&Pause> {
        match self {
            Self::Idle(p, _) | Self::WaitingForDeadline(p, _) | Self::BackingOff(p, _) | Self::PendingRestart(p, _) => {
                Some(p)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The drawing, as it must stand in the documentation.
    fn drawing() -> String {
        let starts = ["unenrolled", "recovering", "scanning"];
        let mut lines: Vec<_> = starts.iter().map(|to| format!("    [*] --> {to}")).collect();
        lines.extend(MOVES.iter().map(|(from, step, to)| format!("    {from} --> {to}: {}", step.replace('_', " "))));
        format!("```mermaid\nstateDiagram-v2\n{}\n```\n", lines.join("\n"))
    }

    #[test]
    fn the_documentation_shows_exactly_these_moves() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/agent-states.md");
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains(&drawing()), "{path} must contain:\n{}", drawing());
        for name in MOVES.iter().flat_map(|(from, _, to)| [from, to]) {
            assert!(text.contains(&format!("| `{name}` |")), "{name} is not explained in {path}");
        }
    }

    #[test]
    fn every_state_can_be_reached_and_left() {
        for (from, _, to) in MOVES {
            assert!(MOVES.iter().any(|(f, _, _)| f == to), "no way out of {to}");
            assert!(*from == "unenrolled" || MOVES.iter().any(|(_, _, t)| t == from), "no way into {from}");
        }
    }
}
