"""Golden files: a program, and below it the gradient that srcad writes for it.

    NAME = "…"; ARGS = (…); WRT = …       what is differentiated, and where
    def f(…): …                           as a user writes it
    # ---- written by `python -m tests.golden`
    def f_value_and_grad(…): …            runs as it stands

A module with FORM = "vjp" holds the forward and the backward part instead.
"""

from __future__ import annotations

import copy
import importlib
import linecache
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from srcad.compile import compile_fused, compile_pullback
from srcad.ir.observed import type_of
from srcad.ir.types import Symbols

HERE = Path(__file__).parent
MARK = "# ---- written by `python -m tests.golden`: do not edit below\n"
NAMES = sorted(p.stem for p in HERE.glob("*.py") if not p.stem.startswith("__"))


def path_of(name: str) -> Path:
    """The file of a golden module."""
    return HERE / f"{name}.py"


def load(name: str) -> ModuleType:
    """The module, generated code included."""
    return importlib.import_module(f"tests.golden.{name}")


def halves(name: str) -> tuple[str, str]:
    """What stands above and below the mark."""
    above, _, below = path_of(name).read_text(encoding="utf-8").partition(MARK)
    return above, below


def args_of(module: ModuleType) -> tuple[Any, ...]:
    """Fresh arguments."""
    return copy.deepcopy(module.ARGS)


def wrt_of(module: ModuleType) -> tuple[int, ...]:
    """The positions differentiated in: all of them where the module names none."""
    return tuple(getattr(module, "WRT", range(len(module.ARGS))))


def generated(module: ModuleType) -> str:
    """What srcad writes for the program, blank lines around it."""
    symbols = Symbols()
    kinds = tuple(type_of(a, symbols) for a in args_of(module))
    if getattr(module, "FORM", "grad") == "vjp":
        entry = compile_pullback(module.f, kinds, False, symbols)
    else:
        wrt = wrt_of(module)
        entry = compile_fused(module.f, kinds, wrt, len(wrt) == 1, True, False, False, symbols)
    return "\n" + entry.text.strip() + "\n"


def write(name: str) -> None:
    """Write the generated half anew."""
    above, _ = halves(name)
    path_of(name).write_text(above + MARK, encoding="utf-8")  # a broken half must not be read
    sys.modules.pop(f"tests.golden.{name}", None)
    linecache.checkcache()
    text = generated(load(name))
    path_of(name).write_text(above + MARK + text, encoding="utf-8")
