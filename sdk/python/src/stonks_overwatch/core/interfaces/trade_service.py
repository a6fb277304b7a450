"""The service `transaction`, as some brokers call it."""

from abc import ABC, abstractmethod

from stonks_overwatch.services.models import Trade


class TradeServiceInterface(ABC):
    """Purchases and sales."""

    @abstractmethod
    def get_trades(self) -> list[Trade]:
        """The trades."""
