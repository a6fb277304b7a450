"""A connection to a broker."""

from abc import ABC, abstractmethod


class BrokerServiceInterface(ABC):
    """Connects to a broker."""

    @property
    @abstractmethod
    def broker_name(self) -> str:
        """The broker's name."""

    @property
    @abstractmethod
    def is_connected(self) -> bool:
        """Whether there is a connection."""

    @property
    def supports_offline_mode(self) -> bool:
        """Whether it answers without a connection."""
        return False

    @abstractmethod
    def connect(self) -> bool:
        """Connects."""

    @abstractmethod
    def disconnect(self) -> None:
        """Ends the connection."""

    @abstractmethod
    def test_connection(self) -> bool:
        """Whether the broker answers."""
