//! The ECB's rates, fetched by the plugin from a site that has good days and bad ones.

use stonks_app::Selection;

use crate::test_app::on_both;
use crate::upstream::{Answer, Site, file, sync};

/// The newest request: host, path, status, problem.
async fn last_request(app: &crate::test_app::TestApp) -> String {
    let requests = app.app.egress(&"ecb-rates".parse().unwrap(), 1).await.unwrap();
    let request = requests.first().unwrap();
    let status = request.status.map_or("-".to_owned(), |status| status.to_string());
    let problem = request.problem.as_deref().unwrap_or("ok");
    format!("{} {}{} {status} {problem}", request.method, request.host, request.path)
}

on_both! {
    async fn without_a_grant_nothing_is_fetched(app) {
        assert_eq!(
            sync(&app).await,
            "plugin `ecb-rates` asks for what you have not granted: send GET requests to www.ecb.europa.eu, \
             only to /stats/eurofxref/*, to fetch the reference rates that the ECB publishes each working day: \
             grant it with `stonks plugin grant ecb-rates --all`, or say `--grant` with this command"
        );
        assert!(app.app.egress(&"ecb-rates".parse().unwrap(), 10).await.unwrap().is_empty());
    }

    async fn new_rates_are_fetched_once(app) {
        let site = Site::open(&app).await;
        site.answers(Answer::File(file(&[("2026-11-03", "1.2"), ("2026-11-02", "1.1")])));
        assert_eq!(sync(&app).await, "2 facts, 2 new");
        assert_eq!(
            last_request(&app).await,
            "GET www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml 200 ok"
        );
        // From the last day that is known on, with it.
        assert_eq!(sync(&app).await, "1 facts, 0 new");
        site.answers(Answer::File(file(&[("2026-11-24", "1.3"), ("2026-11-03", "1.2")])));
        assert_eq!(sync(&app).await, "2 facts, 1 new");
        let app = app.reopened().await;
        assert_eq!(sync(&app).await, "plugin `ecb-rates`, `update`: the broker is not available: \
             `www.ecb.europa.eu` is not found: no such name");
        assert_eq!(
            *site.asked.lock().unwrap(),
            [
                "/stats/eurofxref/eurofxref-hist-90d.xml",
                "/stats/eurofxref/eurofxref-hist-90d.xml",
                "/stats/eurofxref/eurofxref-hist-90d.xml",
            ]
        );
    }

    async fn a_rate_that_is_corrected_is_kept_beside_the_first(app) {
        let site = Site::open(&app).await;
        site.answers(Answer::File(file(&[("2026-11-03", "1.2")])));
        assert_eq!(sync(&app).await, "1 facts, 1 new");
        site.answers(Answer::File(file(&[("2026-11-03", "1.25")])));
        assert_eq!(sync(&app).await, "1 facts, 0 new");
    }

    async fn the_whole_history_comes_in_pages(app) {
        let site = Site::open(&app).await;
        let days: Vec<String> = (0..12_000).map(|n| {
            let first = jiff::civil::date(1970, 1, 1);
            first.checked_add(jiff::Span::new().days(n)).unwrap().to_string()
        }).collect();
        let told: Vec<(&str, &str)> = days.iter().map(|day| (day.as_str(), "1.5")).collect();
        site.answers(Answer::File(file(&told)));
        let plugin = "ecb-rates".parse().unwrap();
        let since = Some(jiff::civil::date(1970, 1, 1));
        let report = app.app.sync_plugin(&plugin, since).await.unwrap();
        assert_eq!((report.files[0].facts, report.files[0].new), (12_000, 12_000));
        assert_eq!(*site.asked.lock().unwrap(), ["/stats/eurofxref/eurofxref-hist.xml"]);
    }

    async fn bad_days_store_nothing_and_are_told(app) {
        let site = Site::open(&app).await;
        let path = "GET www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml";
        for (answer, told, row) in [
            (
                Answer::Status(429, vec![("retry-after", "120")]),
                "the broker asks to wait 120 s",
                "429 ok",
            ),
            (
                Answer::Status(500, Vec::new()),
                "the broker is not available: the ECB answered with status 500",
                "500 ok",
            ),
            (
                Answer::Cut("<Envelope><Cube>".to_owned()),
                "the broker is not available: `www.ecb.europa.eu` does not answer",
                "",
            ),
            (
                Answer::Endless,
                "the broker changed its answers, the plugin needs an update: the ECB's answer is larger \
                 than 33554432 bytes",
                "200 the answer is larger than 33554432 bytes",
            ),
            (
                Answer::Bomb(64 << 20),
                "the broker changed its answers, the plugin needs an update: the ECB's answer is larger \
                 than 33554432 bytes",
                "200 the answer is larger than 33554432 bytes",
            ),
            (
                Answer::File("<html><p>We will be back</p></html>".to_owned()),
                "the broker changed its answers, the plugin needs an update: the XML holds no reference rates",
                "200 ok",
            ),
            (
                Answer::File(file(&[("2026-11-03", "a lot")])),
                "the broker changed its answers, the plugin needs an update: `a lot` is not a rate of USD",
                "200 ok",
            ),
            (
                Answer::Status(302, vec![("location", "https://127.0.0.1/stats/eurofxref/")]),
                "it failed: requests to the address 127.0.0.1:443 (this machine) are refused; plugins ask \
                 for hosts by their names",
                "",
            ),
        ] {
            site.answers(answer);
            let seen = sync(&app).await;
            assert!(seen.starts_with(&format!("plugin `ecb-rates`, `update`: {told}")), "{seen}");
            let request = last_request(&app).await;
            assert!(row.is_empty() || request.starts_with(&format!("{path} {row}")), "{request}");
        }
        site.answers(Answer::File(file(&[("2026-11-03", "1.2")])));
        assert_eq!(sync(&app).await, "1 facts, 1 new", "a good day follows");
    }

    async fn what_is_taken_back_is_gone(app) {
        let site = Site::open(&app).await;
        site.answers(Answer::File(file(&[("2026-11-03", "1.2")])));
        let everything = Selection { all: true, ..Selection::default() };
        app.app.revoke(&"ecb-rates".parse().unwrap(), &everything).await.unwrap();
        assert!(sync(&app).await.starts_with("plugin `ecb-rates` asks for what you have not granted"));
        assert!(site.asked.lock().unwrap().is_empty());
    }
}
