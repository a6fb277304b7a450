//! `stonks account set`, `lots` and `spin-off`: how an account counts costs.

use anyhow::Result;
use clap::{Args, ValueEnum};
use stonks_app::{Account, App, CostSettings, SaleLots};
use stonks_core::account::AccountName;
use stonks_core::lots::{CostMethod, FeeTreatment, Oversell};

use crate::output::{Column, Output};

#[derive(Args)]
#[group(required = true, multiple = true, id = "what")]
pub(crate) struct Settings {
    /// Which lots a sale releases.
    #[arg(long, value_enum)]
    cost_method: Option<Method>,
    /// Whether the fees of a trade belong to its cost.
    #[arg(long, value_enum)]
    fees: Option<Fees>,
    /// What a sale of more than is held means.
    #[arg(long, value_enum)]
    oversell: Option<Sold>,
}

#[derive(Args)]
pub(crate) struct Set {
    name: AccountName,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Args)]
pub(crate) struct LotOptions {
    name: AccountName,
    /// The sale; `stonks show sales` tells its id.
    #[arg(long, value_name = "ID")]
    sale: String,
    /// Units of one lot that the sale uses; may be given several times.
    #[arg(long = "use", value_name = "ACQUISITION=QUANTITY", value_parser = super::setting)]
    chosen: Vec<(String, String)>,
    /// Forget what was named for the sale.
    #[arg(long, conflicts_with = "chosen")]
    clear: bool,
}

#[derive(Args)]
pub(crate) struct SpinOff {
    name: AccountName,
    /// The row that brought in the new units; `stonks show transactions --json` tells its id.
    #[arg(long, value_name = "ID")]
    transaction: String,
    /// Symbol or ISIN of what it came from.
    #[arg(long, value_name = "HOLDING", required_unless_present = "clear")]
    parent: Option<String>,
    /// The share of the cost that goes along, from 0 to 1, as the issuer states it; without it the
    /// first prices of both decide.
    #[arg(long, value_name = "SHARE")]
    fraction: Option<String>,
    /// Forget what was said about it.
    #[arg(long, conflicts_with_all = ["parent", "fraction"])]
    clear: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Method {
    /// First in, first out.
    Fifo,
    /// The average of what is held.
    Average,
    /// Last in, first out.
    Lifo,
    /// Highest cost first.
    Hifo,
    /// The lots that you name with `stonks account lots`, then first in, first out.
    Specific,
}

#[derive(Clone, Copy, ValueEnum)]
enum Fees {
    /// Fees raise the cost of a purchase and lower the proceeds of a sale.
    InCost,
    /// Costs and gains are without fees.
    Apart,
}

#[derive(Clone, Copy, ValueEnum)]
enum Sold {
    /// The rest opens a short position.
    Short,
    /// A purchase is missing from what was imported.
    Incomplete,
}

impl From<Method> for CostMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::Fifo => Self::Fifo,
            Method::Average => Self::Average,
            Method::Lifo => Self::Lifo,
            Method::Hifo => Self::Hifo,
            Method::Specific => Self::Specific,
        }
    }
}

/// How an account counts costs, in a few words.
pub(super) fn told(account: &Account) -> String {
    let mut words = account.cost_method.to_string();
    if account.fee_treatment == FeeTreatment::Apart {
        words += ", fees apart";
    }
    if account.oversell == Oversell::IsIncomplete {
        words += ", never short";
    }
    words
}

pub(super) async fn set(app: &App, options: &Set, output: &Output) -> Result<()> {
    let settings = &options.settings;
    let costs = CostSettings {
        method: settings.cost_method.map(CostMethod::from),
        fees: settings.fees.map(|fees| match fees {
            Fees::InCost => FeeTreatment::InCost,
            Fees::Apart => FeeTreatment::Apart,
        }),
        oversell: settings.oversell.map(|oversell| match oversell {
            Sold::Short => Oversell::OpensShort,
            Sold::Incomplete => Oversell::IsIncomplete,
        }),
    };
    let account = app.set_costs(&options.name, costs).await?;
    if output.is_json() {
        return output.json(&account);
    }
    output.line(&format!("account `{}` counts costs by {}", account.name, told(&account)));
    Ok(())
}

pub(super) async fn lots(app: &App, options: &LotOptions, output: &Output) -> Result<()> {
    app.map_facts().await?;
    let lots = if options.chosen.is_empty() && !options.clear {
        app.sale_lots(&options.name, &options.sale).await?
    } else {
        app.choose_lots(&options.name, &options.sale, &options.chosen).await?
    };
    if output.is_json() {
        return output.json(&lots);
    }
    tell(&lots, output);
    Ok(())
}

fn tell(lots: &SaleLots, output: &Output) {
    output
        .line(&format!("{}: {} {} sold on {}", lots.sale, lots.quantity, lots.holding, lots.date));
    let rows = lots.lots.iter().map(|lot| {
        vec![
            lot.acquired.to_string(),
            lot.acquisition.clone().unwrap_or_else(|| "–".to_owned()),
            lot.quantity.clone(),
            lot.cost.clone().unwrap_or_else(|| "–".to_owned()),
            lots.currency.to_string(),
            lot.used.clone(),
            lot.chosen.clone().unwrap_or_default(),
        ]
    });
    let columns = [
        Column::Left("acquired"),
        Column::Left("by"),
        Column::Right("units"),
        Column::Right("cost"),
        Column::Left(""),
        Column::Right("used"),
        Column::Right("named"),
    ];
    output.table(&columns, rows.collect(), "no lot was held before it");
    let is_named = lots.lots.iter().any(|lot| lot.chosen.is_some());
    if is_named && lots.cost_method != CostMethod::Specific {
        output.note(&format!(
            "note: named lots count by the method `specific`; account `{0}` counts by `{1}`, and `stonks account set {0} --cost-method specific` changes that",
            lots.account, lots.cost_method
        ));
    }
}

pub(super) async fn spin_off(app: &App, options: &SpinOff, output: &Output) -> Result<()> {
    let (name, transaction) = (&options.name, &options.transaction);
    match &options.parent {
        Some(parent) => {
            let said = (parent.as_str(), options.fraction.as_deref());
            app.allocate_spin_off(name, transaction, said).await?;
        }
        None => app.forget_spin_off(name, transaction).await?,
    }
    if output.is_json() {
        return output.json(&serde_json::json!({
            "account": name, "transaction": transaction, "parent": options.parent,
            "fraction": options.fraction,
        }));
    }
    output.line(&match (&options.parent, &options.fraction) {
        (Some(parent), Some(fraction)) => {
            format!("{fraction} of the cost of `{parent}` goes along with `{transaction}`")
        }
        (Some(parent), None) => {
            format!("the cost of `{parent}` is shared with `{transaction}` by their prices")
        }
        (None, _) => format!("nothing is said about `{transaction}` any more"),
    });
    Ok(())
}
