"""The service `account`."""

from abc import ABC, abstractmethod

from stonks_overwatch.services.models import AccountOverview


class AccountServiceInterface(ABC):
    """Every movement of the account's cash."""

    @abstractmethod
    def get_account_overview(self) -> list[AccountOverview]:
        """The movements."""
