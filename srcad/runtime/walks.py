"""`iter` and `next` in plain Python, so that they can be differentiated.

it = iter(xs)               walked(xs)
it = iter(d.values())       values_walked(d), where d is a dict
y = next(it)                asked(it)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.errors import UnsupportedSyntax


class Walk:
    """`iter` of a list, a tuple or an array."""

    def __init__(self, items: Any) -> None:
        self.items, self.place, self.ended = items, 0, False

    def __iter__(self) -> Walk:
        return self

    def __next__(self) -> Any:
        if self.ended or self.place >= len(self.items):
            self.ended = True
            raise StopIteration
        self.place += 1
        return self.items[self.place - 1]

    def next_or(self, default: Any) -> Any:
        """`next(it, default)`."""
        if self.ended or self.place >= len(self.items):
            self.ended = True
            return default
        self.place += 1
        return self.items[self.place - 1]


def walked(items: Any) -> Any:
    """`iter(xs)`."""
    no_views(items)
    return Walk(items)


def iter_of_values(owner: Any) -> Any:
    """`iter(owner.values())`; of a dict, `values_walked`."""
    return iter(owner.values())


def iter_of_items(owner: Any) -> Any:
    """`iter(owner.items())`; of a dict, `items_walked`."""
    return iter(owner.items())


def values_walked(table: Any) -> Any:
    """`iter(table.values())` of a dict."""
    return Walk([value for value in table.values()])  # noqa: C416


def items_walked(table: Any) -> Any:
    """`iter(table.items())` of a dict."""
    return Walk([(key, value) for key, value in table.items()])  # noqa: C416


def keys_walked(table: Any) -> Any:
    """`iter` of a dict."""
    return Walk(list(table))


def no_views(items: Any) -> None:
    """Refuse what has no brackets: a view of a dict."""
    if not isinstance(items, list | tuple | np.ndarray):
        raise UnsupportedSyntax(f"`iter` of a {type(items).__name__}. Make a list of it first.")


def itself(iterator: Any) -> Any:
    """`iter(it)` of an iterator."""
    return iterator


def asked(iterator: Any) -> Any:
    """`next(it)`."""
    return iterator.__next__()


def asked_or(iterator: Any, default: Any) -> Any:
    """`next(it, default)`."""
    try:
        return iterator.__next__()
    except StopIteration:
        return default


def walked_or(iterator: Any, default: Any) -> Any:
    """The same of a list's."""
    return iterator.next_or(default)


OF_VIEWS = {"values": iter_of_values, "items": iter_of_items}
OF_DICTS = {iter_of_values: values_walked, iter_of_items: items_walked}
OURS = (walked, values_walked, items_walked, keys_walked, itself, asked, asked_or, walked_or)
