"""Functions of ours that must run are never taken for pure ones."""

from __future__ import annotations

import importlib
import pkgutil
import types

import pytest

import srcad.runtime
from srcad.rules.purity import ACTING, pure_function


def functions() -> list[types.FunctionType]:
    found = []
    for info in pkgutil.walk_packages(srcad.runtime.__path__, "srcad.runtime."):
        try:
            module = importlib.import_module(info.name)
        except ImportError:  # an optional package
            continue
        own = [v for v in vars(module).values() if isinstance(v, types.FunctionType)]
        found += [f for f in own if f.__module__ == info.name]
    return found


FUNCTIONS = functions()


def test_what_gives_nothing_is_called_for_what_it_does() -> None:
    acting = [f for f in FUNCTIONS if f.__annotations__.get("return") == "None"]
    assert len(acting) > 40
    assert [f.__name__ for f in acting if pure_function(f)] == []


@pytest.mark.parametrize("name", sorted(ACTING))
def test_the_names_stand_for_functions(name: str) -> None:
    found = [f for f in FUNCTIONS if f.__name__ == name]
    assert found
    assert not any(map(pure_function, found))
