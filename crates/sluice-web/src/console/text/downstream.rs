//! Servers further down.

super::words! {
    /// Servers further down.
    Downstream {
        title: "Downstream servers",
        lede: "A WSUS or another Sluice that synchronizes from this site, and the servers below them.",
        caption: "Servers that synchronize from this site",
        empty: "No server synchronizes from this site. Allow it below, then point a server here: it is listed as soon as it asks.",
        server: "Server",
        state: "State",
        contact: "Last contact",
        sync: "Last synchronization",
        devices: "Devices",
        version: "Version",
        pending: "Asks to synchronize",
        approved: "Approved",
        admitted: "Admitted",
        below: "Below another server",
        replica: "Replica",
        up_to_date: "Up to date",
        behind: "{} update behind|{} updates behind",
        below_text: "Below {}",
        unknown: "Unknown",
        approve: "Approve",
        remove: "Remove",
        remove_confirm: "The server, those below it and all devices they reported are removed. It can ask again.",
        devices_note: "Deployments of this site reach devices of these servers only through a replica: the servers decide for their own devices.",
        settings: "Who may synchronize",
        access: "Servers that may synchronize from this site",
        nobody: "Nobody",
        only_approved: "Only servers that were approved",
        anybody: "Anybody",
        anybody_hint: "The protocol has no proof of identity: whoever reaches this site gets its metadata and can report devices.",
        save: "Save",
    }
}
