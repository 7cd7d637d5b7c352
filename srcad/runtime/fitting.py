"""Bring cotangents and tangents that a user gave into the structure of their value, or refuse them.

fitting((1.0, [2.0]), (x, [y]), "cotangent")     →     [1.0, [2.0]]
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad import errors
from srcad.runtime.apart import arrays, share
from srcad.runtime.cotangents import fields_of, part, shadow, unfinished
from srcad.runtime.tangents import as_given, still


def fitting(cotangent: Any, out: Any, name: str, path: str = "") -> Any:
    """The cotangent in the structure, shape and dtype of the value; WrongArgument if it differs.

    name: what it is, for the error.
    """
    if cotangent is None:
        return shadow(out)
    if out is None or isinstance(out, str | bytes | bool | int):
        return cotangent
    if isinstance(out, list | tuple):
        if not isinstance(cotangent, list | tuple) or len(cotangent) != len(out):
            raise _misfit(f"a {type(out).__name__} of {len(out)}", cotangent, name, path)
        return [
            fitting(c, o, name, f"{path}[{k}]")
            for k, (c, o) in enumerate(zip(cotangent, out, strict=True))
        ]
    if isinstance(out, dict):
        if not isinstance(cotangent, dict) or cotangent.keys() - out.keys():
            raise _misfit(f"a dict with the keys {list(out)}", cotangent, name, path)
        return {k: fitting(cotangent.get(k), v, name, f"{path}[{k!r}]") for k, v in out.items()}
    if isinstance(out, np.ndarray):
        return _fitting_array(cotangent, out, name, path)
    if isinstance(out, float | complex | np.generic):
        if not isinstance(cotangent, int | float | complex | np.generic | np.ndarray) or (
            np.size(cotangent) != 1
        ):
            raise _misfit("a number", cotangent, name, path)
        return cotangent.reshape(())[()] if isinstance(cotangent, np.ndarray) else cotangent
    return _fitting_object(cotangent, out, name, path)


def _fitting_object(cotangent: Any, out: Any, name: str, path: str) -> Any:
    """The cotangent of an object, given as such an object or as a dict of its attributes."""
    fields = fields_of(out)
    if fields is None or isinstance(out, type):
        return cotangent
    given = cotangent if isinstance(cotangent, dict) else fields_of(cotangent)
    if given is None or given.keys() - fields.keys():
        raise _misfit(f"a {type(out).__name__}", cotangent, name, path)
    return {k: fitting(given.get(k), v, name, f"{path}.{k}") for k, v in fields.items()}


def _fitting_array(cotangent: Any, out: np.ndarray, name: str, path: str) -> Any:
    if out.dtype.kind not in "fc":
        return cotangent
    try:
        given = np.asarray(cotangent)
    except ValueError:  # rows of different lengths
        given = np.empty(0, object)
    if given.dtype.kind not in "biufc" or not (
        given.shape == out.shape or (given.size == out.size == 1)
    ):
        raise _misfit(f"an array of shape {out.shape}", cotangent, name, path)
    if given.dtype.kind == "c" and out.dtype.kind == "f":
        raise _misfit(f"real numbers ({out.dtype})", cotangent, name, path)
    same = given is cotangent and given.dtype == out.dtype and given.shape == out.shape
    return given if same else np.array(given, out.dtype).reshape(out.shape)


def _misfit(wanted: str, cotangent: Any, name: str, path: str) -> errors.WrongArgument:
    got = (
        f"one of shape {cotangent.shape} and dtype {cotangent.dtype}"
        if isinstance(cotangent, np.ndarray)
        else repr(cotangent)
    )
    where = f" at {path}" if path else ""
    return errors.WrongArgument(f"the {name} must be{where} {wanted}, like the value, not {got}.")


def fitted(bar: Any, x: Any, what: str) -> Any:
    """A cotangent that a rule of the user gave, which must fit its argument."""
    return fitting(bar, x, what)


def given_back(bars: Any, args: tuple[Any, ...], gate: str, names: tuple[str, ...]) -> list[Any]:
    """The cotangents of all arguments that the backward part of a gate gave."""
    bars = _one_each(bars, len(args), gate, names)
    pairs = zip(bars, args, names, strict=True)
    return [fitting(bar, x, f"cotangent of `{name}` from {gate}") for bar, x, name in pairs]


def _one_each(bars: Any, count: int, gate: str, names: tuple[str, ...]) -> Any:
    if count == 1 and not isinstance(bars, list | tuple):
        return (bars,)
    if not isinstance(bars, list | tuple) or len(bars) != count:
        got = f"{len(bars)}" if isinstance(bars, list | tuple) else repr(type(bars).__name__)
        raise errors.WrongArgument(
            f"{gate}: the backward part must return one cotangent for each of the {count} "
            f"arguments ({', '.join(names)}), None for one without; it returned {got}."
        )
    return bars


def taken_back(t_bar: Any, bars: Any) -> Any:
    """The transpose of `given_back`, in the cotangents."""
    if not isinstance(bars, list | tuple):
        return unfitted(part(t_bar, 0), bars)
    return [unfitted(part(t_bar, k), bar) for k, bar in enumerate(bars)]


def unfitted(t_bar: Any, bar: Any) -> Any:
    """The transpose of `fitted`, in the cotangent, which may have been given as an object."""
    if t_bar is None or bar is None:
        return None
    if isinstance(bar, list | tuple):
        return [unfitted(part(t_bar, k), v) for k, v in enumerate(bar)]
    if isinstance(bar, dict):
        return {k: unfitted(part(t_bar, k), v) for k, v in bar.items()}
    if isinstance(t_bar, dict):
        return {k: unfitted(t_bar.get(k), v) for k, v in (fields_of(bar) or {}).items()}
    return unfinished(t_bar, bar)


def fitted_dot(t: Any, y: Any, gate: str) -> Any:
    """The tangent that a rule of the user gave, which must fit the value."""
    return as_given(fitting(t, y, f"tangent from {gate}"), y)


def anywhere(y: Any) -> Any:
    """Cotangents or tangents of one: a linear function may be transposed at any of them."""
    if isinstance(y, np.ndarray):
        return np.ones_like(y) if y.dtype.kind in "fc" else np.zeros(y.shape)
    if isinstance(y, bool | int | str | bytes) or y is None:
        return still(y)
    if isinstance(y, float | complex | np.generic):
        return type(y)(1) if isinstance(y, float | complex | np.inexact) else 0.0
    if isinstance(y, tuple):
        items = [anywhere(v) for v in y]
        return type(y)(*items) if hasattr(y, "_fields") else tuple(items)
    if isinstance(y, list):
        return [anywhere(v) for v in y]
    if isinstance(y, dict):
        return {k: anywhere(v) for k, v in y.items()}
    zeros = still(y)
    fields = fields_of(y) if isinstance(zeros, dict) else None
    return zeros if fields is None else {k: anywhere(v) for k, v in fields.items()}


def apart_from(t: Any, y: Any, name: str, args: tuple[Any, ...]) -> Any:
    """The tangent of a value that is written later, and must not be memory of an argument."""
    mine = [*arrays(y)]
    if any(share(one, other) for a in args for other in arrays(a) for one in mine):
        raise errors.UnsupportedMutation(
            f"{name} has a derivative rule and returns memory of its argument, which is written. "
            "Return a copy, or write into one."
        )
    return t
