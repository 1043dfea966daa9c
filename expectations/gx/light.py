"""Import Great Expectations without what it imports and never uses here: altair (charts of its pages) and scipy (tests of distributions).

Together they are a third of the seconds that the import takes. In their place stand modules that load the real one when something of it is asked for,
so that an expectation which does need it (`expect_column_kl_divergence_to_be_less_than`) works as ever.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

_HEAVY = ("altair", "scipy", "scipy.stats")  # a package before its parts


class _Later(ModuleType):
    """A module that is loaded when something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by the import system itself
            raise AttributeError(name)
        _withdraw(self.__name__)
        return getattr(import_module(self.__name__), name)


@contextmanager
def light() -> Iterator[None]:
    """While modules are imported within, altair and scipy are only promised; afterwards an import of them means the real ones."""
    loaded = "great_expectations" in sys.modules
    promised = [] if loaded else [name for name in _HEAVY if name.partition(".")[0] not in sys.modules]
    for name in promised:
        module = sys.modules[name] = _Later(name)
        package, _, part = name.rpartition(".")
        if package:
            setattr(sys.modules[package], part, module)
    try:
        yield
    finally:
        for name in promised:
            _withdraw(name)


def _withdraw(name: str) -> None:
    """Let the next import of a promised module, and of the package it is in, find the real one."""
    package = name.partition(".")[0]
    for known in [known for known in sys.modules if known.partition(".")[0] == package and isinstance(sys.modules[known], _Later)]:
        del sys.modules[known]
