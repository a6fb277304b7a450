"""What runs a plugin: the channel to the host, the loader, and the words of the contract.

Plugins import `stonks_overwatch`; this package has a name of its own so that it also runs inside
an old installation, whose modules are called `stonks_overwatch` as well.
"""

VERSION = "1.0.0"
"""Version of the SDK."""

PROTOCOL = 1
"""Version of the protocol that docs/python-protocol.md describes."""
