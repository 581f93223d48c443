//! What the protocol between servers does not bring, whatever a site does.

/// Something a WSUS has that no other server can ask it for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotBrought {
    /// What.
    pub what: &'static str,
    /// What to do about it.
    pub instead: &'static str,
}

/// All of it.
pub(super) const NOT_BROUGHT: [NotBrought; 8] = [
    NotBrought {
        what: "computers, their history and their states",
        instead: "Nothing: they are known here after their first scan, with new states.",
    },
    NotBrought {
        what: "which computer is in which group",
        instead: "With client-side targeting (policies name the group) nothing: `sluice settings windows --targeting \
                  client`, and the names of groups are those of the collections. Otherwise export the memberships of \
                  the WSUS (PowerShell: Get-WsusComputer) and add the devices: `sluice collection add`.",
    },
    NotBrought {
        what: "automatic approval rules",
        instead: "Write them down; deploy by hand until the site has rules.",
    },
    NotBrought {
        what: "approvals for the group Unassigned Computers",
        instead: "Make a collection for the devices that are meant, and deploy to it.",
    },
    NotBrought { what: "users and their roles", instead: "Make users here, or tokens: `sluice token create`." },
    NotBrought {
        what: "schedules, languages, e-mail notifications and other options",
        instead: "Look at them in the WSUS console (Options) and set those of this site: `sluice source`, `sluice \
                  settings`.",
    },
    NotBrought {
        what: "which products and classifications are selected",
        instead: "Nothing: everything the WSUS has is taken, and at the end what has updates stays selected.",
    },
    NotBrought {
        what: "the certificate for updates of your own (local publishing)",
        instead: "Devices keep trusting it; keep its private key if you go on publishing.",
    },
];
