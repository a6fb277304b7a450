//! Fetches what the ECB published since a day: the smallest of its files that reaches back to it.

use std::cell::RefCell;

use stonks_plugin_sdk::http::{HttpError, Request, Response};
use stonks_plugin_sdk::{Fact, Page, PluginError, clock, http};

use crate::tree;

const FOLDER: &str = "https://www.ecb.europa.eu/stats/eurofxref/";

/// The ECB says ninety days; a few are left out, since its day may not be ours.
const RECENT_DAYS: i64 = 85;

/// Rates by day, the last day first, so that the first is at hand.
type Days = Vec<(String, Vec<Fact>)>;

/// Facts in one page; the contract allows 10,000, and days stay whole.
const PAGE_LENGTH: usize = 5_000;

thread_local! {
    /// What was fetched and not yet told, with the day that it goes on from.
    static REST: RefCell<(String, Days)> = const { RefCell::new((String::new(), Vec::new())) };
}

/// A page of rates. `cursor`: the day to go on from; a fresh instance fetches anew from there.
pub(crate) async fn page(
    cursor: Option<String>,
    since: Option<String>,
) -> Result<Page, PluginError> {
    let from = cursor.or(since);
    let rest = REST.with(|rest| std::mem::take(&mut *rest.borrow_mut()));
    let mut days = match (&from, rest) {
        (Some(from), (day, days)) if *from == day && !days.is_empty() => days,
        _ => fetch(from.as_deref()).await?,
    };
    let mut facts = Vec::new();
    while let Some((_, rates)) = days.pop() {
        facts.extend(rates);
        if facts.len() >= PAGE_LENGTH {
            break;
        }
    }
    let next = days.last().map(|(day, _)| day.clone());
    if let Some(day) = &next {
        REST.with(|rest| *rest.borrow_mut() = (day.clone(), days));
    }
    Ok(Page { facts, next, progress: None })
}

async fn fetch(since: Option<&str>) -> Result<Days, PluginError> {
    let request = Request {
        method: "GET".to_owned(),
        url: format!("{FOLDER}{}", file(since, clock::now().seconds)),
        headers: Vec::new(),
        body: None,
        auth: None,
        timeout_milliseconds: None,
    };
    let response = http::send(request).await.map_err(explained)?;
    Ok(by_day(read(response, since)?))
}

/// The file that reaches back to `since`; `now` in seconds since 1970.
fn file(since: Option<&str>, now: i64) -> &'static str {
    let today = now.div_euclid(86_400);
    match since.and_then(day_number) {
        Some(day) if day >= today => "eurofxref-daily.xml",
        Some(day) if day >= today - RECENT_DAYS => "eurofxref-hist-90d.xml",
        _ => "eurofxref-hist.xml",
    }
}

/// Days since 1970-01-01. Source: the usual count of days of the Gregorian calendar, its year begun
/// in March so that the leap day comes last.
fn day_number(day: &str) -> Option<i64> {
    let mut parts = day.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468)
}

fn read(response: Response, since: Option<&str>) -> Result<Vec<Fact>, PluginError> {
    let status = response.status;
    match status {
        200 => {}
        429 | 503 => {
            let mut headers = response.headers.iter();
            let wait = headers.find(|(name, _)| name == "retry-after");
            return Err(PluginError::RateLimited(
                wait.and_then(|(_, told)| told.trim().parse().ok()),
            ));
        }
        404 | 410 => {
            let told =
                format!("the file is not where it was: the ECB answered with status {status}");
            return Err(PluginError::UpstreamChanged(told));
        }
        _ => {
            let told = format!("the ECB answered with status {status}");
            return Err(PluginError::Unavailable(told));
        }
    }
    let body = String::from_utf8(response.body);
    let body =
        body.map_err(|_| PluginError::UpstreamChanged("the ECB's answer is not UTF-8".to_owned()))?;
    tree::rates(&body, since).map_err(|error| match error {
        PluginError::BadData(bad) => PluginError::UpstreamChanged(bad.message),
        other => other,
    })
}

fn by_day(facts: Vec<Fact>) -> Days {
    let mut days: Days = Vec::new();
    for fact in facts {
        let Fact::FxRate(rate) = &fact else { continue };
        match days.last_mut().filter(|(day, _)| *day == rate.date) {
            Some((_, rates)) => rates.push(fact),
            None => days.push((rate.date.clone(), vec![fact])),
        }
    }
    // The ECB's files begin with the newest day; that isn't relied on.
    days.sort_by(|one, other| other.0.cmp(&one.0));
    days
}

fn explained(error: HttpError) -> PluginError {
    match error {
        HttpError::Denied(denial) => {
            PluginError::Failed(format!("{}; {}", denial.message, denial.hint))
        }
        HttpError::RateLimited(seconds) => PluginError::RateLimited(seconds),
        HttpError::AuthRequired(detail) => PluginError::AuthRequired(detail),
        HttpError::TimedOut => {
            PluginError::Unavailable("the ECB did not answer in time".to_owned())
        }
        HttpError::TooLarge(limit) => {
            PluginError::UpstreamChanged(format!("the ECB's answer is larger than {limit} bytes"))
        }
        HttpError::Unreachable(detail) => PluginError::Unavailable(detail),
        HttpError::InvalidRequest(detail) => PluginError::Failed(detail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted() {
        for (day, expected) in [
            ("1970-01-01", Some(0)),
            ("1969-12-31", Some(-1)),
            ("2000-02-29", Some(11_016)),
            ("2000-03-01", Some(11_017)),
            ("2026-11-24", Some(20_781)),
            ("nonsense", None),
            ("2026-11", None),
        ] {
            assert_eq!(day_number(day), expected, "{day}");
        }
    }

    #[test]
    fn the_smallest_file_that_reaches_back_is_fetched() {
        let noon = 20_781 * 86_400 + 43_200;
        for (since, expected) in [
            (Some("2026-11-24"), "eurofxref-daily.xml"),
            (Some("2026-11-23"), "eurofxref-hist-90d.xml"),
            (Some("2026-08-31"), "eurofxref-hist-90d.xml"),
            (Some("2026-08-30"), "eurofxref-hist.xml"),
            (None, "eurofxref-hist.xml"),
        ] {
            assert_eq!(file(since, noon), expected, "{since:?}");
        }
    }

    fn check(status: u16, headers: &[(&str, &str)], body: &str, expected: &str) {
        let headers = headers.iter().map(|&(name, told)| (name.to_owned(), told.to_owned()));
        let response =
            Response { status, headers: headers.collect(), body: body.as_bytes().to_vec() };
        let told = read(response, Some("2026-11-02")).map(by_day);
        let told = match told {
            Ok(days) => days.iter().map(|(day, rates)| format!("{day}: {}", rates.len())).collect(),
            Err(error) => vec![format!("{error:?}").replace("PluginError::", "")],
        };
        assert_eq!(told.join(" "), expected);
    }

    #[test]
    fn an_answer_is_rates_or_a_reason() {
        let day =
            |day: &str| format!("<Cube time='{day}'><Cube currency='USD' rate='1.1'/></Cube>");
        let body = format!(
            "<E><Cube>{}{}{}</Cube></E>",
            day("2026-10-30"),
            day("2026-11-03"),
            day("2026-11-02")
        );
        check(200, &[], &body, "2026-11-03: 1 2026-11-02: 1");
        check(200, &[], &format!("<E><Cube>{}</Cube></E>", day("2026-10-30")), "");
        check(429, &[("retry-after", "120")], "", "RateLimited(Some(120))");
        check(503, &[("retry-after", "Wed, 25 Nov 2026 07:28:00 GMT")], "", "RateLimited(None)");
        check(500, &[], "", "Unavailable(\"the ECB answered with status 500\")");
        check(
            404,
            &[],
            "",
            "UpstreamChanged(\"the file is not where it was: the ECB answered with status 404\")",
        );
        check(
            200,
            &[],
            "<html><body>We will be back</body></html>",
            "UpstreamChanged(\"the XML holds no reference rates\")",
        );
        check(200, &[], "nonsense", "UpstreamChanged(\"the XML holds no reference rates\")");
    }
}
