//! Cases in which the Python system of the same name is wrong.

use jiff::civil::{Date, Weekday};
use rust_decimal::Decimal;
use stonks_core::performance::{Series, linked};

use super::case::{Inputs, Refusal};
use super::computed::{Computed, Figures};
use super::flows::dated_list;

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    if inputs.has("steps") {
        return Err(Refusal::NotOffered(
            "about a cache of the web application, not a computation: no figure is cached here, so \
             that a page always shows the account that is asked for"
                .to_owned(),
        ));
    }
    let series = match inputs.find("rule") {
        Some(rule) => by_rule(rule.text()?)?,
        None => {
            let values = dated_list(&inputs.get("values")?)?;
            let flows =
                inputs.find("flows").map_or_else(|| Ok(Vec::new()), |list| dated_list(&list))?;
            with_first_value(&values, flows)
        }
    };
    let period =
        series.whole().ok_or_else(|| Refusal::Malformed("no day has a value".to_owned()))?;
    let mut figures = Figures::new();
    for figure in asked {
        let computed: Computed = match *figure {
            "twr" | "total" => series.time_weighted(period).into(),
            "irr" | "xirr" => series.money_weighted(period).into(),
            "gain" | "profit" => series.gain(period).into(),
            "max_drawdown" => series.drawdown(period).map(|fall| fall.depth).into(),
            "property" => months_link(&series)?,
            _ => continue,
        };
        figures.insert((*figure).to_owned(), computed);
    }
    Ok(figures)
}

/// Values of which the first is what was there before.
fn with_first_value(values: &[(Date, Decimal)], mut flows: Vec<(Date, Decimal)>) -> Series {
    if let Some(&(date, value)) = values.iter().min_by_key(|(date, _)| *date) {
        let is_told = flows.iter().any(|(day, _)| *day <= date);
        if !is_told {
            flows.push((date, value));
        }
    }
    let through = values.iter().chain(&flows).map(|(date, _)| *date).max().unwrap_or_default();
    Series::carried(values, &flows, through)
}

/// `value 1000 on 2024-01-01, then +1 % on each business day to 2024-02-29, no flows`.
fn by_rule(rule: &str) -> Result<Series, Refusal> {
    let unknown = || Refusal::UnknownShape(format!("the rule `{rule}`"));
    let words: Vec<&str> = rule.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let [
        "value",
        value,
        "on",
        first,
        "then",
        change,
        "%",
        "on",
        "each",
        day,
        "day",
        "to",
        last,
        "no",
        "flows",
    ] = words[..]
    else {
        return Err(unknown());
    };
    let number =
        |text: &str| text.trim_start_matches('+').parse::<Decimal>().map_err(|_| unknown());
    let date = |text: &str| text.parse::<Date>().map_err(|_| unknown());
    let growth = Decimal::ONE + number(change)? / Decimal::ONE_HUNDRED;
    let (first, last, mut value) = (date(first)?, date(last)?, number(value)?);
    let is_counted = |date: Date| match day {
        "business" => !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday),
        _ => day == "calendar",
    };
    let mut values = vec![(first, value)];
    let days = first.series(jiff::Span::new().days(1)).skip(1).take_while(|date| *date <= last);
    for date in days {
        if is_counted(date) {
            value = value.checked_mul(growth).ok_or_else(unknown)?;
        }
        values.push((date, value));
    }
    Ok(with_first_value(&values, Vec::new()))
}

/// The property that months link to the total, said only if they do.
fn months_link(series: &Series) -> Result<Computed, Refusal> {
    let period =
        series.whole().ok_or_else(|| Refusal::Malformed("no day has a value".to_owned()))?;
    let (Ok(years), Ok(total)) = (series.yearly(period), series.time_weighted(period)) else {
        return Ok(Computed::Nothing("the months have no return".to_owned()));
    };
    let months = linked(years.iter().flat_map(|year| &year.months).map(|month| month.rate));
    let do_link = (months - total).abs() <= 1e-12;
    Ok(if do_link {
        "product of (1 + month) - 1 = total"
    } else {
        "the months don't link to the total"
    }
    .into())
}
