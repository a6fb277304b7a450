"""Plugins of each kind, and of the new form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from conftest import FIXTURES
from stonks_overwatch.facts import (
    AssetClass,
    CashMovement,
    FxRate,
    Instrument,
    Note,
    Position,
    SourceLocation,
    Transaction,
)
from stonks_overwatch.figures import CashBalance, Holding, Metric, Money, PortfolioSnapshot, Ratio
from stonks_overwatch.health import HealthReport, HealthStatus, Measurement, Origin, Session
from stonks_overwatch.panels import Breakdown, Table, TimeSeries
from stonks_overwatch.plugins.exceptions import (
    AuthRequired,
    BadData,
    Failed,
    RateLimited,
    Unavailable,
    Unsupported,
    UpstreamChanged,
)
from stonks_overwatch.testing import FakeHost, PluginUnderTest, run

URL = "https://api.example.com"
SETTINGS = {"endpoint": URL, "count": 12, "page_size": 5}


@pytest.fixture(params=[True, False], ids=["in the test's process", "in its own process"])
def broker(request: pytest.FixtureRequest) -> Iterator[PluginUnderTest]:
    with run(FIXTURES / "fact-broker", settings=SETTINGS, in_process=request.param) as plugin:
        yield plugin


def test_a_broker_pages_with_a_cursor_of_its_own(broker: PluginUnderTest) -> None:
    pages = broker.pages("transaction")
    assert [len(page.facts) for page in pages] == [6, 5, 2]
    assert [page.next for page in pages] == ["5", "10", None]
    assert broker.host.progress[-1] == (12, 12, "12 of 12")


def test_a_broker_answers_since_a_day(broker: PluginUnderTest) -> None:
    facts = broker.fetch("transaction", since=date(2020, 1, 10))
    assert len([fact for fact in facts if isinstance(fact, Transaction)]) == 3


def test_a_broker_sends_requests_through_the_host(broker: PluginUnderTest) -> None:
    rows = '[{"quantity": "5"}, {"quantity": 2.50, "price": 10.10}]'
    broker.host.answer("GET", f"{URL}/positions", body=rows)
    facts = broker.fetch("portfolio")
    positions = [fact for fact in facts if isinstance(fact, Position)]
    assert [position.quantity for position in positions] == [Decimal(5), Decimal("2.5")]
    assert positions[1].price == Decimal("10.1")
    assert positions[1].source == SourceLocation(path="GET /positions[1]")
    (asked,) = broker.host.asked
    assert (asked.method, asked.url, asked.timeout_milliseconds) == (
        "GET",
        f"{URL}/positions",
        5000,
    )
    assert broker.host.messages("Info") == [f"{len(rows)} bytes of positions"]
    assert broker.health() == HealthReport(
        HealthStatus.UP, "at work", (Measurement("requests", 1.0, "1"),)
    )


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        ({"AuthRequired": "acme"}, AuthRequired),
        ({"RateLimited": 5}, RateLimited),
        ({"RateLimited": None}, RateLimited),
        ("TimedOut", Unavailable),
        ({"Unreachable": "no route"}, Unavailable),
        ({"TooLarge": 1000}, Failed),
        ({"InvalidRequest": "no host"}, Failed),
        ({"Denied": {"message": "not granted", "hint": "add it"}}, Failed),
    ],
)
def test_a_refused_request_is_the_failure_that_it_means(
    broker: PluginUnderTest, refusal: dict[str, object] | str, kind: type[Exception]
) -> None:
    broker.host.refuse("GET", f"{URL}/positions", refusal)
    with pytest.raises(kind):
        broker.fetch("portfolio")


def test_a_brokers_own_errors_keep_what_they_say(broker: PluginUnderTest) -> None:
    broker.host.answer("GET", f"{URL}/positions", status=500)
    with pytest.raises(UpstreamChanged, match="status 500"):
        broker.fetch("portfolio")
    with pytest.raises(RateLimited) as limited:
        broker.fetch("fee")
    assert limited.value.seconds == 7
    for service in ("dividend", "trading_journal", "nonsense"):
        with pytest.raises(Unsupported, match=f"`{service}`"):
            broker.fetch(service)


def test_a_broker_has_a_store_and_a_clock(broker: PluginUnderTest) -> None:
    for times in (1, 2):
        (fact,) = broker.fetch("deposit")
        assert isinstance(fact, CashMovement)
        assert fact.money == Money(Decimal(times), "EUR")
        assert fact.at.zone == "Z"
    assert broker.host.storage == {"fetched": b"2"}
    (rate,) = broker.fetch("update")
    assert isinstance(rate, FxRate)
    assert rate.date == broker.host.now.date()


def test_a_store_that_is_full_says_so(broker: PluginUnderTest) -> None:
    broker.host.quota = 0
    with pytest.raises(Failed, match="its quota is 0 bytes"):
        broker.fetch("deposit")


def test_a_broker_says_who_is_logged_in(broker: PluginUnderTest) -> None:
    broker.host.answer("GET", f"{URL}/me", json={"name": "Ada"})
    assert broker.verify() == Session("Ada", 600)


def test_a_broker_reads_files(broker: PluginUnderTest) -> None:
    facts = broker.read_file("mine.csv", "acme;1\n2024-01-02;5;10.5\n2024-01-02;5;10.5\n")
    bought = [fact for fact in facts if isinstance(fact, Transaction)]
    assert [fact.source.line for fact in bought] == [2, 3]
    assert bought[1].identity == f"{bought[0].identity}:2"


@pytest.mark.parametrize(
    ("content", "line", "hint"),
    [("other;1\n", 1, "export it again"), ("acme;1\nnonsense\n", 2, None)],
)
def test_a_file_is_refused_with_its_line(
    broker: PluginUnderTest, content: str, line: int, hint: str | None
) -> None:
    with pytest.raises(BadData) as refused:
        broker.read_file("x.csv", content)
    assert (refused.value.line, refused.value.hint) == (line, hint)


def test_a_middleware_changes_facts_and_leaves_some_out() -> None:
    coin = Instrument(identity="BTC", asset_class=AssetClass.CRYPTO)
    share = Instrument(identity="XX", asset_class=AssetClass.STOCK)
    with run(FIXTURES / "middleware") as plugin:
        passed = plugin.transform(
            Origin("acme", "Mine"), [coin, Note(identity="n", reason="r", text="t"), share]
        )
        assert plugin.host.messages() == ["3 facts of acme, account Mine"]
    assert [fact.identity for fact in passed] == ["BTC", "XX"]
    assert isinstance(passed[0], Instrument)
    assert passed[0].sector == "Digital assets"


def portfolio(*values: str | None) -> PortfolioSnapshot:
    return PortfolioSnapshot(
        as_of=date(2024, 7, 1),
        base_currency="EUR",
        holdings=[
            Holding(
                account="Mine",
                instrument=f"i{place}",
                name=f"Share {place}",
                asset_class=AssetClass.STOCK,
                quantity=Decimal(1),
                base_value=None if value is None else Decimal(value),
            )
            for place, value in enumerate(values)
        ],
        cash=[CashBalance(account="Mine", money=Money(Decimal(5), "USD"), base_value=Decimal(4))],
    )


def test_an_aggregator_computes_figures() -> None:
    with run(FIXTURES / "aggregator") as plugin:
        share, name, value, count = plugin.compute(portfolio("75", "25", None))
        assert (share.value, name.value) == (Ratio(0.75), "Share 0")
        assert (value.value, count.value) == (Money(Decimal(75), "EUR"), Decimal(2))
        assert plugin.compute(portfolio(None)) == [
            Metric("largest-share", "Largest holding", None, "nothing held has a value")
        ]


def test_a_view_shows_panels_of_each_kind() -> None:
    with run(FIXTURES / "view") as plugin:
        figures, table, line, parts = (panel.body for panel in plugin.render(portfolio("1")))
    assert figures == (Metric("balances", "Balances", Decimal(1)),)
    assert isinstance(table, Table)
    assert table.rows[0] == (
        "Mine",
        Money(Decimal(5), "USD"),
        Decimal(4),
        date(2024, 7, 1),
        None,
    )
    assert isinstance(line, TimeSeries)
    assert isinstance(parts, Breakdown)


def test_a_host_that_has_no_answer_says_which_it_has() -> None:
    host = FakeHost()
    host.answer("GET", f"{URL}/me", json={})
    with (
        run(FIXTURES / "fact-broker", settings=SETTINGS, host=host) as plugin,
        pytest.raises(Failed, match=r"no answer to GET .*/positions.*it has answers to: GET .*/me"),
    ):
        plugin.fetch("portfolio")
