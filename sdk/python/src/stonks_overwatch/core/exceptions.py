"""Errors that services of old brokers raise."""


class StonksOverwatchException(Exception):
    """Any error of the program's own."""


class BrokerServiceException(StonksOverwatchException):
    """A broker's service failed."""


class PortfolioServiceException(BrokerServiceException):
    """The portfolio could not be had."""


class TransactionServiceException(BrokerServiceException):
    """Transactions could not be had."""


class DepositServiceException(BrokerServiceException):
    """Deposits could not be had."""


class DividendServiceException(BrokerServiceException):
    """Dividends could not be had."""


class ServiceRegistryException(StonksOverwatchException):
    """A service is not registered as it should be."""


class ServiceFactoryException(StonksOverwatchException):
    """A service could not be made."""


class DataAggregationException(StonksOverwatchException):
    """Data of several brokers could not be put together."""
