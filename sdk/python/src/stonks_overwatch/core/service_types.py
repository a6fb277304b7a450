"""The services that a broker may offer."""

from enum import Enum


class ServiceType(Enum):
    """A service by its name in the manifest."""

    PORTFOLIO = "portfolio"
    TRANSACTION = "transaction"
    # The roadmap's name of the same; an alias, since the values are equal.
    TRADE = "transaction"  # noqa: PIE796
    DEPOSIT = "deposit"
    DIVIDEND = "dividend"
    FEE = "fee"
    ACCOUNT = "account"
    AUTHENTICATION = "authentication"
    UPDATE = "update"
    TRADING_JOURNAL = "trading_journal"

    @classmethod
    def _missing_(cls, value: object) -> "ServiceType | None":
        return cls.TRANSACTION if value in ("trade", "trades", "transactions") else None
