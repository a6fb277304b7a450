//! Upload, preview, confirmation.

use axum::http::StatusCode;
use stonks_app::reports::Query;

use crate::test_web::{FILE, Page, TestWeb};

/// A form with fields and files, as browsers send it.
fn form(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!(
                "--BOUNDARY\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
            .bytes(),
        );
    }
    for (name, content) in files {
        let head = format!(
            "--BOUNDARY\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--BOUNDARY--\r\n");
    body
}

/// Uploads, and goes where the answer leads.
async fn upload(web: &TestWeb, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Page {
    let kind = "multipart/form-data; boundary=BOUNDARY";
    let answer = web.post("/import", kind, form(fields, files)).await;
    match answer.headers.get("location") {
        Some(preview) => web.get(preview.to_str().unwrap()).await,
        None => answer,
    }
}

async fn confirm(web: &TestWeb, preview: &Page) -> Page {
    let token =
        preview.text.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    web.post(
        "/import/confirm",
        "application/x-www-form-urlencoded",
        format!("token={token}").into_bytes(),
    )
    .await
}

const NEW: [(&str, &str); 3] = [("account", ""), ("new_name", "mine"), ("plugin", "generic-csv")];

#[tokio::test]
async fn a_preview_stores_nothing_and_a_yes_stores_it() {
    let web = TestWeb::new().await;
    let preview = upload(&web, &NEW, &[("mine.csv", FILE.as_bytes())]).await;
    assert_eq!(preview.status, StatusCode::OK);
    assert!(preview.text.contains("Store 4 new facts"), "{}", preview.text);
    assert!(web.app.accounts().await.unwrap().is_empty());

    let done = confirm(&web, &preview).await;
    assert!(done.text.contains("Stored 4 new facts in mine."), "{}", done.text);
    assert_eq!(web.app.transactions(&Query::default()).await.unwrap().len(), 2);

    let again = confirm(&web, &preview).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("The upload is no longer there"));
}

#[tokio::test]
async fn what_is_known_is_told_before_it_is_stored_again() {
    let web = TestWeb::filled().await;
    let preview = upload(&web, &[("account", "mine")], &[("mine.csv", FILE.as_bytes())]).await;
    assert!(preview.text.contains("Nothing new: go on"), "{}", preview.text);
    let done = confirm(&web, &preview).await;
    assert!(done.text.contains("Everything in there was known already"), "{}", done.text);
}

#[tokio::test]
async fn a_refusal_tells_what_where_and_what_to_do() {
    let web = TestWeb::new().await;
    let bad = b"date,kind,currency,amount\n2024-01-02,deposit,EUR,five\n";
    let page = upload(&web, &NEW, &[("bad.csv", bad)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "`five` is not a number",
        "bad.csv, line 2, column 4",
        "What you can do:",
        "Nothing was stored.",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(web.app.accounts().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_form_that_is_not_filled_in_says_what_it_lacks() {
    let web = TestWeb::filled().await;
    let file: (&str, &[u8]) = ("mine.csv", FILE.as_bytes());
    for (fields, files, sentence) in [
        (vec![("account", "mine")], vec![], "Choose at least one file"),
        (vec![("account", "yours")], vec![file], "There is no account `yours`"),
        (vec![("account", ""), ("new_name", "")], vec![file], "can&#39;t name an account"),
        (
            vec![("account", ""), ("new_name", "other"), ("plugin", "")],
            vec![file],
            "Choose the broker",
        ),
        (
            vec![("account", ""), ("new_name", "mine"), ("plugin", "generic-csv")],
            vec![file],
            "There is an account `mine` already",
        ),
    ] {
        let page = upload(&web, &fields, &files).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{sentence}");
        assert!(page.text.contains(sentence), "{sentence}: {}", page.text);
    }
}

#[tokio::test]
async fn a_crashing_plugin_is_named_on_the_page() {
    let web = TestWeb::new().await;
    let fields = [("account", ""), ("new_name", "mine"), ("plugin", "hostile")];
    let page = upload(&web, &fields, &[("x.txt", b"trap")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("Plugin `hostile`, `import-file`: it crashed"), "{}", page.text);
}
