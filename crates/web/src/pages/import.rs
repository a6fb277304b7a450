//! Files by upload: chosen, previewed, and only then stored.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use stonks_app::{ImportError, ImportFile, ImportReport, Mode, NewAccount, Target};
use stonks_core::account::AccountName;
use stonks_core::lots::CostMethod;
use stonks_plugin::Service;
use stonks_plugin::service::PluginKind;

use super::{Frame, PageError, Visitor, capitalised, drawn, filters};
use crate::router::Shared;
use crate::staging::Staged;

/// A plugin that reads files.
struct Reader {
    name: String,
    label: String,
    description: String,
}

/// Why an upload was refused.
struct Refusal {
    place: String,
    message: String,
    hint: Option<String>,
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    frame: Frame,
    accounts: Vec<(String, String)>,
    readers: Vec<Reader>,
    refusal: Option<Refusal>,
    done: Option<ImportReport>,
}

#[derive(Template)]
#[template(path = "import_preview.html")]
struct PreviewPage {
    frame: Frame,
    account: String,
    is_new_account: bool,
    plugin: String,
    token: String,
    n_new: usize,
    report: ImportReport,
}

pub(crate) async fn form(
    State(shared): State<Shared>,
    visitor: Visitor,
) -> Result<Html<String>, PageError> {
    drawn(&page(&shared, &visitor, None, None).await?)
}

async fn page(
    shared: &Shared,
    visitor: &Visitor,
    refusal: Option<Refusal>,
    done: Option<ImportReport>,
) -> Result<ImportPage, PageError> {
    let accounts = shared.app.accounts().await?;
    let readers = shared.app.plugins().into_iter().filter(|plugin| {
        plugin.kind() == Some(PluginKind::Broker)
            && plugin.is_usable()
            && plugin.services().contains(&Service::FileImport)
            // Rates belong to no account.
            && !plugin.manifest.as_ref().is_some_and(|manifest| manifest.capabilities.features.iter().any(|feature| feature == "fx-rates"))
    });
    let readers = readers.filter_map(|plugin| {
        let manifest = plugin.manifest?;
        Some(Reader {
            name: plugin.name,
            label: manifest.label().to_owned(),
            description: manifest.plugin.description.unwrap_or_default(),
        })
    });
    Ok(ImportPage {
        frame: visitor.frame("Import", "/import"),
        accounts: accounts
            .iter()
            .map(|account| (account.name.to_string(), account.plugin.to_string()))
            .collect(),
        readers: readers.collect(),
        refusal,
        done,
    })
}

/// The fields of the upload form.
#[derive(Default)]
struct Upload {
    /// An account that there is, or empty for a new one.
    account: String,
    new_name: String,
    plugin: String,
    files: Vec<ImportFile>,
}

impl Upload {
    async fn read(mut form: Multipart) -> Result<Self, MultipartError> {
        let mut upload = Self::default();
        while let Some(field) = form.next_field().await? {
            match field.name().unwrap_or_default() {
                "account" => upload.account = field.text().await?,
                "new_name" => upload.new_name = field.text().await?,
                "plugin" => upload.plugin = field.text().await?,
                "files" => {
                    let name = field.file_name().unwrap_or_default().to_owned();
                    let content = field.bytes().await?.to_vec();
                    // A form without a chosen file sends one without a name.
                    if !name.is_empty() {
                        upload.files.push(ImportFile { name, content });
                    }
                }
                _ => {}
            }
        }
        Ok(upload)
    }

    fn target(&self) -> Result<Target, String> {
        if !self.account.is_empty() {
            return self.account.parse().map(Target::Account).map_err(told);
        }
        let name = self.new_name.trim().parse::<AccountName>().map_err(told)?;
        let plugin = self
            .plugin
            .parse()
            .map_err(|_| "choose the broker that the files come from".to_owned())?;
        let (settings, cost_method) = (BTreeMap::new(), CostMethod::default());
        Ok(Target::NewAccount(NewAccount { name, plugin, settings, cost_method }))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` asks for")]
fn told(error: stonks_core::account::ParseAccountNameError) -> String {
    error.to_string()
}

pub(crate) async fn upload(
    State(shared): State<Shared>,
    visitor: Visitor,
    form: Multipart,
) -> Result<Response, PageError> {
    let refused = |message: String| Refusal {
        place: String::new(),
        message: capitalised(&message),
        hint: None,
    };
    let upload = match Upload::read(form).await {
        Ok(upload) => upload,
        Err(error) => {
            let refusal = refused(format!("the upload could not be read: {}", error.body_text()));
            return refuse(&shared, &visitor, refusal).await;
        }
    };
    if upload.files.is_empty() {
        return refuse(&shared, &visitor, refused("choose at least one file".to_owned())).await;
    }
    let target = match upload.target() {
        Ok(target) => target,
        Err(message) => return refuse(&shared, &visitor, refused(message)).await,
    };
    let report = shared.app.import(&target, upload.files.clone(), Mode::DryRun, &|_| ()).await;
    let report = match report {
        Ok(report) => report,
        Err(error) => return refuse(&shared, &visitor, of_import(error)?).await,
    };
    let staged = Staged { target, files: upload.files, report };
    let token = shared.staging.keep(staged, shared.app.now())?;
    Ok(Redirect::to(&format!("/import/preview/{token}")).into_response())
}

/// What storing an upload would do. A page of its own, so that it can be reloaded and gone back to.
pub(crate) async fn preview(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    let Some((report, is_new_account)) = shared.staging.report(&token, shared.app.now()) else {
        return refuse(&shared, &visitor, gone()).await;
    };
    let page = PreviewPage {
        frame: visitor.frame("Import", "/import"),
        account: report.account.as_ref().map(ToString::to_string).unwrap_or_default(),
        is_new_account,
        plugin: report.plugin.to_string(),
        token,
        n_new: report.n_new(),
        report,
    };
    Ok(drawn(&page)?.into_response())
}

fn gone() -> Refusal {
    Refusal {
        place: String::new(),
        message: "The upload is no longer there: it was stored already, or it waited for too long"
            .to_owned(),
        hint: Some("choose the files once more".to_owned()),
    }
}

async fn refuse(
    shared: &Shared,
    visitor: &Visitor,
    refusal: Refusal,
) -> Result<Response, PageError> {
    let page = page(shared, visitor, Some(refusal), None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, drawn(&page)?).into_response())
}

/// A refusal in the page; what nobody foresaw stays an error.
fn of_import(error: ImportError) -> Result<Refusal, PageError> {
    if matches!(error, ImportError::Storage(_)) {
        return Err(error.into());
    }
    let (line, column) = error.place();
    let mut place = Vec::new();
    place.extend(error.file().map(str::to_owned));
    place.extend(line.map(|line| format!("line {line}")));
    place.extend(column.map(|column| format!("column {column}")));
    Ok(Refusal {
        place: place.join(", "),
        message: capitalised(&error.to_string()),
        hint: error.hint(),
    })
}

#[derive(Deserialize)]
pub(crate) struct Confirmation {
    token: String,
}

pub(crate) async fn confirm(
    State(shared): State<Shared>,
    visitor: Visitor,
    Form(confirmation): Form<Confirmation>,
) -> Result<Response, PageError> {
    let Some(staged) = shared.staging.take(&confirmation.token, shared.app.now()) else {
        return refuse(&shared, &visitor, gone()).await;
    };
    let imported = shared.app.import(&staged.target, staged.files, Mode::Store, &|_| ()).await;
    match imported {
        Ok(report) => {
            Ok(drawn(&page(&shared, &visitor, None, Some(report)).await?)?.into_response())
        }
        Err(error) => refuse(&shared, &visitor, of_import(error)?).await,
    }
}
