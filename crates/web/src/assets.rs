//! Style sheet, scripts and pictures, which are part of the program.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "assets/dist"]
struct Files;

/// The path of an asset, with its digest, so that a browser may keep it for good.
pub(crate) fn path(name: &str) -> String {
    let tag = Files::get(name).map(|file| tag(&file)).unwrap_or_default();
    format!("/assets/{name}?{tag}")
}

fn tag(file: &EmbeddedFile) -> String {
    file.metadata.sha256_hash()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = Files::get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let etag = format!("\"{}\"", tag(&file));
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let kind = mime_guess::from_path(&name).first_or_octet_stream();
    let fixed = [
        (header::CONTENT_TYPE, kind.to_string()),
        (header::ETAG, etag),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (fixed, file.data).into_response()
}
