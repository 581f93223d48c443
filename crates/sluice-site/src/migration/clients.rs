//! How clients come to this site after the cut-over, in sentences: with the policy they have, or with another one.

/// The port of a WSUS for plain HTTP, and of this site.
const PLAIN: u16 = 8530;
/// The same for TLS.
const TLS: u16 = 8531;

/// For clients whose policy names the address of the WSUS; `own` is where devices reach this site.
pub(super) fn sentences(wsus: &str, own: &str) -> Vec<String> {
    let (scheme, rest) = wsus.split_once("://").unwrap_or(("http", wsus));
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)))
    {
        Some((host, port)) => (host, port),
        None => (authority, if scheme == "https" { 443 } else { 80 }),
    };
    let mut sentences = vec![format!(
        "With the policy they have (WUServer {scheme}://{host}:{port}): let the DNS name {host} point to this machine, and \
         start the site with `sluice serve --host-name {host}`, so that the name is in its certificate. Stop the WSUS \
         service first, or give its machine another name."
    )];
    if scheme == "https" {
        sentences.push(
            "They must trust the certificate authority of this site: bring it to them before (`sluice client-policy \
             windows --format cer`). Where the policy pins the certificate of the WSUS, pin that authority."
                .to_owned(),
        );
    } else {
        sentences.push(
            "They ask over plain HTTP, and this site gives metadata there only when it is allowed: `sluice settings \
             windows --metadata-over-http true`. Whoever is on the way can then change what they are told: move them to \
             port 8531 with TLS when you can."
                .to_owned(),
        );
    }
    let usual = if scheme == "https" { TLS } else { PLAIN };
    if port != usual {
        let listen = if scheme == "https" { "--client-listen" } else { "--plain-listen" };
        sentences
            .push(format!("They use port {port}: let the site listen there (`sluice serve {listen} 0.0.0.0:{port}`)."));
    }
    sentences.push(format!(
        "With a new policy instead: `sluice client-policy windows` points them to {own}; one value in Group Policy, no \
         change on the devices."
    ));
    sentences.push(
        "Their first scan here is a full one. Watch them arrive: `sluice client-policy arrivals`. Keep the WSUS for as \
         long as some still ask it."
            .to_owned(),
    );
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_to_be_moved_depends_on_the_address() {
        let text = |url| sentences(url, "https://sluice.example:8531").join("\n");
        let plain = text("http://wsus.example:8530");
        assert!(plain.contains("--host-name wsus.example") && plain.contains("--metadata-over-http true"), "{plain}");
        assert!(!plain.contains("-listen") && !plain.contains("--format cer"), "{plain}");
        let tls = text("https://wsus.example/");
        assert!(tls.contains("--format cer") && tls.contains("--client-listen 0.0.0.0:443"), "{tls}");
        assert!(text("http://wsus").contains("--plain-listen 0.0.0.0:80"));
    }
}
