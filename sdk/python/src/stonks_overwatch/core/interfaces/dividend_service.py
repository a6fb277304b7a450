"""The service `dividend`."""

from abc import ABC, abstractmethod

from stonks_overwatch.services.models import Dividend


class DividendServiceInterface(ABC):
    """Dividends paid, announced and forecast."""

    @abstractmethod
    def get_dividends(self) -> list[Dividend]:
        """The dividends."""
