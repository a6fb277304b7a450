"""Names of loggers."""

LOGGER_CONFIG = "stonks_overwatch.config"
LOGGER_CORE = "stonks_overwatch.core"
LOGGER_SERVICES = "stonks_overwatch.services"
LOGGER_PLUGINS = "stonks_overwatch.plugins"
