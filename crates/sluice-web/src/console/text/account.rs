//! Signing in, and the first administrator.

super::words! {
    /// Signing in, and the first administrator.
    Account {
        sign_in: "Sign in",
        name: "Name",
        password: "Password",
        no_account: "This site has no administrator yet.",
        no_account_fix: "Open the address with the setup token that `sluice serve` printed at its first start.",
        wrong: "Not signed in",
        other_site: "The form was not sent from this site, so it was refused",
        other_site_fix: "Open the sign-in page of this site and send it from there.",
        setup: "First administrator",
        setup_text: "This account may do everything on the site. Make up a password that is used nowhere else.",
        setup_token: "Setup token",
        setup_token_hint: "Printed by `sluice serve` at its first start; works once.",
        password_hint: "At least 12 characters.",
        password_again: "Password again",
        differ: "The two passwords differ",
        create: "Create account",
        done_already: "This site has its first administrator",
        done_already_text: "The setup token works once. Sign in with the account that was made.",
        tagline: "Software updates for the whole fleet.",
    }
}
