"""The interfaces of a broker's services."""

from .account_service import AccountServiceInterface
from .authentication_service import AuthenticationServiceInterface
from .base_service import BaseService, DependencyInjectionMixin
from .broker_service import BrokerServiceInterface
from .deposit_service import DepositServiceInterface
from .dividend_service import DividendServiceInterface
from .fee_service import FeeServiceInterface
from .portfolio_service import PortfolioServiceInterface
from .trade_service import TradeServiceInterface
from .transaction_service import TransactionServiceInterface
from .update_service import AbstractUpdateService

__all__ = [
    "AbstractUpdateService",
    "AccountServiceInterface",
    "AuthenticationServiceInterface",
    "BaseService",
    "BrokerServiceInterface",
    "DependencyInjectionMixin",
    "DepositServiceInterface",
    "DividendServiceInterface",
    "FeeServiceInterface",
    "PortfolioServiceInterface",
    "TradeServiceInterface",
    "TransactionServiceInterface",
]
