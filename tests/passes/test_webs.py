"""One name for one variable: rows of a function and its body afterwards."""

from __future__ import annotations

import textwrap
from typing import NamedTuple

import pytest

from srcad.analysis.webs import split_webs
from srcad.frontend.exits import single_exit
from tests.passes.reading import function, text


class Row(NamedTuple):
    """What the user wrote, and what the pass makes of it; `return` names the result."""

    name: str
    before: str
    after: str


WEBS = [
    Row(
        "used once",
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
        "used again",
        """
        def f(x):
            h = x * 2
            h = h + 1
            return h
        """,
        """
        h = x * 2
        h_2 = h + 1
        return h_2
        """,
    ),
    Row(
        "a parameter rebound",
        """
        def f(x):
            x = x * 2
            x = x + 1
            return x
        """,
        """
        x_2 = x * 2
        x_3 = x_2 + 1
        return x_3
        """,
    ),
    Row(
        "around a loop",
        """
        def f(x):
            for i in range(3):
                x = x * 2
            return x
        """,
        """
        for i in range(3):
            x = x * 2
        return x
        """,
    ),
    Row(
        "after a branch",
        """
        def f(x):
            if x > 0:
                y = x
            else:
                y = 1.0
            return y
        """,
        """
        if x > 0:
            y = x
        else:
            y = 1.0
        return y
        """,
    ),
    Row(
        "in one arm only, used there",
        """
        def f(x):
            y = 1.0
            if x > 0:
                y = x * 2
                x = x * y
            y = 3.0
            return x * y
        """,
        """
        y = 1.0
        if x > 0:
            y_2 = x * 2
            x = x * y_2
        y_3 = 3.0
        result = x * y_3
        return result
        """,
    ),
    Row(
        "two loops with one counter",
        """
        def f(x):
            for i in range(3):
                x = x * i
            for i in range(2):
                x = x + i
            return x
        """,
        """
        for i in range(3):
            x = x * i
        for i_2 in range(2):
            x = x + i_2
        return x
        """,
    ),
    Row(
        "captured by a closure",
        """
        def f(x):
            h = x * 2
            g = lambda: h
            h = x + 1
            return g()
        """,
        """
        h = x * 2
        g = lambda: h
        h = x + 1
        result = g()
        return result
        """,
    ),
    Row(
        "in a try",
        """
        def f(x):
            try:
                y = 1 / x
            except ZeroDivisionError:
                y = 0.0
            y = y + 1
            return y
        """,
        """
        try:
            y = 1 / x
        except ZeroDivisionError:
            y = 0.0
        y = y + 1
        return y
        """,
    ),
    Row(
        "dead first definition",
        """
        def f(x):
            y = 0.0
            y = x * 2
            return y
        """,
        """
        y = 0.0
        y_2 = x * 2
        return y_2
        """,
    ),
    Row(
        "before a break",
        """
        def f(x):
            y = 0.0
            for i in range(3):
                y = x * i
                if y > 1:
                    break
                y = 2.0
            return y
        """,
        """
        y = 0.0
        for i in range(3):
            y = x * i
            if y > 1:
                break
            else:
                y = 2.0
        return y
        """,
    ),
    Row(
        "the user has the fresh name",
        """
        def f(x, h_2):
            h = x * h_2
            h = h + 1
            return h
        """,
        """
        h = x * h_2
        h_3 = h + 1
        return h_3
        """,
    ),
]


@pytest.mark.parametrize("row", WEBS, ids=lambda row: row.name)
def test_webs(row: Row) -> None:
    after = split_webs(single_exit(function(row.before)))
    assert f"{text(after.body)}\nreturn {after.result}" == textwrap.dedent(row.after).strip()


@pytest.mark.parametrize("row", WEBS, ids=lambda row: row.name)
def test_twice_is_once(row: Row) -> None:
    once = split_webs(single_exit(function(row.before)))
    assert split_webs(once).body == once.body
