"""Judges facts as the host's door does, so that an author learns of a fault in a test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from stonks_runner.contract.facts import Account, Fact, Instrument, Moment, Money
from stonks_runner.contract.values import is_identity
from stonks_runner.mapping.instruments import is_isin

MOST_FACTS = 10_000
LONGEST_TEXT = 4_000

_CURRENCY = re.compile(r"[A-Z0-9]{2,10}")


def problems_of_facts(facts: Sequence[Fact], known: Iterable[str] = ()) -> list[str]:
    """What the host would refuse, each with the fact that it is about.

    `known`: instruments that an earlier delivery told.
    """
    problems: list[str] = []
    instruments = set(known)
    seen: set[tuple[str, str, str]] = set()
    for place, fact in enumerate(facts, 1):
        where = f"fact {place}, {type(fact).__name__} `{fact.identity}`"
        problems.extend(f"{where}: {problem}" for problem in _problems(fact))
        key = (type(fact).__name__, str(getattr(fact, "account", None)), fact.identity)
        if key in seen and not isinstance(fact, Account | Instrument):
            problems.append(f"{where}: the identity is another fact's as well")
        seen.add(key)
        if isinstance(fact, Instrument):
            instruments.add(fact.identity)
        named = getattr(fact, "instrument", None)
        if named is not None and named not in instruments:
            problems.append(f"{where}: names the instrument `{named}` before it was told")
    return problems


def _problems(fact: Fact) -> Iterable[str]:
    if not is_identity(fact.identity):
        yield "an identity is 1 to 200 visible ASCII characters"
    if isinstance(fact, Instrument) and fact.isin is not None and not is_isin(fact.isin):
        yield f"isin: `{fact.isin}` is none"
    for name in type(fact).__dataclass_fields__:
        value = getattr(fact, name)
        if isinstance(value, Money) and not _CURRENCY.fullmatch(value.currency):
            yield f"{name}: `{value.currency}` is no currency"
        elif name.endswith("currency") and value is not None and not _CURRENCY.fullmatch(value):
            yield f"{name}: `{value}` is no currency"
        elif isinstance(value, Moment) and value.time is not None and value.zone is None:
            yield f"{name}: a time without its zone"
        elif name != "text" and isinstance(value, str) and len(value.encode()) > LONGEST_TEXT:
            yield f"{name}: a text of more than {LONGEST_TEXT} bytes"
