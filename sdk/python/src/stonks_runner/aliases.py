"""Lets a plugin's modules be imported under each name that its author may have meant.

A folder is imported as one package, and its own code may ask for `degiro.config`, `config`, or
`.config`: all are the same module, loaded once.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, cast


class PackageNames:
    """Other names of a package, and of the modules in it, with all that is below them."""

    def __init__(self, package: str, aliases: set[str], inside: set[str]) -> None:
        self._package = package
        self._aliases = aliases
        self._inside = inside

    def install(self, claimed: set[str]) -> None:
        """Answers for `claimed` before anyone else, and for the other names behind all others."""
        sys.meta_path.insert(0, _Claimed(self, claimed))
        sys.meta_path.append(self)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """A spec whose loading is that of the real module."""
        first, dot, rest = fullname.partition(".")
        if first in self._aliases:
            real = f"{self._package}{dot}{rest}"
        elif first in self._inside:
            real = f"{self._package}.{fullname}"
        else:
            return None
        module = importlib.import_module(real)
        return ModuleSpec(
            fullname, cast(Any, _SameModule(module)), is_package=hasattr(module, "__path__")
        )

    def owns(self, module: ModuleType | None) -> bool:
        """Whether a module is the package or in it."""
        return module is not None and module.__name__.partition(".")[0] == self._package


class _Claimed:
    """What must be answered before the usual finders, which would load a file a second time."""

    def __init__(self, names: PackageNames, claimed: set[str]) -> None:
        self._names = names
        self._claimed = claimed

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """A spec for a claimed name, or for what is below another name of the package."""
        first, dot, _ = fullname.partition(".")
        module = sys.modules.get(first)
        is_other_name = self._names.owns(module) and module is not None and module.__name__ != first
        if first in self._claimed or (dot and is_other_name):
            return self._names.find_spec(fullname, path, target)
        return None


class _SameModule:
    """Loads nothing: the module is there already."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module itself."""
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        """Gives the module back the spec of its own name, which the import replaced."""
        module.__spec__ = self._spec
