"""The rules of SciPy, each topic read when a function of its package is first met.

scipy.special.gamma     →   srcad.rules.scipy.special

Nothing here imports SciPy: a function of a package can only be met once the package is imported.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np

# a topic, and the packages whose functions it is about
TOPICS = {
    "special": "scipy.special",
    "bessel": "scipy.special",
    "hypergeometric": "scipy.special",
    "probabilities": "scipy.special",
    "linalg": "scipy.linalg",
    "fft": "scipy.fft",
    "signal": "scipy.signal",
    "stats": "scipy.stats",
    "optimize": "scipy.optimize",
    "integrate": "scipy.integrate",
    "sparse": "scipy.sparse.linalg",
    "ndimage": "scipy.ndimage",
    "interpolate": "scipy.interpolate",
    "spatial": "scipy.spatial.distance",
}
_READ: set[str] = set()


def of_scipy(function: Any) -> bool:
    """Whether SciPy made the function, or it is a method of an object of SciPy's."""
    if "scipy" not in sys.modules:
        return False
    if isinstance(function, np.ufunc):  # has no module
        return getattr(np, function.__name__, None) is not function
    module = getattr(function, "__module__", None)
    if not isinstance(module, str):
        module = type(function).__module__
    return module.startswith("scipy.")


def read_topics() -> bool:
    """Read the topics whose packages are there; whether one was new."""
    new = [t for t, package in TOPICS.items() if t not in _READ and package in sys.modules]
    for topic in new:
        _READ.add(topic)
        importlib.import_module(f"srcad.rules.scipy.{topic}")
    return bool(new)


def load() -> None:
    """Import all of SciPy that has rules, and read them: for the tests and the generated page."""
    from srcad.rules.table import TABLE

    for package in TOPICS.values():
        importlib.import_module(package)
    TABLE.read()
