"""Methods of lists, dicts and deques that only the running program knows, done on both sides.

xs.append(v)      and  xs_dot.append(v_dot)
d.pop(k, 0.0)     and  d_dot.pop(k, 0.0)
"""

from __future__ import annotations

import collections
from typing import Any

from srcad.errors import UnsupportedMutation
from srcad.runtime.tangents import entries, remove_both, sort_both, still, taken_entry, update_dot

CONTAINERS = (list, dict, collections.deque)
_PUTS = {
    "append": 0, "appendleft": 0, "extend": 0, "extendleft": 0, "insert": 1, "setdefault": 1,
    "__setitem__": 1,
}  # fmt: skip
_SAME = {"clear", "reverse", "rotate", "__delitem__"}
_TAKES = {"pop", "popleft", "get", "__getitem__"}
_ASKS = {"index", "count", "keys", "__len__", "__contains__"}


def do_both(
    owner: Any,
    owner_dot: Any,
    name: str,
    args: tuple[Any, ...],
    dots: tuple[Any, ...],
    options: dict[str, Any],
) -> tuple[Any, Any]:
    """What `owner.name(*args)` returns, and its tangent; the tangents change as the owner does.

    owner_dot: None where the caller has no tangents of the owner, nor gets any back.
    """
    if owner_dot is None:
        _check_unmoved(owner, name, dots)
        owner_dot = still(owner)
    dots = tuple(still(a) if t is None else t for a, t in zip(args, dots, strict=True))
    both = getattr(owner, name), getattr(owner_dot, name)
    if name in _ASKS:
        value = both[0](*args, **options)
        return value, still(value) if not isinstance(value, collections.abc.KeysView) else None
    if name in _PUTS:
        place = _PUTS[name]
        value = both[0](*args)
        return value, both[1](*args[:place], *dots[place : place + 1])
    if name in _SAME:
        return both[0](*args), both[1](*args)
    if name in _TAKES:
        return both[0](*args), both[1](*args[:1], *dots[1:])
    if name in ("copy", "values"):
        return both[0](), both[1]()
    if name == "items":
        return both[0](), list(entries(owner_dot))
    return _in_its_own_way(owner, owner_dot, name, args, dots, options)


def _check_unmoved(owner: Any, name: str, dots: tuple[Any, ...]) -> None:
    if name in _PUTS.keys() | {"update"} and any(t is not None for t in dots):
        raise UnsupportedMutation(
            f"`{name}`, which is known only when it runs, puts what has a tangent into a "
            f"{type(owner).__name__} that had none. Call the method by its name."
        )


def _in_its_own_way(
    owner: Any,
    owner_dot: Any,
    name: str,
    args: tuple[Any, ...],
    dots: tuple[Any, ...],
    options: dict[str, Any],
) -> tuple[Any, Any]:
    """The methods whose changes of the tangents are others than of the values."""
    if name == "sort":
        sort_both(owner, owner_dot, **options)
        return None, None
    if name == "remove":
        remove_both(owner, owner_dot, *args)
        return None, None
    if name == "update" and not options:
        update_dot(owner_dot, args[0], dots[0])
        return getattr(owner, name)(*args), None
    if name == "popitem":
        t = taken_entry(owner_dot, *options.values())
        return getattr(owner, name)(**options), t
    raise UnsupportedMutation(
        f"The method `{name}` of a {type(owner).__name__} has no tangent in forward mode yet."
    )
