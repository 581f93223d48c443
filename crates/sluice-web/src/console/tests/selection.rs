//! Classifications and products.

use axum::http::StatusCode;
use bytes::Bytes;
use futures_util::stream;
use sluice_model::Classification;
use sluice_site::Caller;
use uuid::Uuid;

use super::Browser;

fn id(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

/// A category, or software with products.
fn document(number: u128, title: &str, kind: Option<&str>, needs: &[u128]) -> String {
    let properties = if kind.is_some() { "UpdateType=\"Category\"" } else { "ExplicitlyDeployable=\"true\"" };
    let clause = |n: &u128| {
        format!("<upd:AtLeastOne IsCategory=\"true\"><upd:UpdateIdentity UpdateID=\"{}\"/></upd:AtLeastOne>", id(*n))
    };
    let needs: String = needs.iter().map(clause).collect();
    let handler = kind.map_or_else(String::new, |kind| {
        format!("<upd:HandlerSpecificData xsi:type=\"cat:Category\"><cat:CategoryInformation CategoryType=\"{kind}\"/></upd:HandlerSpecificData>")
    });
    format!(
        "<upd:Update xmlns:upd=\"http://schemas.microsoft.com/msus/2002/12/Update\" \
         xmlns:cat=\"http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Category\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <upd:UpdateIdentity UpdateID=\"{}\" RevisionNumber=\"1\"/>\
         <upd:Properties DefaultPropertiesLanguage=\"en\" {properties}/>\
         <upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language>\
         <upd:Title>{title}</upd:Title></upd:LocalizedProperties></upd:LocalizedPropertiesCollection>\
         <upd:Relationships><upd:Prerequisites>{needs}</upd:Prerequisites></upd:Relationships>{handler}</upd:Update>",
        id(number)
    )
}

async fn import(browser: &Browser, documents: &[String]) {
    let body = stream::iter([Ok(Bytes::from(documents.concat()))]);
    let summary = browser.site.import_catalog(&Caller::system(), "all.xml", None, body).await.unwrap();
    assert_eq!(summary.quarantined, 0, "{summary:?}");
}

async fn with_products() -> Browser {
    let browser = Browser::signed_in().await;
    let tree = [
        document(1, "Microsoft", Some("Company"), &[]),
        document(2, "Windows", Some("ProductFamily"), &[1]),
        document(3, "Windows 11", Some("Product"), &[2]),
        document(10, "A patch", None, &[3]),
    ];
    import(&browser, &tree).await;
    browser
}

fn ticked(page: &str, id: &str) -> bool {
    page.contains(&format!("name=\"select\" value=\"{id}\" checked"))
}

#[tokio::test]
async fn a_change_is_shown_before_it_is_made() {
    let mut browser = with_products().await;
    let page = browser.see("/selection").await;
    for text in ["Nothing is selected yet", "Windows 11", "Imported, offered", "Security Updates", "Offer no longer"] {
        assert!(page.text.contains(text), "{text} is not on the page: {}", page.text);
    }
    let (windows, product) = (id(2), id(3));
    let security = Classification::SecurityUpdates.id().to_string();
    let fields = [("select", windows.as_str()), ("select", security.as_str())];
    let page = browser.submit("/selection/preview", &fields).await;
    assert_eq!(page.status, StatusCode::OK);
    for text in [
        "2 are selected",
        "asked for 3 products and classifications more",
        "sluice category select",
        "Save the selection",
    ] {
        assert!(page.text.contains(text), "{text} is not on the page: {}", page.text);
    }
    assert!(browser.see("/selection").await.text.contains("Nothing is selected yet"), "a preview changes nothing");

    let page = browser.submit("/selection", &fields).await;
    assert_eq!(page.location(), "/selection?done=saved");
    let page = browser.see("/selection").await;
    assert!(ticked(&page.text, &windows) && ticked(&page.text, &product) && ticked(&page.text, &security));
    assert!(!page.text.contains("Nothing is selected yet"));

    // The family stays ticked, its product is cleared: excluded, with its update.
    let fields = [("select", windows.as_str()), ("was", windows.as_str()), ("was", product.as_str())];
    let page = browser.submit("/selection/preview", &fields).await;
    for text in ["1 is deselected", "1 update is no longer offered", "Updates by product family"] {
        assert!(page.text.contains(text), "{text} is not on the page: {}", page.text);
    }
    browser.submit("/selection", &[("deselect", product.as_str())]).await;
    let page = browser.see("/selection").await;
    assert!(ticked(&page.text, &windows) && !ticked(&page.text, &product));
    assert!(page.text.contains("Not offered"));
    let update = browser.see(&format!("/updates/{}", id(10))).await;
    assert!(update.text.contains("This update is not selected"), "{}", update.text);
}

#[tokio::test]
async fn what_was_imported_can_be_withdrawn_without_being_selected_first() {
    let mut browser = with_products().await;
    let product = id(3);
    let page = browser.submit("/selection/preview", &[("withdraw", product.as_str())]).await;
    assert!(page.text.contains("1 update is no longer offered"), "{}", page.text);
    let both = [("withdraw", product.as_str()), ("select", product.as_str())];
    let page = browser.submit("/selection/preview", &both).await;
    assert!(page.text.contains("1 is selected") && !page.text.contains("is deselected"), "{}", page.text);
    let page = browser.submit("/selection/preview", &[]).await;
    assert!(page.text.contains("No choice changes") && !page.text.contains("Save the selection"), "{}", page.text);
    let page = browser.submit("/selection/preview", &[("select", "<script>")]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn new_products_are_flagged_until_somebody_looks() {
    let mut browser = with_products().await;
    assert!(!browser.see("/").await.text.contains("is new"), "the first list is not news");
    import(&browser, &[document(4, "Windows 12", Some("Product"), &[2])]).await;
    assert!(browser.see("/").await.text.contains("1 product or classification is new"));
    let page = browser.see("/selection?new=true").await;
    assert!(page.text.contains("Windows 12") && !page.text.contains("Windows 11"), "{}", page.text);
    assert_eq!(page.hidden("seen"), id(4));
    let page = browser.submit("/selection/acknowledge", &[("seen", id(4).as_str())]).await;
    assert_eq!(page.location(), "/selection?done=saved");
    assert!(!browser.see("/").await.text.contains("is new"));
    assert!(browser.see("/selection?new=true").await.text.contains("Nothing matches"));
    let page = browser.see("/selection?text=windows+12").await;
    assert!(page.text.contains("Windows 12") && page.text.contains("Microsoft") && !page.text.contains("Windows 11"));
}
