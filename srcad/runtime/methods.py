"""Give every method and attribute of an array a function that stands for it.

`x.name(*args)` is `METHODS["name"](x, *args)` and `x.name` is `ATTRIBUTES["name"](x)`: the rule
for the function is the rule for the method.  None: works in place, hands out memory, or has no
derivative that could be right.  Functions are defined here where the method is called otherwise
than NumPy's function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcad.runtime.indexing import uncast


def reshape(x: Any, *shape: Any, order: str = "C", copy: bool | None = None) -> Any:
    """x.reshape(2, 3) and x.reshape((2, 3))."""
    return x.reshape(*shape, order=order, copy=copy)


def transpose(x: Any, *axes: Any) -> Any:
    """x.transpose(), x.transpose(1, 0) and x.transpose((1, 0))."""
    return x.transpose(*axes)


def flatten(x: Any, order: str = "C") -> Any:
    """x.flatten(): always a copy."""
    return x.flatten(order)


def copy(x: Any, order: str = "C") -> Any:
    """x.copy(): in C order, where np.copy keeps the layout."""
    return x.copy(order)


def astype(
    x: Any,
    dtype: Any,
    order: str = "K",
    casting: str = "unsafe",
    subok: bool = True,
    copy: bool = True,
) -> Any:
    """x.astype(dtype)."""
    return x.astype(dtype, order, casting, subok, copy)


def compress(x: Any, condition: Any, axis: int | None = None, out: Any = None) -> Any:
    """x.compress(condition): np.compress takes the condition first."""
    return x.compress(condition, axis, out)


def item(x: Any, *args: Any) -> Any:
    """x.item(), x.item(k) and x.item(i, j): one element as a Python number."""
    return x.item(*args)


def tolist(x: Any) -> Any:
    """x.tolist(): nested lists of Python numbers."""
    return x.tolist()


def view(x: Any, *guise: Any, **named: Any) -> Any:
    """x.view(): the same elements; with a dtype or a class they are something else."""
    return x.view(*guise, **named)


def to_device(x: Any, device: Any, /, *, stream: Any = None) -> Any:
    """x.to_device("cpu"): x itself."""
    return x.to_device(device, stream=stream)


def tobytes(x: Any, order: str = "C") -> Any:
    return x.tobytes(order)


def dumps(x: Any) -> Any:
    return x.dumps()


def flat(x: Any) -> Any:
    """The elements of x.flat, in C order."""
    return np.array(x.flat)


def dtype(x: Any) -> Any:
    return x.dtype


def nbytes(x: Any) -> Any:
    return x.nbytes


def itemsize(x: Any) -> Any:
    return x.itemsize


def strides(x: Any) -> Any:
    return x.strides


def flags(x: Any) -> Any:
    return x.flags


def base(x: Any) -> Any:
    return x.base


def device(x: Any) -> Any:
    return x.device


def unitem(g: Any, like: Any, *args: Any) -> Any:
    """The transpose of x.item: zeros with g at the element; `like` gives its shape and dtype."""
    places = np.arange(np.size(like)).reshape(np.shape(like))
    hit = places == places.item(*args)
    return uncast(np.where(hit, g, 0), like)


def unlist(g: Any, like: Any) -> Any:
    """The transpose of x.tolist(): the nested lists as an array of the shape of `like`."""
    return uncast(np.reshape(np.asarray(g), np.shape(like)), like)


# fmt: off
METHODS: dict[str, Callable[..., Any] | None] = {
    # shape and order
    "reshape": reshape, "ravel": np.ravel, "flatten": flatten, "transpose": transpose,
    "swapaxes": np.swapaxes, "squeeze": np.squeeze, "repeat": np.repeat,
    # elements
    "take": np.take, "compress": compress, "choose": np.choose, "diagonal": np.diagonal,
    "trace": np.trace, "item": item, "tolist": tolist,
    # copies and casts
    "copy": copy, "astype": astype, "view": view, "to_device": to_device,
    # arithmetic
    "dot": np.dot, "clip": np.clip, "conj": np.conjugate, "conjugate": np.conjugate,
    "round": np.round,
    # reductions and scans
    "sum": np.sum, "prod": np.prod, "mean": np.mean, "std": np.std, "var": np.var,
    "max": np.max, "min": np.min, "cumsum": np.cumsum, "cumprod": np.cumprod,
    # no derivative
    "all": np.all, "any": np.any, "argmax": np.argmax, "argmin": np.argmin,
    "argsort": np.argsort, "argpartition": np.argpartition, "nonzero": np.nonzero,
    "searchsorted": np.searchsorted, "tobytes": tobytes, "dumps": dumps,
    # in place, or memory in another guise
    "fill": None, "sort": None, "partition": None, "put": None, "resize": None,
    "setfield": None, "setflags": None, "byteswap": None, "getfield": None,
    "dump": None, "tofile": None,
}

ATTRIBUTES: dict[str, Callable[..., Any] | None] = {
    "T": np.transpose, "mT": np.matrix_transpose, "real": np.real, "imag": np.imag,
    # no derivative
    "shape": np.shape, "ndim": np.ndim, "size": np.size, "dtype": dtype, "nbytes": nbytes,
    "itemsize": itemsize, "strides": strides, "flags": flags, "base": None, "device": device,
    # memory in another guise
    "flat": flat, "data": None, "ctypes": None,
}
# fmt: on


def is_integer(x: Any) -> Any:
    return x.is_integer()


_OF_NUMBERS: dict[str, Callable[..., Any]] = {
    "conjugate": np.conjugate, "is_integer": is_integer,
}  # fmt: skip


def of_owner(owner: Any, name: str) -> Callable[..., Any] | None:
    """The function that a method of an array or a number is; None of other objects."""
    found = METHODS.get(name) if isinstance(owner, np.ndarray | np.generic) else None
    number = isinstance(owner, float | complex | int | np.generic)
    return found or (_OF_NUMBERS.get(name) if number else None)
