//! An administrator's first hour, in steps.

use sluice_e2e::{Site, eventually};

use crate::browser::Browser;

/// The administrator's name and password.
const NAME: &str = "Ada";
const PASSWORD: &str = "a long enough secret";

/// From the printed address to the overview.
pub async fn create_the_first_administrator(browser: &Browser, site: &Site) {
    browser.go(&site.setup_url().expect("the site printed an address")).await;
    browser.is_content().await;
    assert_eq!(browser.text("h1").await, "First administrator");
    browser.fill("#f-name", NAME).await;
    browser.fill("#f-password", PASSWORD).await;
    browser.fill("#f-again", PASSWORD).await;
    browser.click("form button.primary").await;
    browser.says("h1", "Overview").await;
    browser.is_content().await;
}

/// Out, not in with a wrong password, and in again.
pub async fn sign_out_and_in(browser: &Browser) {
    browser.click(".who button").await;
    browser.says("h1", "Sign in").await;
    browser.is_content().await;
    sign_in(browser, "a long enough guess").await;
    browser.says(".notice", "Not signed in").await;
    assert!(browser.text(".notice").await.contains("Name or password is wrong."));
    let complaints = browser.complaints().await;
    assert!(complaints.iter().all(|c| c.contains("401")), "only of the refusal: {complaints:#?}");
    browser.is_content().await;
    browser.go("/updates").await;
    browser.says("h1", "Sign in").await;
    sign_in_as_administrator(browser).await;
    browser.says("h1", "Updates").await; // where it was going
    browser.is_content().await;
}

/// Fills the page for signing in.
pub async fn sign_in_as_administrator(browser: &Browser) {
    sign_in(browser, PASSWORD).await;
}

async fn sign_in(browser: &Browser, password: &str) {
    browser.fill("#f-name", NAME).await;
    browser.fill("#f-password", password).await;
    browser.click("form button.primary").await;
}

/// The share of devices that comply, from the overview.
pub async fn compliance(browser: &Browser) -> String {
    browser.click(".side .brand").await;
    browser.says("h1", "Overview").await;
    let share = browser.text(".donut .big").await;
    browser.is_content().await;
    share
}

/// Finds the update in the list by its name.
pub async fn find_the_update(browser: &Browser) {
    browser.click(".nav a[href='/updates']").await;
    browser.says("h1", "Updates").await;
    assert_eq!(browser.count("input[name=update]").await, 3, "everything there is");
    browser.is_content().await;
    browser.fill("#f-text", "greeting").await;
    if browser.screen.phone {
        browser.click(".filter .more summary").await;
    }
    browser.choose("#f-state", "Required").await;
    browser.click(".filter button.primary").await;
    eventually("only one update is left", async || match browser.count("input[name=update]").await {
        1 => Ok(()),
        other => Err(other.to_string()),
    })
    .await;
    browser.is_content().await;
}

/// Reads why the device needs it, and comes back.
pub async fn read_why(browser: &Browser) {
    browser.click("tbody th a").await;
    browser.says("h1", "greeting").await;
    let why = browser.text("#r-devices .why").await;
    assert!(why.contains("1.0") && why.contains("1.1"), "{why}");
    assert!(browser.text("#r-devices tbody th").await.contains("anvil"));
    browser.is_content().await;
}

/// Selects it in the list and deploys it, to be installed as soon as possible.
pub async fn deploy_it(browser: &Browser) {
    find_the_update(browser).await;
    browser.click("input[name=update]").await;
    browser.click("button[formaction='/deployments/new']").await;
    browser.says("h1", "New deployment").await;
    browser.choose("#f-collection", "All devices").await;
    browser.is_content().await;
    browser.click("form.form button.primary").await;
    browser.says(".notice", "The deployment is made").await;
}

/// Watches the deployment until it is finished: the page follows by itself, or is loaded again
/// when it may not run scripts.
pub async fn watch_it_finish(browser: &Browser) {
    browser.is_content().await;
    if browser.scripts {
        browser.evaluate::<()>("window.loadedOnce = true").await;
    }
    eventually("the deployment is finished", async || {
        if !browser.scripts {
            browser.reload().await;
        }
        let said = async |selector| browser.said(selector).await.map_err(|error| error.to_string());
        let (devices, progress) = (said("#r-devices").await?, said("#r-progress").await?);
        let done = devices.contains("Installed") && progress.contains("All devices are compliant.");
        if done { Ok(()) } else { Err(format!("{devices}\n{progress}")) }
    })
    .await;
    if browser.scripts {
        assert!(browser.evaluate::<bool>("return window.loadedOnce === true").await, "it was not loaded again");
    }
    browser.is_content().await;
}
