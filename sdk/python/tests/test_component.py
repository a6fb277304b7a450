"""Plugins as WebAssembly components: the world, the conversion, the bytes."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import subprocess
import sys
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from conftest import FIXTURES, WIT
from stonks_overwatch import facts, figures, health, panels
from stonks_overwatch.testing.plugin import RUN_PLUGIN
from stonks_runner.component import interfaces, write_world
from stonks_runner.component.binary import ComponentError, imports, mark_async
from stonks_runner.component.convert import Converter
from stonks_runner.contract.wire import fields_of
from test_wire import FACTS, PANELS

MANIFEST: dict[str, Any] = {"plugin": {"type": "broker"}, "capabilities": {"services": []}}


@pytest.mark.parametrize(
    ("manifest", "imported", "exported"),
    [
        (MANIFEST, ["log", "clock", "progress"], ["lifecycle"]),
        (
            {
                "plugin": {"type": "broker"},
                "capabilities": {"services": ["file_import", "trade", "portfolio", "unknown"]},
                "permissions": {"http": [{"host": "h"}], "storage": {"quota_bytes": 1}},
            },
            ["log", "clock", "storage", "http", "progress"],
            ["lifecycle", "portfolio", "transaction", "file-import"],
        ),
        (
            {"plugin": {"type": "view"}, "permissions": {"http": [{"host": "h"}]}},
            ["log", "clock"],
            ["lifecycle", "view"],
        ),
        (
            {"plugin": {"type": "middleware"}, "permissions": {"http": [{"host": "h"}]}},
            ["log", "clock", "http"],
            ["lifecycle", "middleware"],
        ),
    ],
)
def test_a_component_has_what_its_manifest_tells(
    manifest: dict[str, Any], imported: list[str], exported: list[str]
) -> None:
    assert interfaces(manifest) == (imported, exported)


def test_functions_of_imports_block_and_those_of_exports_do_not(tmp_path: Path) -> None:
    manifest = MANIFEST | {"permissions": {"http": [{"host": "h"}], "storage": {"quota_bytes": 1}}}
    version, functions = write_world(manifest, WIT, tmp_path / "wit")
    assert version == "1.0.0"
    assert functions == {
        "stonks:plugin/http@1.0.0": frozenset({"send"}),
        "stonks:plugin/storage@1.0.0": frozenset({"get", "set", "delete", "keys"}),
    }
    assert "async func" not in (tmp_path / "wit" / "host.wit").read_text()
    assert "initialize: async func" in (tmp_path / "wit" / "plugin.wit").read_text()
    assert "import http;" in (tmp_path / "wit" / "python-guest.wit").read_text()


# What componentize-py makes of the contract: classes of the same names, enums of numbers, a class
# for each case of a variant.


def world() -> list[ModuleType]:
    made = ModuleType("types")
    for module in (facts, figures, panels, health):
        for name, kind in vars(module).items():
            if isinstance(kind, type) and issubclass(kind, Enum):
                cases = {case.name: number for number, case in enumerate(kind)}
                vars(made)[name] = Enum(name, cases)
            elif dataclasses.is_dataclass(kind):
                fields = [field for field, _, _ in fields_of(kind)]  # type: ignore[arg-type]
                vars(made)[name] = dataclasses.make_dataclass(name, fields)
    variants = {
        "Fact": [type(fact).__name__ for fact in FACTS],
        "MetricValue": ["Money", "Number", "Ratio", "Text"],
        "Cell": ["Text", "Number", "Money", "Ratio", "Date"],
        "PanelBody": ["Metrics", "Table", "TimeSeries", "Breakdown"],
        "PluginError": ["Failed", "RateLimited", "BadData", "NeedsUserAction"],
    }
    for variant, cases_of in variants.items():
        for case in cases_of:
            name = f"{variant}_{case}"
            vars(made)[name] = dataclasses.make_dataclass(name, ["value"])
    made.Cell_Empty = dataclasses.make_dataclass("Cell_Empty", [])  # type: ignore[attr-defined]
    made.BadData = dataclasses.make_dataclass(  # type: ignore[attr-defined]
        "BadData", ["message", "hint", "line", "column"]
    )
    made.UserAction = dataclasses.make_dataclass("UserAction", ["kind", "message"])  # type: ignore[attr-defined]
    made.UserActionKind = Enum("UserActionKind", ["ONE_TIME_PASSWORD"])  # type: ignore[attr-defined]
    return [made]


WORLD = world()
CONVERTER = Converter(WORLD)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_survives_the_way_into_the_world_and_back(fact: facts.Fact) -> None:
    (written,) = CONVERTER.write_facts([fact])
    assert type(written).__name__ == f"Fact_{type(fact).__name__}"
    assert CONVERTER.read_fact(written) == fact


def test_a_page_holds_texts_for_numbers_and_days() -> None:
    page = CONVERTER.write_page(facts.Page(FACTS[2:3], "next", facts.Progress(1, None)))
    told = page.facts[0].value
    assert (told.quantity, told.price, told.settlement_date) == ("0.1", "10", "2024-02-29")
    assert told.kind.name == "TRANSFER_IN"
    assert (told.at.time, told.fees[0].money.amount) == ("16:40:00", "-1.5")
    assert (page.next, page.progress.done, page.progress.total) == ("next", 1, None)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_a_panel_is_written_with_its_body(panel: panels.Panel) -> None:
    body = CONVERTER.write(panel).body
    case = type(panel.body).__name__ if dataclasses.is_dataclass(panel.body) else "Metrics"
    assert type(body).__name__ == f"PanelBody_{case}"
    if case == "Table":
        cells = [type(row[0]).__name__ for row in body.value.rows]
        assert cells == [
            "Cell_Date",
            "Cell_Empty",
            "Cell_Text",
            "Cell_Number",
            "Cell_Money",
            "Cell_Ratio",
        ]


def test_a_portfolio_is_read() -> None:
    snapshot = figures.PortfolioSnapshot(
        as_of=facts.Moment(FACTS[3].at.date).date,  # type: ignore[union-attr]
        base_currency="EUR",
        cash=(figures.CashBalance(account="a", money=figures.Money(Decimal(1), "EUR")),),
    )
    assert CONVERTER.read(figures.PortfolioSnapshot, CONVERTER.write(snapshot)) == snapshot


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"Failed": "why"}, "PluginError_Failed(value='why')"),
        ({"RateLimited": None}, "PluginError_RateLimited(value=None)"),
        (
            {"BadData": {"message": "m", "line": 3}},
            "PluginError_BadData(value=BadData(message='m', hint=None, line=3, column=None))",
        ),
        (
            {"NeedsUserAction": {"kind": "OneTimePassword", "message": "m"}},
            "PluginError_NeedsUserAction(value=UserAction("
            "kind=<UserActionKind.ONE_TIME_PASSWORD: 1>, message='m'))",
        ),
    ],
)
def test_an_error_is_the_case_that_it_names(data: dict[str, Any], expected: str) -> None:
    assert repr(CONVERTER.error(data)).replace("Types.", "") == expected


def test_what_the_world_does_not_know_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="`Point` is not a fact"):
        CONVERTER.write_facts([PANELS[2].body.series[0].points[0]])  # type: ignore[union-attr]
    wrong = dataclasses.replace(FACTS[1], asset_class="Unheard")  # type: ignore[type-var]
    with pytest.raises(ValueError, match="`Unheard` is no `AssetClass`"):
        CONVERTER.write_facts([wrong])


# A component by its bytes.


def vector(items: list[bytes]) -> bytes:
    return bytes([len(items)]) + b"".join(items)


def text(value: str) -> bytes:
    return bytes([len(value)]) + value.encode()


def component(*declarations: bytes, imported: str = "a:b/store@1.0.0") -> bytes:
    """A component that imports one instance, whose type has these declarations."""
    types = vector([b"\x40\x00\x01\x00", b"\x42" + vector(list(declarations))])
    imports_ = vector([b"\x00" + text(imported) + b"\x05\x01"])
    sections = b"".join(
        bytes([number, len(body)]) + body for number, body in ((7, types), (10, imports_))
    )
    return b"\x00asm\x0d\x00\x01\x00" + sections


FUNCTION = b"\x01\x40" + vector([text("key") + b"\x73"]) + b"\x00\x79"
OTHER = b"\x01\x40\x00\x01\x00"


def exported(name: str, index: int) -> bytes:
    return b"\x04\x00" + text(name) + b"\x01" + bytes([index])


def test_only_the_named_functions_are_marked() -> None:
    raw = component(FUNCTION, OTHER, exported("get", 0), exported("now", 1))
    marked = mark_async(raw, {"a:b/store@1.0.0": frozenset({"get"})})
    changed = [place for place, (a, b) in enumerate(zip(raw, marked, strict=True)) if a != b]
    (place,) = changed
    assert (raw[place], marked[place]) == (0x40, 0x43)
    assert raw[place - 1 : place + 6] == FUNCTION[:7]
    assert imports(marked) == ["a:b/store@1.0.0"]


def test_functions_that_share_a_type_with_others_are_not_guessed_at() -> None:
    raw = component(FUNCTION, exported("get", 0), exported("now", 0))
    with pytest.raises(ComponentError, match="can't be told apart"):
        mark_async(raw, {"a:b/store@1.0.0": frozenset({"get"})})


def test_other_imports_are_left_alone() -> None:
    raw = component(FUNCTION, exported("get", 0), imported="a:b/other")
    assert mark_async(raw, {"a:b/store@1.0.0": frozenset({"get"})}) == raw


@pytest.mark.parametrize("raw", [b"", b"\x00asm\x01\x00\x00\x00", b"text"])
def test_bytes_that_are_no_component_are_refused(raw: bytes) -> None:
    with pytest.raises(ComponentError, match="not a component"):
        mark_async(raw, {})


@pytest.mark.skipif(
    importlib.util.find_spec("componentize_py") is None, reason="componentize-py is not installed"
)
@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("fact-broker", {"clock", "http", "log", "progress", "storage", "types"}),
        ("acme-broker", {"clock", "log", "progress", "types"}),
        ("middleware", {"clock", "log", "types"}),
        ("aggregator", {"clock", "figures", "log", "snapshot", "types"}),
        ("view", {"clock", "figures", "log", "snapshot", "types"}),
    ],
)
def test_a_plugin_becomes_a_component(tmp_path: Path, folder: str, expected: set[str]) -> None:
    out = tmp_path / "plugin.wasm"
    arguments = ["--build-component", FIXTURES / folder, "--wit", WIT, "--out", out]
    command = [sys.executable, "-I", str(RUN_PLUGIN), *map(str, arguments)]
    subprocess.run(command, check=True)
    raw = out.read_bytes()
    assert set(imports(raw)) == {f"stonks:plugin/{name}@1.0.0" for name in expected}
    assert raw.endswith(b"stonks:api-version1.0.0")


@pytest.mark.skipif(
    importlib.util.find_spec("componentize_py") is None, reason="componentize-py is not installed"
)
def test_a_plugin_that_cannot_be_imported_becomes_no_component(tmp_path: Path) -> None:
    (tmp_path / "plugin").mkdir()
    told = MANIFEST | {"plugin": {"name": "x", "version": "1.0.0", "type": "broker"}}
    (tmp_path / "plugin" / "plugin_manifest.json").write_text(json.dumps(told))
    (tmp_path / "plugin" / "__init__.py").write_text("raise ValueError('broken')")
    arguments = ["--build-component", tmp_path / "plugin", "--wit", WIT, "--out", tmp_path / "x"]
    command = [sys.executable, "-I", str(RUN_PLUGIN), *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "ValueError: broken" in done.stderr
    assert not (tmp_path / "x").exists()
