"""Names of the brokers that the old program knew."""

from enum import StrEnum


class BrokerName(StrEnum):
    """A broker's name in configurations. New brokers name themselves in their manifest."""

    DEGIRO = "degiro"
    BITVAVO = "bitvavo"
    IBKR = "ibkr"
    ALPACA = "alpaca"
