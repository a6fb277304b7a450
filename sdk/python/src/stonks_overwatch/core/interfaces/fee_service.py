"""The service `fee`."""

from abc import ABC, abstractmethod

from stonks_overwatch.services.models import Fee


class FeeServiceInterface(ABC):
    """Fees of transactions and of the account."""

    @abstractmethod
    def get_fees(self) -> list[Fee]:
        """The fees."""
