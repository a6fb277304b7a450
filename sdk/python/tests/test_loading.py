from __future__ import annotations

import pytest

from conftest import WritePlugin
from stonks_overwatch.plugins.exceptions import BadData, Failed, Unsupported
from stonks_overwatch.testing import run

PLUGIN = """
from stonks_overwatch.plugins.bases import Broker

class Mine(Broker):
    def health_check(self):
        return {"message": __name__}
"""


@pytest.mark.parametrize(
    ("files", "told", "module"),
    [
        ({"__init__.py": PLUGIN}, {"main": "Mine"}, "sample"),
        ({"__init__.py": PLUGIN}, {"main": "sample:Mine"}, "sample"),
        ({"__init__.py": PLUGIN}, {}, "sample"),
        ({"__init__.py": "", "plugin.py": PLUGIN}, {"main": "plugin:Mine"}, "sample.plugin"),
        ({"__init__.py": "", "plugin.py": PLUGIN}, {"main": "sample.plugin:Mine"}, "sample.plugin"),
        ({"__init__.py": "", "plugin.py": PLUGIN}, {"main": "other.plugin:Mine"}, "sample.plugin"),
        ({"__init__.py": "", "plugin.py": PLUGIN}, {"main": "sample.plugin.Mine"}, "sample.plugin"),
        (
            {"__init__.py": "", "a/__init__.py": "", "a/b.py": PLUGIN},
            {"main": "sample.a.b:Mine"},
            "sample.a.b",
        ),
        # The package inside has the plugin's own name.
        (
            {"__init__.py": "", "sample/__init__.py": "", "sample/plugin.py": PLUGIN},
            {"main": "sample.plugin:Mine"},
            "plugin_sample.sample.plugin",
        ),
        # As the roadmap's generator writes it: the class is not where its entry point says.
        ({"__init__.py": PLUGIN}, {"main": "degiro.plugin:Mine"}, "sample"),
        ({"plugin.py": PLUGIN}, {"main": "plugin:Mine"}, "sample.plugin"),
        # Names of other packages are not taken from them.
        ({"__init__.py": PLUGIN}, {"name": "json", "main": "json:Mine"}, "plugin_json"),
        ({"__init__.py": PLUGIN}, {"name": "class", "main": "Mine"}, "plugin_class"),
        ({"__init__.py": PLUGIN}, {"name": "two-words", "main": "two_words:Mine"}, "two_words"),
        (
            {"__init__.py": "from .plugin import Mine", "plugin.py": PLUGIN},
            {},
            "sample.plugin",
        ),
        ({"__init__.py": "from . import plugin", "plugin.py": PLUGIN}, {}, "sample.plugin"),
    ],
)
def test_the_class_is_found(
    write_plugin: WritePlugin, files: dict[str, str], told: dict[str, str], module: str
) -> None:
    with run(write_plugin(files, **told)) as plugin:
        assert plugin.health().message == module


def test_a_module_is_loaded_once_whatever_it_is_called(write_plugin: WritePlugin) -> None:
    files = {
        "__init__.py": "",
        "loads.py": "import builtins\nbuiltins.loaded = getattr(builtins, 'loaded', 0) + 1\n",
        "inner/__init__.py": "",
        "inner/deep.py": "from ..loads import __name__ as relative\nimport loads",
        "plugin.py": """
from stonks_overwatch.plugins.bases import Broker
import loads
import acme.loads
import sample.loads
from . import loads as relative
from acme import loads as aliased
from acme.inner import deep
import plugin_sample.inner.deep
import inner.deep

class Mine(Broker):
    def health_check(self):
        import builtins
        same = acme.loads is loads is relative is aliased is deep.loads is sample.loads
        same = same and inner.deep is deep is plugin_sample.inner.deep
        return {"message": f"{loads.__name__} {same} {builtins.loaded}"}
""",
    }
    folder = write_plugin(files, main="acme.plugin:Mine")
    with run(folder, in_process=False) as plugin:
        assert plugin.health().message == "sample.loads True 1"


def test_the_standard_library_and_installed_packages_go_before_modules_of_the_folder(
    write_plugin: WritePlugin,
) -> None:
    files = {
        "__init__.py": PLUGIN.replace("__name__", "str(json.loads('[1]'))") + "\nimport json",
        "json.py": "raise ValueError('not this one')",
    }
    with run(write_plugin(files), in_process=False) as plugin:
        assert plugin.health().message == "[1]"


def test_a_class_without_arguments_is_made_without_any(write_plugin: WritePlugin) -> None:
    text = """
from stonks_overwatch.plugins.interfaces import AggregatorPluginInterface
from stonks_overwatch.plugins.models import PluginManifest, PluginType

class Mine(AggregatorPluginInterface):
    manifest = PluginManifest(name="x", version="1.0.0", type=PluginType.AGGREGATOR)
    def initialize(self): return True
    def shutdown(self): return True
    def health_check(self): return {}
    def compute(self, portfolio): return []
"""
    with run(write_plugin({"__init__.py": text}, kind="aggregator")) as plugin:
        assert plugin.health().status == "Up"


@pytest.mark.parametrize(
    ("text", "told", "problem"),
    [
        ("", {"main": "sample:Gone"}, "there is no class `Gone` in `sample`"),
        ("", {"main": "a.b:Gone"}, "`a.b:Gone` names no module in the plugin"),
        ("", {}, "no class in `sample` implements `BrokerPluginInterface`"),
        (PLUGIN + "class Other(Broker): pass", {}, "several classes are plugins: Mine, Other"),
        ("class Mine: pass", {"main": "Mine"}, "`Mine` is no `PluginInterface`"),
        (
            "from stonks_overwatch.plugins.interfaces import BrokerPluginInterface as B\n"
            "class Mine(B):\n    def initialize(self): return True",
            {"main": "Mine"},
            "`Mine` leaves open: get_config_class, get_services, health_check",
        ),
        ("import nowhere", {}, "ModuleNotFoundError: No module named 'nowhere'"),
        ("1 +", {}, "SyntaxError"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_says_why(
    write_plugin: WritePlugin, text: str, told: dict[str, str], problem: str
) -> None:
    with (
        pytest.raises(Failed) as failure,
        run(write_plugin({"__init__.py": text}, **told)),
    ):
        pass
    assert problem in str(failure.value)


def test_a_subclass_of_a_found_class_is_what_is_meant(write_plugin: WritePlugin) -> None:
    text = (
        PLUGIN + "\nclass Better(Mine):\n    def health_check(self): return {'message': 'better'}"
    )
    with run(write_plugin({"__init__.py": text})) as plugin:
        assert plugin.health().message == "better"


@pytest.mark.parametrize(
    ("body", "kind", "problem"),
    [
        ("def initialize(self): return False", Failed, "`initialize` returned False"),
        ("def initialize(self): raise OSError('gone')", Failed, "OSError: gone"),
        ("def validate_configuration(self, c): return ['a', 'b']", BadData, "a; b"),
    ],
)
def test_a_plugin_that_refuses_to_start_says_why(
    write_plugin: WritePlugin, body: str, kind: type[Exception], problem: str
) -> None:
    text = f"{PLUGIN}\n    {body}\n"
    with pytest.raises(kind, match=problem), run(write_plugin({"__init__.py": text})):
        pass


def test_settings_are_there_before_the_plugin_starts(write_plugin: WritePlugin) -> None:
    text = PLUGIN.replace("__name__", "self.seen") + (
        "    def initialize(self):\n        self.seen = repr(dict(self.settings))\n"
    )
    with run(write_plugin({"__init__.py": text}), settings={"a": "x", "n": 2}) as plugin:
        assert plugin.health().message == "{'a': 'x', 'n': Decimal('2')}"


def test_a_service_that_is_not_offered_is_unsupported(write_plugin: WritePlugin) -> None:
    with run(write_plugin({"__init__.py": PLUGIN})) as plugin:
        for ask in (
            lambda: plugin.fetch("fee"),
            lambda: plugin.verify(),
            lambda: plugin.read_file("x", b""),
            lambda: plugin.call("transform", origin={"plugin": "p"}, facts=[]),
        ):
            with pytest.raises(Unsupported):
                ask()
