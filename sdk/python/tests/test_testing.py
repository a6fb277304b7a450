"""What authors are told of their faults."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from conftest import WritePlugin
from stonks_overwatch.facts import (
    AssetClass,
    Balance,
    DaySide,
    Fact,
    Instrument,
    Moment,
    Money,
    Note,
    Quote,
)
from stonks_overwatch.testing import problems_of_facts, run

DAY = datetime.date(2024, 1, 2)
SHARE = Instrument(identity="XX", asset_class=AssetClass.STOCK)
QUOTE = Quote(identity="q", instrument="XX", at=Moment(DAY), price=Decimal(1), currency="EUR")


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ([SHARE, QUOTE], None),
        ([SHARE, SHARE], None),
        ([QUOTE], "names the instrument `XX` before it was told"),
        ([SHARE, QUOTE, QUOTE], "the identity is another fact's as well"),
        ([Note(identity="two words", reason="r", text="t")], "visible ASCII"),
        ([Note(identity="n", reason="x" * 5000, text="t")], "reason: a text of more than"),
        ([Note(identity="n", reason="r", text="x" * 5000)], None),
        (
            [Instrument(identity="i", asset_class=AssetClass.STOCK, isin="XX")],
            "isin: `XX` is none",
        ),
        (
            [Instrument(identity="i", asset_class=AssetClass.STOCK, currency="euro")],
            "currency: `euro` is no currency",
        ),
        (
            [Balance(identity="b", date=DAY, side=DaySide.OPENING, money=Money(Decimal(1), "€"))],
            "money: `€` is no currency",
        ),
        (
            [Note(identity="n", at=Moment(DAY, datetime.time(1)), reason="r", text="t")],
            "at: a time without its zone",
        ),
    ],
)
def test_facts_are_judged_as_the_host_does(facts: list[Fact], problem: str | None) -> None:
    problems = problems_of_facts(facts)
    if problem is None:
        assert problems == []
    else:
        assert len(problems) == 1
        assert problem in problems[0]


def test_an_instrument_of_an_earlier_delivery_is_known() -> None:
    assert problems_of_facts([QUOTE], known=["XX"]) == []


def test_a_test_fails_where_the_host_would_refuse(write_plugin: WritePlugin) -> None:
    text = """
from stonks_overwatch.facts import Note
from stonks_overwatch.plugins.bases import Broker

class Mine(Broker):
    def fetch(self, service, cursor, since):
        return [Note(identity="n", reason="r", text="t")] * 2
"""
    folder = write_plugin({"__init__.py": text})
    with run(folder) as plugin, pytest.raises(AssertionError, match="the host would refuse"):
        plugin.fetch("account")
    with run(folder, is_judged=False) as plugin:
        assert len(plugin.fetch("account")) == 2


def test_without_a_host_the_way_to_one_is_told() -> None:
    from stonks_overwatch.host import clock

    with pytest.raises(RuntimeError, match="there is no host here"):
        clock.now()
