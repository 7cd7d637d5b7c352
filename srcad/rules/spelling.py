"""How a user would write a function: `np.linalg.norm`, `np.add.at`, `operator.iadd`."""

from __future__ import annotations

import inspect
import math
import operator
from typing import Any

import numpy as np

from srcad.rules.extras import of_scipy

PACKAGES = (np, np.linalg, np.fft, np.random, math)
SCIPY = (
    "scipy.special", "scipy.linalg", "scipy.fft", "scipy.signal", "scipy.integrate",
    "scipy.ndimage", "scipy.interpolate", "scipy.spatial.distance", "scipy.sparse.linalg",
    "scipy.optimize", "scipy.stats",
)  # fmt: skip


def spelled(function: Any) -> str:
    """The function as an expression that reaches it where its module was imported."""
    name: str | None = getattr(function, "__name__", None)
    if name is None:
        return repr(function)
    owner = getattr(function, "__self__", None)
    if owner is not None and not inspect.ismodule(owner):
        return f"{spelled(owner)}.{name}" if hasattr(owner, "__name__") else name
    for package in PACKAGES if name != "object" else ():
        if getattr(package, name, None) is function:
            return f"{package.__name__.replace('numpy', 'np')}.{name}"
    scipy = _in_scipy(function, name)
    if scipy is not None:
        return scipy
    module = getattr(function, "__module__", None) or ""
    if module in ("operator", "_operator") and hasattr(operator, name):
        return f"operator.{name}"
    if module in ("builtins", "__main__", ""):
        return name
    if module == "srcad.runtime.methods":
        return f"x.{name}"
    return f"{_public(module, name, function)}.{getattr(function, '__qualname__', name)}"


def _in_scipy(function: Any, name: str) -> str | None:
    """`scipy.special.gamma` for what that is; None of anything else."""
    import sys

    for package in SCIPY if of_scipy(function) else ():
        if getattr(sys.modules.get(package), name, None) is function:
            return f"{package}.{name}"
    return None


def _public(module: str, name: str, function: Any) -> str:
    """`struct` for what lives in `_struct`, where that is how one gets it."""
    import sys

    plain = module.lstrip("_").split(".")[0]
    found = sys.modules.get(plain)
    return plain if getattr(found, name, None) is function else module
