//! A process as an instance of a plugin: each call by its name, with its parameters and its answer.

use serde::{Deserialize, Serialize};
use stonks_plugin::Service;
use tokio::io::AsyncWriteExt;

use super::Loaded;
use super::message::{self, Bytes, Notification};
use super::process::Process;
use crate::runtime::contract::door;
use crate::runtime::contract::exports::lifecycle::{HealthReport, SettingValue as Given};
use crate::runtime::contract::exports::middleware::Origin;
use crate::runtime::contract::exports::view::Panel;
use crate::runtime::contract::figures::Metric;
use crate::runtime::contract::snapshot::PortfolioSnapshot;
use crate::runtime::contract::types::{Fact, Page};
use crate::runtime::guest::{Guest, Told};
use crate::runtime::{CallErrorKind, FAREWELL, Limits, Setting, SettingValue};

#[derive(Serialize)]
struct Fetch {
    service: Service,
    cursor: Option<String>,
    since: Option<String>,
}

#[derive(Serialize)]
struct OpenFile {
    name: String,
    content: Bytes,
}

#[derive(Serialize, Deserialize)]
struct File {
    file: u64,
}

#[derive(Serialize)]
struct Transform {
    origin: Origin,
    facts: Vec<Fact>,
}

#[derive(Deserialize)]
struct Transformed {
    facts: Vec<Fact>,
}

#[derive(Serialize)]
struct Portfolio {
    portfolio: PortfolioSnapshot,
}

#[derive(Deserialize)]
struct Computed {
    metrics: Vec<Metric>,
}

#[derive(Deserialize)]
struct Rendered {
    panels: Vec<Panel>,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct Initialize {
    settings: Vec<GivenSetting>,
}

#[derive(Serialize)]
struct GivenSetting {
    key: String,
    value: Given,
}

impl Guest for Process {
    type Loaded = Loaded;

    async fn start(
        loaded: &Loaded,
        settings: &[Setting],
        limits: Limits,
    ) -> Result<Self, CallErrorKind> {
        let spawned = Self::spawn(loaded, limits);
        let mut process = spawned.map_err(|reason| {
            CallErrorKind::Trapped(format!("its process can't be started: {reason}"))
        })?;
        let greeted = tokio::time::timeout(limits.call, process.greet()).await;
        greeted.map_err(|_| CallErrorKind::Deadline(limits.call))??;
        let settings = Initialize { settings: settings.iter().map(given).collect() };
        let outcome = process.call::<()>("initialize", settings, limits.call).await;
        outcome?.map_err(door::failure)?;
        Ok(process)
    }

    fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    async fn health(&mut self) -> Told<HealthReport> {
        self.call("health", Nothing {}, self.limits.call).await
    }

    async fn open_file(&mut self, name: String, content: Vec<u8>) -> Told<u64> {
        let params = OpenFile { name, content: Bytes(content) };
        let told = self.call::<File>("open_file", params, self.limits.call).await?;
        Ok(told.map(|opened| opened.file))
    }

    async fn next_page(&mut self, file: u64) -> Told<Page> {
        self.call("next_page", File { file }, self.limits.call).await
    }

    async fn close_file(&mut self, file: u64) -> Result<(), CallErrorKind> {
        let line = message::line(&Notification::new("close_file", File { file }));
        let line = line.map_err(|error| CallErrorKind::BadReply(error.to_string()))?;
        match tokio::time::timeout(FAREWELL, self.to.write_all(&line)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.ended(&error.to_string()).await),
            Err(_) => Err(CallErrorKind::Deadline(FAREWELL)),
        }
    }

    async fn fetch(
        &mut self,
        service: Service,
        cursor: Option<String>,
        since: Option<String>,
    ) -> Told<Page> {
        self.call("fetch", Fetch { service, cursor, since }, self.limits.call).await
    }

    async fn transform(&mut self, origin: Origin, facts: Vec<Fact>) -> Told<Vec<Fact>> {
        let params = Transform { origin, facts };
        let told = self.call::<Transformed>("transform", params, self.limits.call).await?;
        Ok(told.map(|transformed| transformed.facts))
    }

    async fn compute(&mut self, portfolio: PortfolioSnapshot) -> Told<Vec<Metric>> {
        let params = Portfolio { portfolio };
        let told = self.call::<Computed>("compute", params, self.limits.call).await?;
        Ok(told.map(|computed| computed.metrics))
    }

    async fn render(&mut self, portfolio: PortfolioSnapshot) -> Told<Vec<Panel>> {
        let params = Portfolio { portfolio };
        let told = self.call::<Rendered>("render", params, self.limits.call).await?;
        Ok(told.map(|rendered| rendered.panels))
    }

    async fn shutdown(mut self) -> Result<(), CallErrorKind> {
        // The process is killed with this handle, had it not ended by itself.
        self.call::<()>("shutdown", Nothing {}, FAREWELL).await.map(drop)
    }
}

fn given(setting: &Setting) -> GivenSetting {
    let value = match &setting.value {
        SettingValue::Text(text) => Given::Text(text.clone()),
        SettingValue::Number(number) => Given::Number(number.clone()),
        SettingValue::Flag(flag) => Given::Flag(*flag),
    };
    GivenSetting { key: setting.key.clone(), value }
}
