"""The service `deposit`."""

from abc import ABC, abstractmethod

from stonks_overwatch.services.models import Deposit


class DepositServiceInterface(ABC):
    """Money put in and taken out."""

    @abstractmethod
    def get_cash_deposits(self) -> list[Deposit]:
        """Deposits and withdrawals."""

    def calculate_cash_account_value(self) -> dict[str, float]:
        """Cash by day. The host computes its own."""
        return {}
