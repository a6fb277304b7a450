"""Runs a plugin in a test, with a host whose answers the test writes.

    host = FakeHost()
    host.answer("GET", "https://api.example.com/positions", json=[{"quantity": "5"}])
    with run(FOLDER, settings={"endpoint": "https://api.example.com"}, host=host) as plugin:
        facts = plugin.fetch("portfolio")
    assert [fact.quantity for fact in facts if isinstance(fact, Position)] == [Decimal(5)]

Every page is checked as the host would. What the plugin raises is raised in the test.
"""

from __future__ import annotations

from stonks_overwatch.testing.fake_host import Asked, FakeHost
from stonks_overwatch.testing.judge import problems_of_facts
from stonks_overwatch.testing.plugin import PluginUnderTest, run

__all__ = ["Asked", "FakeHost", "PluginUnderTest", "problems_of_facts", "run"]
