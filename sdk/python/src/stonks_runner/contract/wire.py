"""Records as JSON: fields with underscores, options left out, variants tagged by their case.

Writers and readers are compiled once for each record from its annotations, as `dataclasses` does
for constructors, and write text at once: a page of ten thousand transactions is ready in a few
dozen milliseconds.
"""

from __future__ import annotations

import dataclasses
import datetime
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import EnumMeta
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from stonks_runner.contract.facts import Money, Page
from stonks_runner.contract.settings import WireError, case_of
from stonks_runner.contract.values import decimal_text, time_text

Json = dict[str, Any]
Write = Callable[[Any], str]
Read = Callable[[Any], Any]

quoted: Callable[[str], str] = encode_basestring

_writers: dict[type, Write] = {}
_readers: dict[type, Read] = {}


def write(record: Any) -> str:
    """A record as JSON text."""
    return writer(type(record))(record)


def read(kind: type, told: Json) -> Any:
    """A record from JSON. Unknown fields are left aside: the contract only grows."""
    return reader(kind)(told)


def writer(kind: type) -> Write:
    """What writes records of a kind."""
    return _writers.get(kind) or _compile_writer(kind)


def reader(kind: type) -> Read:
    """What reads records of a kind."""
    return _readers.get(kind) or _compile_reader(kind)


def write_all(records: Sequence[Any]) -> str:
    """A list of records."""
    return f"[{','.join([write(record) for record in records])}]"


FACTS = (
    "Account",
    "Instrument",
    "Transaction",
    "CashMovement",
    "Position",
    "Balance",
    "Quote",
    "FxRate",
    "UpcomingDividend",
    "Note",
)
"""The cases of the variant `fact`, each named as its class."""


def write_fact(fact: Any) -> str:
    """A fact with the name of its case."""
    kind = type(fact)
    if kind.__name__ not in FACTS:
        raise WireError(f"`{kind.__name__}` is not a fact")
    return f'{{"{kind.__name__}":{writer(kind)(fact)}}}'


def read_fact(told: Json) -> Any:
    """A fact from JSON."""
    from stonks_runner.contract import facts

    name, record = case_of(told)
    if name not in FACTS:
        raise WireError(f"`{name}` is not a fact")
    return reader(getattr(facts, name))(record)


def write_facts(facts: Sequence[Any]) -> str:
    """A list of facts."""
    return f"[{','.join([write_fact(fact) for fact in facts])}]"


def write_page(page: Page) -> str:
    """A page: facts, the cursor of the next page, progress."""
    following = "null" if page.next is None else quoted(page.next)
    progress = "" if page.progress is None else f',"progress":{write(page.progress)}'
    return f'{{"facts":{write_facts(page.facts)},"next":{following}{progress}}}'


def _write_float(value: float) -> str:
    text = float.__repr__(float(value))
    if "n" in text:  # nan, inf
        raise WireError(f"`{text}` is not a finite number")
    return text


def _write_decimal(value: Any) -> str:
    return f'"{decimal_text(value)}"'


def _write_metric_value(value: Any) -> str:
    from stonks_runner.contract.figures import Ratio

    if isinstance(value, Ratio):
        return f'{{"Ratio":{_write_float(value)}}}'
    if isinstance(value, str):
        return f'{{"Text":{quoted(value)}}}'
    if isinstance(value, Money):
        return f'{{"Money":{write(value)}}}'
    return f'{{"Number":"{decimal_text(value)}"}}'


def _read_metric_value(told: Json) -> Any:
    from stonks_runner.contract.figures import Ratio

    case, value = case_of(told)
    if case == "Text":
        return value
    if case == "Money":
        return read(Money, value)
    return Ratio(value) if case == "Ratio" else Decimal(value)


def _write_cell(value: Any) -> str:
    if value is None:
        return '"Empty"'
    if isinstance(value, datetime.date):
        return f'{{"Date":{_write_date(value)}}}'
    return _write_metric_value(value)


def _read_cell(told: Any) -> Any:
    if told == "Empty":
        return None
    if "Date" in told:
        return _read_date(told["Date"])
    return _read_metric_value(told)


def _write_panel_body(body: Any) -> str:
    if dataclasses.is_dataclass(body):
        return f'{{"{type(body).__name__}":{write(body)}}}'
    return f'{{"Metrics":{write_all(body)}}}'


def _read_panel_body(told: Json) -> Any:
    from stonks_runner.contract import figures, panels

    case, body = case_of(told)
    if case == "Metrics":
        return tuple(read(figures.Metric, metric) for metric in body)
    return read(getattr(panels, case), body)


@lru_cache(maxsize=4096)
def _write_date(value: datetime.date) -> str:
    # A datetime is a date, whose text is longer.
    return f'"{value.isoformat()[:10]}"'


@lru_cache(maxsize=4096)
def _read_date(told: str) -> datetime.date:
    return datetime.date.fromisoformat(told)


@lru_cache(maxsize=4096)
def _write_time(value: datetime.time) -> str:
    return f'"{time_text(value)}"'


def _write_pair(pair: tuple[str, str]) -> str:
    first, second = pair
    return f"[{quoted(first)},{quoted(second)}]"


def _write_flag(value: bool) -> str:
    return "true" if value else "false"


# What an annotation means: how it is written, and how it is read where JSON has no such thing.
_PLAIN: dict[str, tuple[Write, Read | None]] = {
    "str": (quoted, None),
    "int": (int.__repr__, None),
    "bool": (_write_flag, None),
    "float": (_write_float, float),
    "Decimal": (_write_decimal, Decimal),
    "datetime.date": (_write_date, _read_date),
    "datetime.time": (_write_time, datetime.time.fromisoformat),
    "tuple[str, str]": (_write_pair, tuple),
    "Fact": (write_fact, read_fact),
    "MetricValue": (_write_metric_value, _read_metric_value),
    "Cell": (_write_cell, _read_cell),
    "PanelBody": (_write_panel_body, _read_panel_body),
}


def _converters(annotation: str, kind: type) -> tuple[Write, Read | None]:
    plain = _PLAIN.get(annotation)
    if plain is not None:
        return plain
    if annotation.startswith("Sequence["):
        write_one, read_one = _converters(annotation[len("Sequence[") : -1], kind)
        return _write_each(write_one), _read_each(read_one)
    named = vars(sys.modules[kind.__module__])[annotation]
    if isinstance(named, EnumMeta):
        return quoted, named
    return writer(named), reader(named)


def _write_each(write_one: Write) -> Write:
    return lambda values: f"[{','.join([write_one(value) for value in values])}]"


def _read_each(read_one: Read | None) -> Read:
    if read_one is None:
        return tuple
    return lambda told: tuple([read_one(value) for value in told])


def fields_of(kind: type) -> list[tuple[str, str, bool]]:
    """Name, annotation, and whether it may be absent, of each field; none for what is no record."""
    if not dataclasses.is_dataclass(kind):
        return []
    found = []
    for field in dataclasses.fields(kind):
        annotation = str(field.type)
        bare = annotation.removesuffix(" | None")
        found.append((field.name, bare, bare != annotation))
    return found


def _fragment(annotation: str, kind: type, value: str, names: dict[str, Any]) -> str:
    """The part of an f-string that writes `value`; what it calls is added to `names`."""
    if annotation == "Decimal":
        return f'"{{decimal_text({value})}}"'
    if annotation not in _PLAIN and not annotation.startswith("Sequence["):
        record = vars(sys.modules[kind.__module__])[annotation]
        fields = fields_of(record)
        # A record without options is written in place: a call for each amount would cost more.
        if fields and not any(is_optional for _, _, is_optional in fields):
            parts = [
                f'"{name}":{_fragment(inner, record, f"{value}.{name}", names)}'
                for name, inner, _ in fields
            ]
            return f"{{{{{','.join(parts)}}}}}"
    write, _ = _converters(annotation, kind)
    if write is quoted:
        return f"{{quoted({value})}}"
    called = f"write_{len(names)}"
    names[called] = write
    return f"{{{called}({value})}}"


def _compile_writer(kind: type) -> Write:
    fields = fields_of(kind)
    if not fields:
        raise WireError(f"`{kind.__name__}` is not a record of the contract")
    names: dict[str, Any] = {"quoted": quoted, "decimal_text": decimal_text}
    always = [
        f'"{name}":{_fragment(annotation, kind, f"r.{name}", names)}'
        for name, annotation, is_optional in fields
        if not is_optional
    ]
    # Where no field is certain, each begins with a comma, and the first of them is cut off.
    lines = [
        "def write(r):",
        f"    s = f'{{{{{','.join(always)}'" if always else "    s = ''",
    ]
    for name, annotation, is_optional in fields:
        if is_optional:
            lines.append(f"    v = r.{name}")
            part = f',"{name}":{_fragment(annotation, kind, "v", names)}'
            lines.append(f"    if v is not None: s += f'{part}'")
    lines.append("    return s + '}'" if always else "    return '{' + s[1:] + '}'")
    exec("\n".join(lines), names)
    compiled: Write = names["write"]
    _writers[kind] = compiled
    return compiled


def _compile_reader(kind: type) -> Read:
    names: dict[str, Any] = {"kind": kind}
    arguments = []
    for name, annotation, is_optional in fields_of(kind):
        _, convert = _converters(annotation, kind)
        names[f"read_{name}"] = convert
        if is_optional:
            value = f"(None if (v := d.get({name!r})) is None else "
            value += f"read_{name}(v))" if convert else "v)"
        else:
            value = f"read_{name}(d[{name!r}])" if convert else f"d[{name!r}]"
        arguments.append(f"{name}={value}")
    exec(f"def read(d):\n    return kind({', '.join(arguments)})\n", names)
    compiled: Read = names["read"]
    _readers[kind] = compiled
    return compiled
