"""One exit: rows of a function and its body afterwards."""

from __future__ import annotations

import textwrap
from typing import NamedTuple

import pytest

from srcad.frontend.exits import single_exit
from tests.passes.reading import function, text


class Row(NamedTuple):
    """What the user wrote, and what the pass makes of it; `return` names the result."""

    name: str
    before: str
    after: str


EXITS = [
    Row(
        "already one exit",
        """
        def f(x):
            y = x * 2
            return y
        """,
        """
        y = x * 2
        return y
        """,
    ),
    Row(
        "the value of an expression",
        """
        def f(x):
            return x * 2
        """,
        """
        result = x * 2
        return result
        """,
    ),
    Row(
        "no return",
        """
        def f(x):
            y = x * 2
        """,
        """
        y = x * 2
        result = None
        return result
        """,
    ),
    Row(
        "early return",
        """
        def f(x):
            if x < 0:
                return 0.0
            y = x * 2
            return y
        """,
        """
        if x < 0:
            result = 0.0
        else:
            y = x * 2
            result = y
        return result
        """,
    ),
    Row(
        "both arms return",
        """
        def f(x):
            if x < 0:
                return 0.0
            else:
                return x
        """,
        """
        if x < 0:
            result = 0.0
        else:
            result = x
        return result
        """,
    ),
    Row(
        "return in a loop",
        """
        def f(x):
            for i in range(3):
                if x > i:
                    return x
                x = x + 1
            return 0.0
        """,
        """
        returned = False
        for i in range(3):
            if x > i:
                result = x
                returned = True
                break
            else:
                x = x + 1
        if not returned:
            result = 0.0
        return result
        """,
    ),
    Row(
        "continue",
        """
        def f(x):
            for i in range(3):
                if i == 1:
                    continue
                x = x + i
            return x
        """,
        """
        for i in range(3):
            if not i == 1:
                x = x + i
        return x
        """,
    ),
    Row(
        "break",
        """
        def f(x):
            for i in range(3):
                if x > 1:
                    break
                x = x + i
            return x
        """,
        """
        for i in range(3):
            if x > 1:
                break
            else:
                x = x + i
        return x
        """,
    ),
    Row(
        "a raise is no return",
        """
        def f(x):
            if x < 0:
                raise ValueError
            return x
        """,
        """
        if x < 0:
            raise ValueError
        return x
        """,
    ),
    Row(
        "return from with",
        """
        def f(x):
            with open(p):
                if x > 0:
                    return x
                x = x * 2
            return x + 1
        """,
        """
        returned = False
        with open(p):
            if x > 0:
                result = x
                returned = True
            else:
                x = x * 2
        if not returned:
            result = x + 1
        return result
        """,
    ),
    Row(
        "break inside with",
        """
        def f(x):
            for i in range(3):
                with open(p):
                    if x > 1:
                        break
                x = x + 1
            return x
        """,
        """
        for i in range(3):
            stop = False
            with open(p):
                if x > 1:
                    stop = True
            if stop:
                break
            else:
                x = x + 1
        return x
        """,
    ),
    Row(
        "a context manager that may discard an exception",
        """
        def f(x):
            with c():
                x = x * 2
                return x
        """,
        """
        returned = False
        with c(), Refusals() as refusals:
            x = x * 2
            result = x
            returned = True
        if not returned:
            refuse(refusals)
        if not returned:
            result = None
        return result
        """,
    ),
    Row(
        "the handler of an exception that is raised on the way out",
        """
        def f(x):
            try:
                with open(p):
                    return x
            except OSError:
                x = x + 1
            return x * 2
        """,
        """
        returned = False
        try:
            with open(p):
                result = x
                returned = True
        except OSError:
            returned = False
            x = x + 1
        if not returned:
            result = x * 2
        return result
        """,
    ),
    Row(
        "the else of a try",
        """
        def f(x):
            for i in range(3):
                try:
                    if x > 1:
                        break
                except ValueError:
                    x = 2
                else:
                    x = x + 1
            return x
        """,
        """
        for i in range(3):
            stop = False
            try:
                if x > 1:
                    stop = True
            except ValueError:
                x = 2
            else:
                if not stop:
                    x = x + 1
            if stop:
                break
        return x
        """,
    ),
    Row(
        "dead code",
        """
        def f(x):
            return x
            x = 2
        """,
        """
        result = x
        return result
        """,
    ),
]


@pytest.mark.parametrize("row", EXITS, ids=lambda row: row.name)
def test_exits(row: Row) -> None:
    after = single_exit(function(row.before))
    assert f"{text(after.body)}\nreturn {after.result}" == textwrap.dedent(row.after).strip()


@pytest.mark.parametrize("row", EXITS, ids=lambda row: row.name)
def test_once_is_enough(row: Row) -> None:
    """What has one exit is left alone."""
    once = single_exit(function(row.before))
    assert single_exit(once).body[: len(once.body)] == once.body
