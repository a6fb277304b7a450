"""Kinds of products, and sectors."""

from __future__ import annotations

from enum import Enum


class ProductType(Enum):
    """What kind of thing a portfolio's entry is."""

    STOCK = "Stock"
    ETF = "ETF"
    CASH = "Cash"
    CRYPTO = "Crypto"
    UNKNOWN = "Unknown"

    @staticmethod
    def from_str(label: str) -> ProductType:
        """The type of a name, in whatever case."""
        known = {kind.value.lower(): kind for kind in ProductType}
        return known.get(label.lower(), ProductType.UNKNOWN)


class Sector(Enum):
    """The sector of a company; what is no company has one of its own."""

    TECHNOLOGY = "Technology"
    FINANCIAL_SERVICES = "Financial Services"
    HEALTHCARE = "Healthcare"
    CONSUMER_CYCLICAL = "Consumer Cyclical"
    COMMUNICATION_SERVICES = "Communication Services"
    BASIC_MATERIALS = "Basic Materials"
    INDUSTRIALS = "Industrials"
    REAL_ESTATE = "Real Estate"
    CONSUMER_DEFENSIVE = "Consumer Defensive"
    UTILITIES = "Utilities"
    ENERGY = "Energy"
    UNKNOWN = "Unknown"
    CASH = "Cash"
    CRYPTO = "Crypto"
    ETF = "ETF"

    @staticmethod
    def from_str(label: str | None) -> Sector:
        """The sector of a name, in whatever case; brokers' other names are known too."""
        if not label:
            return Sector.UNKNOWN
        name = label.lower()
        other_names = {
            "financial": Sector.FINANCIAL_SERVICES,
            "services": Sector.COMMUNICATION_SERVICES,
            "communications": Sector.COMMUNICATION_SERVICES,
            "industrial": Sector.INDUSTRIALS,
            "consumer/non-cyclical": Sector.CONSUMER_DEFENSIVE,
            "consumer, non-cyclical": Sector.CONSUMER_DEFENSIVE,
        }
        known = {sector.value.lower(): sector for sector in Sector} | other_names
        if name not in known:
            raise ValueError(f"no sector is called `{label}`")
        return known[name]
