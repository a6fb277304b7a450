"""Records of the contract as the classes that componentize-py makes, and back.

Compiled once for each record from its annotations, as in `stonks_runner.contract.wire`; the names
of classes, fields and cases are the same on both sides.
"""

from __future__ import annotations

import dataclasses
import datetime
import sys
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import EnumMeta
from typing import Any

from stonks_runner.contract import facts
from stonks_runner.contract.figures import Ratio
from stonks_runner.contract.settings import WireError
from stonks_runner.contract.values import decimal_text, time_text
from stonks_runner.contract.wire import FACTS, fields_of

Convert = Callable[[Any], Any]


class Converter:
    """Converts between the contract's records and the classes of a component's world."""

    def __init__(self, modules: Iterable[Any]) -> None:
        self._modules = list(modules)
        self._writers: dict[type, Convert] = {}
        self._readers: dict[type, Convert] = {}

    def write(self, record: Any) -> Any:
        """A record in the world's class of that name."""
        return self._writer(type(record))(record)

    def read(self, kind: type, told: Any) -> Any:
        """A record from the world's class of that name."""
        return self._reader(kind)(told)

    def write_page(self, page: facts.Page) -> Any:
        """A page."""
        progress = None if page.progress is None else self.write(page.progress)
        return self._class("Page")(self.write_facts(page.facts), page.next, progress)

    def write_facts(self, told: Iterable[Any]) -> list[Any]:
        """Facts, each in its case."""
        write = self._write_fact
        return [write(fact) for fact in told]

    def read_fact(self, told: Any) -> Any:
        """A fact from its case."""
        kind = getattr(facts, _case(told))
        return self._reader(kind)(told.value)

    def read_settings(self, told: Iterable[Any]) -> dict[str, Any]:
        """Settings by key."""
        settings: dict[str, Any] = {}
        for setting in told:
            case, value = _case(setting.value), setting.value.value
            if case == "Number":
                value = Decimal(value)
            elif case == "Choices":
                value = tuple(value)
            settings[setting.key] = value
        return settings

    def error(self, data: Mapping[str, Any]) -> Any:
        """A case of `plugin-error` from how JSON tells it."""
        ((case, detail),) = data.items()
        made = self._class(f"PluginError_{case}")
        if case == "NeedsUserAction":
            kinds = self._class("UserActionKind")
            name = _upper_snake(detail["kind"])
            return made(self._class("UserAction")(kinds[name], detail["message"]))
        if case == "BadData":
            fields = {name: detail.get(name) for name in ("message", "hint", "line", "column")}
            return made(self._class("BadData")(**fields))
        return made(detail)

    def _class(self, name: str) -> Any:
        for module in self._modules:
            if name in vars(module):
                return vars(module)[name]
        raise WireError(f"the component's world has no `{name}`")

    def _writer(self, kind: type) -> Convert:
        if kind not in self._writers:
            self._writers[kind] = self._compile(kind, self._class(kind.__name__), is_writer=True)
        return self._writers[kind]

    def _reader(self, kind: type) -> Convert:
        if kind not in self._readers:
            self._readers[kind] = self._compile(kind, kind, is_writer=False)
        return self._readers[kind]

    def _compile(self, kind: type, made: Any, is_writer: bool) -> Convert:
        fields = fields_of(kind)
        if not fields:
            raise WireError(f"`{kind.__name__}` is not a record of the contract")
        names: dict[str, Any] = {"made": made}
        arguments = []
        for name, annotation, is_optional in fields:
            pair = self._converters(annotation, kind)
            convert = pair[0] if is_writer else pair[1]
            value = f"r.{name}"
            if convert is not None:
                names[f"c_{name}"] = convert
                value = f"c_{name}(v)" if is_optional else f"c_{name}({value})"
                if is_optional:
                    value = f"(None if (v := r.{name}) is None else {value})"
            arguments.append(f"{name}={value}")
        exec(f"def convert(r):\n    return made({', '.join(arguments)})\n", names)
        compiled: Convert = names["convert"]
        return compiled

    def _converters(self, annotation: str, kind: type) -> tuple[Convert | None, Convert | None]:
        plain: dict[str, tuple[Convert | None, Convert | None]] = {
            "str": (None, None),
            "int": (None, None),
            "bool": (None, None),
            "float": (float, None),
            "Decimal": (decimal_text, Decimal),
            "datetime.date": (_date_text, datetime.date.fromisoformat),
            "datetime.time": (time_text, datetime.time.fromisoformat),
            "tuple[str, str]": (tuple, tuple),
            "Fact": (self._write_fact, self.read_fact),
            "MetricValue": (self._write_metric_value, self._read_metric_value),
            "Cell": (self._write_cell, None),
            "PanelBody": (self._write_panel_body, None),
        }
        if annotation in plain:
            return plain[annotation]
        if annotation.startswith("Sequence["):
            write_one, read_one = self._converters(annotation[len("Sequence[") : -1], kind)
            return _each(write_one, list), _each(read_one, tuple)
        named = vars(sys.modules[kind.__module__])[annotation]
        if isinstance(named, EnumMeta):
            return self._enum(named)
        return self._later(self._writer, named), self._later(self._reader, named)

    def _enum(self, ours: Any) -> tuple[Convert, Convert]:
        theirs = self._class(ours.__name__)
        written = {str(case): theirs[case.name] for case in ours}
        read = {theirs[case.name]: case for case in ours}

        def write(case: Any) -> Any:
            if case not in written:
                raise WireError(f"`{case}` is no `{ours.__name__}`")
            return written[case]

        return write, read.__getitem__

    @staticmethod
    def _later(find: Callable[[type], Convert], kind: type) -> Convert:
        """Finds the converter when it is first needed: a world may lack the class of the other."""
        found: list[Convert] = []

        def convert(value: Any) -> Any:
            if not found:
                found.append(find(kind))
            return found[0](value)

        return convert

    def _write_fact(self, fact: Any) -> Any:
        kind = type(fact)
        if kind.__name__ not in FACTS:
            raise WireError(f"`{kind.__name__}` is not a fact")
        return self._class(f"Fact_{kind.__name__}")(self._writer(kind)(fact))

    def _write_metric_value(self, value: Any) -> Any:
        case, converted = self._figure(value)
        return self._class(f"MetricValue_{case}")(converted)

    def _figure(self, value: Any) -> tuple[str, Any]:
        if isinstance(value, Ratio):
            return "Ratio", float(value)
        if isinstance(value, str):
            return "Text", value
        if isinstance(value, facts.Money):
            return "Money", self.write(value)
        return "Number", decimal_text(value)

    def _read_metric_value(self, told: Any) -> Any:
        case = _case(told)
        if case == "Money":
            return self.read(facts.Money, told.value)
        if case == "Text":
            return told.value
        return Ratio(told.value) if case == "Ratio" else Decimal(told.value)

    def _write_cell(self, value: Any) -> Any:
        if value is None:
            return self._class("Cell_Empty")()
        if isinstance(value, datetime.date):
            return self._class("Cell_Date")(_date_text(value))
        case, converted = self._figure(value)
        return self._class(f"Cell_{case}")(converted)

    def _write_panel_body(self, body: Any) -> Any:
        if dataclasses.is_dataclass(body):
            return self._class(f"PanelBody_{type(body).__name__}")(self.write(body))
        return self._class("PanelBody_Metrics")([self.write(metric) for metric in body])


def _each(convert: Convert | None, collect: Convert) -> Convert:
    if convert is None:
        return collect
    return lambda values: collect([convert(value) for value in values])


def _case(told: Any) -> str:
    """The case of a variant: `Fact_Note` is `Note`."""
    return type(told).__name__.rpartition("_")[2]


def _date_text(value: datetime.date) -> str:
    return value.isoformat()[:10]


def _upper_snake(name: str) -> str:
    """`OneTimePassword` as `ONE_TIME_PASSWORD`."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name)[1:].upper()
