"""Brokers of an old installation, run with its own modules."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from conftest import LEGACY
from stonks_overwatch.facts import (
    CashMovement,
    Fee,
    FeeKind,
    Money,
    Note,
    Position,
    Transaction,
    TransactionKind,
    UpcomingDividend,
)
from stonks_overwatch.health import HealthStatus
from stonks_overwatch.plugins.exceptions import (
    Failed,
    NeedsUserAction,
    Unsupported,
    UserActionKind,
)
from stonks_overwatch.testing import FakeHost, PluginUnderTest
from stonks_overwatch.testing.plugin import RUN_PLUGIN, ProcessCaller

Start = Callable[..., PluginUnderTest]


@pytest.fixture
def start() -> Iterator[Start]:
    callers = []

    def started(broker: str, folder: Path = LEGACY) -> PluginUnderTest:
        host = FakeHost()
        arguments = ["--legacy", str(folder), "--broker", broker]
        caller = ProcessCaller(arguments, host, sys.executable)
        callers.append(caller)
        plugin = PluginUnderTest(caller, host, is_judged=True)
        plugin.initialize({"update_frequency_minutes": "5"})
        return plugin

    yield started
    for caller in callers:
        caller.close()


def test_an_old_broker_answers_with_its_own_classes(start: Start) -> None:
    degiro = start("degiro")
    assert degiro.health().status is HealthStatus.UP
    (position,) = (fact for fact in degiro.fetch("portfolio") if isinstance(fact, Position))
    assert position.quantity == 11
    bought, split, sold = (
        fact for fact in degiro.fetch("transaction") if isinstance(fact, Transaction)
    )
    assert bought.fees == (
        Fee(FeeKind.TRANSACTION, Money(Decimal(-1), "EUR")),
        Fee(FeeKind.CONVERSION, Money(Decimal("-0.85"), "EUR")),
    )
    assert split.kind is TransactionKind.SPLIT
    assert sold.amount == Money(Decimal("3751.5"), "GBX")
    kinds = [type(fact) for fact in degiro.fetch("account")]
    assert kinds == [CashMovement, CashMovement, Note]
    assert any(isinstance(fact, UpcomingDividend) for fact in degiro.fetch("dividend"))
    assert degiro.fetch("update") == []


def test_an_old_authentication_says_what_the_user_must_do(start: Start) -> None:
    with pytest.raises(NeedsUserAction) as needed:
        start("degiro").verify()
    assert needed.value.kind is UserActionKind.ONE_TIME_PASSWORD


def test_older_forms_are_understood(start: Start) -> None:
    bitvavo = start("bitvavo")
    bought, staked = (
        fact for fact in bitvavo.fetch("transaction") if isinstance(fact, Transaction)
    )
    assert bought.amount == Money(Decimal(-785), "EUR")
    assert bought.fees == (Fee(FeeKind.TRANSACTION, Money(Decimal("-1.96"), "EUR")),)
    assert staked.kind is TransactionKind.REWARD
    assert bitvavo.fetch("fee") == []
    deposits = [fact for fact in bitvavo.fetch("deposit") if not hasattr(fact, "asset_class")]
    assert [type(fact) for fact in deposits] == [CashMovement, Transaction]
    with pytest.raises(Unsupported):
        bitvavo.fetch("portfolio")


def test_a_broker_that_is_not_there_is_named_beside_those_that_are(start: Start) -> None:
    with pytest.raises(Failed, match="no broker `gone`; there are: degiro, bitvavo, ibkr"):
        start("gone")


def test_a_folder_that_is_no_installation_is_named(start: Start, tmp_path: Path) -> None:
    with pytest.raises(Failed, match="has no package `stonks_overwatch`"):
        start("degiro", tmp_path)


def test_an_installation_without_a_table_says_so(start: Start, tmp_path: Path) -> None:
    (tmp_path / "src" / "stonks_overwatch" / "core").mkdir(parents=True)
    with pytest.raises(Failed, match="has no table of brokers"):
        start("degiro", tmp_path)


def test_django_is_set_up_before_the_table_is_read(start: Start, tmp_path: Path) -> None:
    files = {
        "django/__init__.py": "import os\n\ndef setup():\n"
        "    import stonks_overwatch.settings as s\n"
        "    s.READY = os.environ['DJANGO_SETTINGS_MODULE']\n",
        "stonks_overwatch/settings.py": "READY = None\n",
        "stonks_overwatch/core/registry_setup.py": "from stonks_overwatch.settings import READY\n"
        "assert READY == 'stonks_overwatch.settings'\n"
        "BROKER_CONFIGS = {'one': {'config': None, 'services': {}}}\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert start("one", tmp_path).health().measurements[0].value == 0


def test_an_installation_is_described_for_manifests() -> None:
    done = subprocess.run(
        [sys.executable, "-I", str(RUN_PLUGIN), "--legacy", str(LEGACY), "--describe"],
        capture_output=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert [broker["broker"] for broker in told] == ["degiro", "bitvavo", "ibkr"]
    services = "stonks_overwatch.services.brokers.ibkr.services"
    assert told[2] == {
        "broker": "ibkr",
        "name": "IBKR",
        "config_class": "stonks_overwatch.config.ibkr:IbkrConfig",
        "credentials": ["access_token", "consumer_key"],
        "services": {
            "portfolio": f"{services}.portfolio:PortfolioService",
            "transaction": f"{services}.transactions:TransactionsService",
        },
    }
