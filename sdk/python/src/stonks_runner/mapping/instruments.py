"""Products of the Python program as instruments.

Its services name a product by symbol and name; only the portfolio knows more. The symbol is the
identity, so that what the portfolio tells fills in what the others leave open.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from stonks_runner.contract.facts import AssetClass, Fact, Instrument
from stonks_runner.contract.values import is_identity
from stonks_runner.mapping.values import currency, of, text, word

_CLASSES = {
    "stock": AssetClass.STOCK,
    "stk": AssetClass.STOCK,
    "etf": AssetClass.ETF,
    "fund": AssetClass.FUND,
    "bond": AssetClass.BOND,
    "option": AssetClass.OPTION,
    "future": AssetClass.FUTURE,
    "warrant": AssetClass.WARRANT,
    "crypto": AssetClass.CRYPTO,
    "commodity": AssetClass.COMMODITY,
    "currency": AssetClass.CURRENCY_PAIR,
}

# Sectors that say what kind of thing it is, which the class tells already.
_NO_SECTORS = {"", "unknown", "cash", "crypto", "etf"}


class Instruments:
    """Those that one delivery has told."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def named(
        self,
        facts: list[Fact],
        symbol: Any,
        name: Any,
        kind: AssetClass = AssetClass.UNKNOWN,
    ) -> str | None:
        """The identity of a product, told before whatever names it; None for no product."""
        identity = identity_of(symbol, name)
        if identity is not None and identity not in self._told:
            self._told.add(identity)
            told = Instrument(
                identity=identity, asset_class=kind, name=text(name), symbol=text(symbol)
            )
            facts.append(told)
        return identity

    def of_entry(self, facts: list[Fact], entry: Any) -> str | None:
        """The identity of a portfolio's entry, with all that it tells of the product."""
        identity = identity_of(of(entry, "symbol"), of(entry, "name"))
        if identity is None or identity in self._told:
            return identity
        self._told.add(identity)
        isin = (text(of(entry, "isin")) or "").upper()
        conid = text(of(entry, "conid"))
        codes = [("conid", conid)] if conid else []
        if isin and not is_isin(isin):
            codes.append(("isin-as-told", isin))
        sector = word(of(entry, "sector"))
        told = Instrument(
            identity=identity,
            asset_class=class_of(of(entry, "product_type")),
            name=text(of(entry, "name")),
            symbol=text(of(entry, "symbol")),
            isin=isin if is_isin(isin) else None,
            market=_market(of(entry, "exchange")),
            currency=currency(of(entry, "product_currency")),
            sector=None if sector.lower() in _NO_SECTORS else text(sector),
            country=_country(of(entry, "country")),
            codes=tuple(codes),
        )
        facts.append(told)
        return identity


def identity_of(symbol: Any, name: Any) -> str | None:
    """The identity of a product: its symbol, else a digest of its name."""
    told = word(symbol) or word(name)
    if not told:
        return None
    if word(symbol) and is_identity(f"symbol:{told}"):
        return f"symbol:{told}"
    return f"name:{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:32]}"


def class_of(kind: Any) -> AssetClass:
    """The class of a product's type."""
    return _CLASSES.get(word(kind).lower(), AssetClass.UNKNOWN)


def is_isin(told: str) -> bool:
    """Whether a text is an ISIN, by its check digit."""
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{9}[0-9]", told):
        return False
    digits = "".join(str(int(letter, 36)) for letter in told)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled // 10 + doubled % 10
    return total % 10 == 0


def _market(exchange: Any) -> str | None:
    """The MIC of an exchange."""
    told = (text(of(exchange, "mic")) if not isinstance(exchange, str) else exchange) or ""
    return told.upper() if re.fullmatch(r"[A-Za-z0-9]{4}", told) else None


def _country(country: Any) -> str | None:
    told = country if isinstance(country, str) else of(country, "iso_code")
    code = word(told).upper()
    return code if re.fullmatch(r"[A-Z]{2}", code) else None
