"""The service `transaction`."""

from abc import ABC, abstractmethod

from stonks_overwatch.services.models import Transaction


class TransactionServiceInterface(ABC):
    """Purchases, sales and corporate actions."""

    @abstractmethod
    def get_transactions(self) -> list[Transaction]:
        """The transactions."""
