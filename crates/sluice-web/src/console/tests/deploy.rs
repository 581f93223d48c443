//! Making a deployment, and what is done with it.

use axum::http::StatusCode;

use super::Browser;

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_is_lost() {
    let mut browser = Browser::signed_in().await;
    let group = browser.submit("/groups", &[("name", "Patch day")]).await;
    let group = group.location().split('?').next().unwrap().trim_start_matches("/groups/").to_owned();
    let all = sluice_site::collections::ALL_DEVICES.to_string();
    let good = [
        ("name", "November <b>"),
        ("group", group.as_str()),
        ("collection", all.as_str()),
        ("intent", "required"),
        ("available", ""),
        ("deadline", "2026-12-01T21:00"),
        ("restart", "suppress"),
        ("notification", "show-all"),
        ("priority", "high"),
    ];
    let cases = [
        ("name", "", "cannot be empty"),
        ("group", "", "Select updates in the list"),
        ("collection", "x", "Choose the devices"),
        ("intent", "<i>", "Choose one of these"),
        ("priority", "urgent", "Choose one of these"),
        ("available", "tomorrow", "This is not a time"),
        ("intent", "available", "has no deadline"),
        ("deadline", "2020-01-01T00:00", "cannot be before"),
    ];
    for (field, value, problem) in cases {
        let mut fields = good.to_vec();
        fields.iter_mut().find(|(name, _)| *name == field).unwrap().1 = value;
        let page = browser.submit("/deployments", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}={value}: {}", page.text);
        assert!(page.text.contains(problem), "{field}={value}: {problem} is not in {}", page.text);
        if field != "name" {
            assert!(page.text.contains("November &#60;b&#62;"), "{field}: the name is kept");
        }
        assert!(!page.text.contains("November <b>"));
    }

    let page = browser.submit("/deployments", &good).await;
    let made = page.location().split('?').next().unwrap().to_owned();
    assert!(made.starts_with("/deployments/"), "{}", page.text);
    let page = browser.see(&made).await;
    assert!(page.text.contains("November &#60;b&#62;") && page.text.contains("Patch day"));
    assert!(page.text.contains("The collection has no devices"));
    assert!(page.text.contains("2026-12-01 21:00:00 UTC"));
    assert!(page.text.contains("<dt>Priority</dt><dd>High</dd>"));
    let mut soon = good.to_vec();
    soon.iter_mut().find(|(name, _)| *name == "deadline").unwrap().1 = "";
    soon[0].1 = "At once";
    let page = browser.submit("/deployments", &soon).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "without a deadline: as soon as possible; {}", page.text);
    browser.submit(&format!("{made}/disable"), &[]).await;
    assert!(browser.see(&made).await.text.contains("Disabled"));
    browser.submit(&format!("{made}/enable"), &[]).await;
    let page = browser.submit(&format!("{made}/delete"), &[]).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "only a cancelled one is deleted");
    browser.submit(&format!("{made}/cancel"), &[]).await;
    assert!(browser.see(&made).await.text.contains("Cancelled"));
    assert!(browser.see("/deployments?format=csv").await.text.contains("cancelled"));
    let page = browser.submit(&format!("{made}/delete"), &[]).await;
    assert_eq!(page.location(), "/deployments?done=deleted");
}

#[tokio::test]
async fn a_selection_without_updates_says_so() {
    let mut browser = Browser::signed_in().await;
    let page = browser.submit("/deployments/new", &[]).await;
    assert!(page.text.contains("Select updates in the list"), "{}", page.text);
    let page = browser.submit("/deployments/new", &[("update", "'; --")]).await;
    assert!(page.text.contains("no valid identifier"), "{}", page.text);
    let unknown = "0198c0de-0000-7000-8000-000000000001";
    let page = browser.submit("/deployments/new", &[("update", unknown)]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}
