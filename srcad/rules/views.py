"""Which functions may return memory of their arguments, and which always make their own.

np.reshape(x, s)     may be a view of x, or a copy: NumPy decides when it runs
np.exp(x)            always a new array
np.add(a, b, out=c)  c itself
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.rules.extras import of_scipy
from srcad.rules.table import TABLE
from srcad.runtime.copies import copied_array, deep_object
from srcad.runtime.cotangents import finish, own, shadow
from srcad.runtime.methods import METHODS
from srcad.runtime.tangents import still

_NAMES = (
    "reshape", "ravel", "transpose", "swapaxes", "squeeze", "expand_dims", "moveaxis", "rollaxis",
    "diagonal", "diag", "broadcast_to", "broadcast_arrays", "asarray", "asanyarray",
    "ascontiguousarray", "asfortranarray", "require", "atleast_1d", "atleast_2d", "atleast_3d",
    "real", "imag", "real_if_close", "split", "array_split", "hsplit", "vsplit", "dsplit",
    "unstack", "flip", "fliplr", "flipud", "rot90", "nan_to_num", "array", "astype", "meshgrid",
    "ix_", "einsum", "asarray_chkfinite", "matrix_transpose", "permute_dims", "trim_zeros",
    "frombuffer",
)  # fmt: skip
MAY_VIEW = {getattr(np, n) for n in _NAMES if hasattr(np, n)}
MAY_VIEW |= {
    np.linalg.matrix_transpose, np.linalg.diagonal, np.lib.stride_tricks.sliding_window_view,
    np.lib.stride_tricks.as_strided,
}  # fmt: skip
MAY_VIEW -= {np.array}  # a copy, unless it says `copy=False`
METHOD_VIEWS = {
    "reshape", "ravel", "transpose", "T", "mT", "swapaxes", "squeeze", "diagonal", "view", "real",
    "imag", "conj", "conjugate", "astype", "base", "flat", "__array__", "byteswap",
}  # fmt: skip

_OF_SEVERAL = {np.broadcast_arrays, np.meshgrid, np.ix_, np.einsum, np.atleast_1d, np.atleast_2d,
               np.atleast_3d}  # fmt: skip
_OF_FIRST = MAY_VIEW - _OF_SEVERAL | {f for name, f in METHODS.items() if name in METHOD_VIEWS}

_OWN = (copied_array, deep_object, shadow, still, own, finish)


def makes_new(function: Any, options: dict[str, Any]) -> bool:
    """Whether the result of a call never shares memory with an argument.

    `options` are the keywords of the call; a value that is not a literal is `...`.
    """
    if function is np.ndarray:
        return options.get("buffer") is None
    if options.get("out") is not None or options.get("copy", True) is not True:
        return False
    try:
        if function in MAY_VIEW:
            return False
    except TypeError:  # a callable that cannot be hashed
        return False
    if isinstance(function, np.ufunc):
        return True
    if getattr(function, "__module__", "") == "srcad.runtime.inplace":
        return True
    if function in _OWN:
        return True
    name = next((n for n, f in METHODS.items() if f is function), None)
    if name is not None:
        return name not in METHOD_VIEWS
    module = str(getattr(function, "__module__", "") or "")
    known = module.split(".")[0] in ("numpy", "math") or of_scipy(function)
    return known and TABLE.get(function) is not None


def views_first(function: Any) -> bool:
    """Whether the result may share memory with the first argument, and with no other one."""
    try:
        return function in _OF_FIRST
    except TypeError:
        return False
