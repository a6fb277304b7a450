"""What a plugin for Stonks Overwatch imports."""

from stonks_runner import VERSION

__version__ = VERSION

__all__ = ["__version__"]
