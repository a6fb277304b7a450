"""The service `portfolio`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from stonks_overwatch.services.models import DailyValue, PortfolioEntry, TotalPortfolio


class PortfolioServiceInterface(ABC):
    """What is held, and what it is worth."""

    @property
    @abstractmethod
    def get_portfolio(self) -> list[PortfolioEntry]:
        """The entries; a property, and a plain method is understood as well."""

    def get_portfolio_total(self, portfolio: list[PortfolioEntry] | None = None) -> TotalPortfolio:
        """Sums. The host computes its own."""
        raise NotImplementedError

    def calculate_historical_value(self) -> list[DailyValue]:
        """Values by day. The host computes its own."""
        return []

    def calculate_product_growth(self) -> dict[str, Any]:
        """Quantities by product and day. The host computes its own."""
        return {}
