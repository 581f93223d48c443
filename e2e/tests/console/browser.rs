//! A real browser with a window of a given size, on one site's console.

use std::process::Stdio;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sluice_e2e::eventually;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{Capabilities, TypingData};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

use crate::command::words;

/// Longest the browser may take for one command.
const COMMAND_LIMIT: Duration = Duration::from_secs(90);

/// Without a sandbox, because root is not allowed to make one; and without anything that calls
/// home.
const FLAGS: [&str; 13] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
];

/// The driver on a port of its choice, until standard input closes: with the test, however that
/// ends.
const DRIVER: &str = "chromedriver --port=0 & while read -r line; do :; done";

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    pub width: u32,
    pub height: u32,
    /// Touched, and zoomed as phones do.
    pub phone: bool,
}

/// A desk's screen.
pub const DESK: Screen = Screen { width: 1280, height: 900, phone: false };
/// A phone's screen.
pub const PHONE: Screen = Screen { width: 390, height: 844, phone: true };

/// A browser; it ends with this value.
pub struct Browser {
    pub screen: Screen,
    /// Whether pages may run scripts.
    pub scripts: bool,
    driver: WebDriver,
    site: String,
    /// A process namespace with driver and browser: they end with it.
    _process: Child,
    _home: TempDir,
}

impl Browser {
    /// Opens a browser with an empty profile on the site at `site` (`http://127.0.0.1:8480`).
    pub async fn open(site: &str, screen: Screen, scripts: bool) -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        let mut command = words(&["unshare", "--mount-proc", "--pid", "--fork", "--kill-child", "sh", "-c", DRIVER]);
        command.env("HOME", home.path()).env("TMPDIR", home.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().expect("unshare");
        let port = port(&mut process).await;
        let http = reqwest::Client::builder().no_proxy().timeout(COMMAND_LIMIT).build().expect("a plain client");
        let connecting = WebDriver::builder(format!("http://127.0.0.1:{port}"), capabilities(screen, scripts));
        let driver = connecting.client(http).connect().await.expect("the browser starts");
        // It ends with its process; a driver that says goodbye first would block the test.
        driver.clone().leak().expect("a new driver");
        Self { screen, scripts, driver, site: site.to_owned(), _process: process, _home: home }
    }

    /// Goes to a path of the site, or to a whole address.
    pub async fn go(&self, to: &str) {
        let address = if to.starts_with('/') { format!("{}{to}", self.site) } else { to.to_owned() };
        self.driver.goto(&address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
    }

    /// The path it is at, with its query.
    pub async fn path(&self) -> String {
        let url = self.driver.current_url().await.expect("an address");
        url.as_str().strip_prefix(&self.site).unwrap_or(url.as_str()).to_owned()
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.driver.refresh().await.expect("the page loads again");
    }

    /// Waits until something is there and can be clicked, and clicks it.
    pub async fn click(&self, selector: &str) {
        self.when_there(selector, async |element| element.click().await).await;
    }

    /// Writes into a field in place of what is in it.
    pub async fn fill(&self, selector: &str, text: &str) {
        self.when_there(selector, async |element| {
            element.clear().await?;
            element.send_keys(text).await
        })
        .await;
    }

    /// Chooses the option of a list that begins with `text`, by typing it.
    pub async fn choose(&self, selector: &str, text: &str) {
        self.when_there(selector, async |element| {
            element.focus().await?;
            self.press(text).await;
            let chosen = element.find(By::Css("option:checked")).await?.prop("textContent").await?;
            if chosen.as_ref().is_some_and(|chosen| chosen.starts_with(text)) {
                return Ok(());
            }
            Err(WebDriverError::NotFound(format!("option {text} of {selector}"), format!("{chosen:?} is chosen")))
        })
        .await;
    }

    /// Waits until something is there, and returns what it says.
    pub async fn text(&self, selector: &str) -> String {
        self.when_there(selector, async |element| element.text().await).await
    }

    /// Waits until something says `text`, among other things.
    pub async fn says(&self, selector: &str, text: &str) {
        eventually(&format!("{selector} says {text:?}"), async || {
            let said = self.said(selector).await.map_err(|error| error.to_string())?;
            if said.contains(text) { Ok(()) } else { Err(format!("{said:?}")) }
        })
        .await;
    }

    /// What something says now.
    pub async fn said(&self, selector: &str) -> WebDriverResult<String> {
        self.driver.find(By::Css(selector)).await?.text().await
    }

    /// How many there are.
    pub async fn count(&self, selector: &str) -> usize {
        self.driver.find_all(By::Css(selector)).await.expect("a selector").len()
    }

    /// Presses keys, wherever the focus is.
    pub async fn press(&self, keys: impl Into<TypingData>) {
        let keys = self.driver.action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO)).send_keys(keys);
        keys.perform().await.expect("keys can be pressed");
    }

    /// Runs a function body in the page, as a person's developer tools do.
    pub async fn evaluate<T: DeserializeOwned>(&self, body: &str) -> T {
        let done = self.driver.execute(body, Vec::new()).await.unwrap_or_else(|error| panic!("{body}: {error}"));
        done.convert().unwrap_or_else(|error| panic!("{body}: {error}"))
    }

    /// What the browser has complained of since this was asked last: errors of scripts, breaches
    /// of the content security policy, failed requests.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.expect("a log");
        let bad = log.into_iter().filter(|entry| !["DEBUG", "INFO", "FINE"].contains(&entry.level.as_str()));
        bad.map(|entry| entry.message).collect()
    }

    /// The page fits the window's width and the browser complains of nothing.
    pub async fn is_content(&self) {
        let path = self.path().await;
        let complaints = self.complaints().await;
        assert!(complaints.is_empty(), "{path}: {complaints:#?}");
        let width: u32 = self.evaluate("return document.scrollingElement.scrollWidth").await;
        assert!(width <= self.screen.width, "{path} is {width} wide on a screen of {}", self.screen.width);
    }

    /// What can be seen, as a PNG.
    pub async fn picture(&self) -> Vec<u8> {
        self.driver.screenshot_as_png().await.expect("a picture")
    }

    /// Does something with an element; again when it cannot be used yet or the page changed under it.
    async fn when_there<T>(&self, selector: &str, act: impl AsyncFn(WebElement) -> WebDriverResult<T>) -> T {
        eventually(selector, async || {
            let attempt = async {
                let element = self.driver.find(By::Css(selector)).await?;
                act(element).await
            };
            match attempt.await {
                Ok(done) => Ok(done),
                Err(error) => Err(format!("{error}; the page: {:?}", self.said("body").await)),
            }
        })
        .await
    }
}

/// The port the driver chose, from what it says.
async fn port(process: &mut Child) -> u16 {
    let said = process.stdout.take().expect("piped");
    let mut lines = BufReader::new(said).lines();
    while let Some(line) = lines.next_line().await.expect("readable") {
        let Some((_, port)) = line.split_once("started successfully on port ") else { continue };
        // What it says later is of no interest, but somebody must read it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        return port.trim_end_matches('.').parse().expect("a port");
    }
    panic!("chromedriver did not start");
}

fn capabilities(screen: Screen, scripts: bool) -> Capabilities {
    let Screen { width, height, phone } = screen;
    let metrics = json!({ "width": width, "height": height, "pixelRatio": 1, "mobile": phone, "touch": phone });
    let refused = 2; // 1 is allowed
    let settings = if scripts { json!({}) } else { json!({ "javascript": refused }) };
    let options = json!({
        "args": FLAGS,
        "mobileEmulation": { "deviceMetrics": metrics },
        "prefs": { "profile": { "default_content_setting_values": settings } },
    });
    let wanted = json!({
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    let Value::Object(wanted) = wanted else { unreachable!("an object") };
    wanted.into_iter().fold(Capabilities::new(), |mut all, (name, value)| {
        all.set(name, value).expect("plain values");
        all
    })
}
