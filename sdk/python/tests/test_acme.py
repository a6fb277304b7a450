"""A broker in the roadmap's form, from its folder, and installed as a package."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from conftest import FIXTURES
from stonks_overwatch.facts import (
    Balance,
    CashKind,
    CashMovement,
    Fact,
    Instrument,
    Note,
    Position,
    Transaction,
    UpcomingDividend,
)
from stonks_overwatch.plugins.exceptions import BadData
from stonks_overwatch.testing import FakeHost, PluginUnderTest, run
from stonks_overwatch.testing.plugin import ProcessCaller

ACME = FIXTURES / "acme-broker"
SERVICES = ("portfolio", "transaction", "deposit", "dividend", "fee", "account")


@pytest.fixture
def acme() -> Iterator[PluginUnderTest]:
    with run(ACME, settings={"update_frequency_minutes": "10"}) as plugin:
        yield plugin


def all_facts(plugin: PluginUnderTest) -> list[Fact]:
    return [fact for service in SERVICES for fact in plugin.fetch(service)]


def test_units_of_transactions_are_those_of_the_portfolio(acme: PluginUnderTest) -> None:
    facts = all_facts(acme)
    held: dict[str, Decimal] = {}
    for fact in facts:
        if isinstance(fact, Transaction):
            held[fact.instrument] = held.get(fact.instrument, Decimal(0)) + fact.quantity
    claimed = {fact.instrument: fact.quantity for fact in facts if isinstance(fact, Position)}
    assert held == claimed


def test_movements_and_transactions_sum_up_to_the_balance(acme: PluginUnderTest) -> None:
    facts = all_facts(acme)
    euro = Decimal(0)
    for fact in facts:
        if isinstance(fact, CashMovement):
            euro += fact.money.amount
        elif isinstance(fact, Transaction):
            paid = fact.settled or fact.amount
            assert paid is not None
            euro += paid.amount
            if fact.settled is None:
                euro += sum(fee.money.amount for fee in fact.fees)
    (balance,) = (fact for fact in facts if isinstance(fact, Balance))
    assert euro == balance.money.amount


def test_a_fact_has_the_same_identity_in_each_delivery(acme: PluginUnderTest) -> None:
    first = [fact.identity for fact in all_facts(acme)]
    with run(ACME, in_process=False) as again:
        assert [fact.identity for fact in all_facts(again)] == first


def test_two_equal_executions_are_two_facts(acme: PluginUnderTest) -> None:
    bought = [
        fact.identity
        for fact in acme.fetch("transaction")
        if isinstance(fact, Transaction) and fact.at.date == date(2024, 2, 5)
    ]
    assert len(bought) == 2
    assert bought[1] == f"{bought[0]}:2"


def test_what_was_before_a_day_is_left_out_of_what_is_asked_since(acme: PluginUnderTest) -> None:
    facts = acme.fetch("transaction", since=date(2024, 5, 21))
    assert [fact.at.date for fact in facts if isinstance(fact, Transaction)] == [
        date(2024, 9, 2),
        date(2024, 5, 21),
    ]
    assert {fact.identity for fact in facts} <= {
        fact.identity for fact in acme.fetch("transaction")
    }


def test_each_fact_is_told_by_one_service(acme: PluginUnderTest) -> None:
    told = [fact for service in SERVICES[1:] for fact in acme.fetch(service)]
    identities = [fact.identity for fact in told if not isinstance(fact, Instrument)]
    assert len(identities) == len(set(identities))
    rest = [fact for fact in acme.fetch("account") if not isinstance(fact, Instrument)]
    assert [type(fact) for fact in rest] == [CashMovement, Note]


def test_a_dividend_is_told_before_taxes_with_the_tax_beside_it(acme: PluginUnderTest) -> None:
    paid = [fact for fact in acme.fetch("dividend") if isinstance(fact, CashMovement)]
    assert [(fact.kind, fact.money.amount) for fact in paid[:2]] == [
        (CashKind.DIVIDEND, Decimal("4.6")),
        (CashKind.WITHHOLDING_TAX, Decimal("-0.69")),
    ]
    assert paid[0].group == paid[1].group is not None
    (upcoming,) = (fact for fact in acme.fetch("dividend") if isinstance(fact, UpcomingDividend))
    assert upcoming.pay_date == date(2030, 4, 15)


def test_its_log_is_the_hosts(acme: PluginUnderTest) -> None:
    acme.fetch("portfolio")
    assert acme.host.messages("Info") == [
        "stonks_overwatch.acme.portfolio: [ACME|PORTFOLIO] reading the portfolio"
    ]


def test_settings_that_the_plugin_refuses_are_bad_data() -> None:
    with (
        pytest.raises(BadData, match="update_frequency_minutes must be at least 1"),
        run(ACME, settings={"update_frequency_minutes": 0}),
    ):
        pass


def test_an_empty_setting_is_left_to_the_plugins_default() -> None:
    with run(ACME, settings={"update_frequency_minutes": "", "offline_mode": "true"}) as plugin:
        assert plugin.health().status == "Up"


def test_an_installed_package_is_the_same_plugin(site: Path) -> None:
    host = FakeHost()
    caller = ProcessCaller(["--entry-point", "acme", "--site", str(site)], host, sys.executable)
    try:
        installed = PluginUnderTest(caller, host, is_judged=True)
        installed.initialize({})
        facts = all_facts(installed)
    finally:
        caller.close()
    with run(ACME) as acme:
        assert facts == all_facts(acme)


def test_a_package_that_is_not_installed_is_named_beside_those_that_are(site: Path) -> None:
    host = FakeHost()
    caller = ProcessCaller(["--entry-point", "gone", "--site", str(site)], host, sys.executable)
    try:
        with pytest.raises(Exception, match=r"no entry point `gone`.*there are: acme"):
            PluginUnderTest(caller, host, is_judged=True).initialize({})
    finally:
        caller.close()
