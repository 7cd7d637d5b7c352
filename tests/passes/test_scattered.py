"""Objects that stay inside a function become variables; which objects stay objects."""

from __future__ import annotations

import textwrap

import pytest

from srcad import value_and_grad
from srcad.analysis.scattered import scattered
from tests.passes.reading import inferred, text

CLASSES = """
import numpy as np

class Body:
    scale = 0.5

    def __init__(self, x, v):
        self.x = x
        self.v = v

    def step(self, k):
        self.v -= k * self.x
        self.x += self.v
        return self.v

    def meet(self, other):
        self.v += other.x
        other.v = other.v * self.scale

    def turned(self):
        return Body(self.v, -self.x)

    def checked(self):
        if self.x > 9.0:
            raise ValueError(f"{self.x} is far out")
        self.x = self.x * 2.0

    def itself(self):
        self.x = self.x * 2.0
        return self

    @property
    def energy(self):
        return self.x * self.x

    @property
    def place(self):
        return self.x

    @place.setter
    def place(self, value):
        self.x = value

class Spin(Body):
    def __init__(self, x, v, w):
        super().__init__(x, v)
        self.w = w

class Pair:
    def __init__(self, x):
        self.first = Body(x, 0.0)
        self.count = 0

    def go(self, k):
        self.count += 1
        return self.first.step(k)

class Late:
    def __init__(self, x):
        if x > 0.0:
            self.x = x

class Gone:
    def __init__(self, x):
        self.x = x
    def __del__(self):
        pass

class Slow:
    __slots__ = ("x",)
    def __init__(self, x):
        self.x = x
"""

BEFORE_AFTER: list[tuple[str, str, str]] = [
    (
        "attributes are variables, methods stand in place of their calls",
        """
        def f(x, v):
            b = Body(x, v)
            for i in range(3):
                b.step(0.1)
            return b.x
        """,
        """
        b_x = x
        b_v = v
        for i in range(3):
            k_times_self_x = 0.1 * b_x
            b_v = b_v - k_times_self_x
            b_x = b_x + b_v
        result = b_x
        """,
    ),
    (
        "two objects, and a constant of the class",
        """
        def f(x, v):
            a = Body(x, v)
            b = Body(v, x)
            a.meet(b)
            return a.v * b.v
        """,
        """
        a_v = v
        b_v = x
        a_v_2 = a_v + v
        self_scale = Body.scale
        b_v_2 = b_v * self_scale
        result = a_v_2 * b_v_2
        """,
    ),
    (
        "an object that takes the place of another",
        """
        def f(x, v):
            b = Body(x, v)
            for i in range(3):
                b.x = b.x * 2.0
                b = b.turned()
            return b.v
        """,
        """
        b_x = x
        b_v = v
        for i in range(3):
            b_x_2 = b_x * 2.0
            negative = -b_x_2
            result_2_x = b_v
            b_v = negative
            b_x = result_2_x
        result = b_v
        """,
    ),
    (
        "an object of a subclass",
        """
        def f(x, v):
            b = Spin(x, v, 0.5)
            b.x = b.x * b.w
            return b.step(0.1)
        """,
        """
        b_x = x
        b_v = v
        w = 0.5
        b_x_2 = b_x * w
        k_times_self_x = 0.1 * b_x_2
        b_v_2 = b_v - k_times_self_x
        b_x_3 = b_x_2 + b_v_2
        result = b_v_2
        """,
    ),
    (
        "an object in an object, in two rounds",
        """
        def f(x, v):
            p = Pair(x)
            return p.go(v)
        """,
        """
        Body_2_x = x
        Body_2_v = 0.0
        p_count = 0
        p_count_2 = p_count + 1
        k_times_self_x = v * Body_2_x
        Body_2_v_2 = Body_2_v - k_times_self_x
        Body_2_x_2 = Body_2_x + Body_2_v_2
        result = Body_2_v_2
        """,
    ),
    (
        "setters and properties",
        """
        def f(x, v):
            b = Body(x, v)
            b.place = x * v
            return b.energy
        """,
        """
        b_x = x
        b_x_2 = x * v
        result = b_x_2 * b_x_2
        """,
    ),
    (
        "slots",
        """
        def f(x, v):
            b = Slow(x)
            b.x += v
            return b.x
        """,
        """
        b_x = x
        b_x_2 = b_x + v
        result = b_x_2
        """,
    ),
    (
        "a method gives it back",
        """
        def f(x, v):
            b = Body(x, v)
            return b.itself().x
        """,
        """
        b_x = x
        b_x_2 = b_x * 2.0
        result = b_x_2
        """,
    ),
]

LEFT_ALONE: list[tuple[str, str]] = [
    (
        "nobody writes it",
        """
        def f(x, v):
            b = Body(x, v)
            return b.energy
        """,
    ),
    (
        "it is given back",
        """
        def f(x, v):
            b = Body(x, v)
            b.step(0.1)
            return b
        """,
    ),
    (
        "it is kept in a list",
        """
        def f(x, v):
            b = Body(x, v)
            bodies = [b]
            b.step(0.1)
            return bodies[0].x
        """,
    ),
    (
        "a function captures it",
        """
        def f(x, v):
            b = Body(x, v)
            b.step(0.1)
            g = lambda t: b.x * t
            return g(v)
        """,
    ),
    (
        "it has two names at a time",
        """
        def f(x, v):
            b = Body(x, v)
            other = b
            b.step(0.1)
            return other.x
        """,
    ),
    (
        "it is asked who it is",
        """
        def f(x, v):
            a = Body(x, v)
            a.step(0.1)
            return a.x if a is not None and a == a else v
        """,
    ),
    (
        "a method makes a text of it",
        """
        def f(x, v):
            b = Body(x, v)
            b.checked()
            return b.x
        """,
    ),
    (
        "an attribute that may be missing",
        """
        def f(x, v):
            b = Late(x)
            b.y = v
            return b.x
        """,
    ),
    (
        "something happens when it is gone",
        """
        def f(x, v):
            b = Gone(x)
            b.x = b.x * v
            return b.x
        """,
    ),
    (
        "it may be there or not",
        """
        def f(x, v):
            for i in range(int(v)):
                b = Body(x, v)
                b.step(0.1)
            return b.x
        """,
    ),
]


def taken_apart(source: str) -> str | None:
    unit, facts = inferred(CLASSES + textwrap.dedent(source), 1.5, 0.5)
    new = scattered(facts.session, unit, facts.params)
    return None if new is unit else text(new.code.body)


@pytest.mark.parametrize(
    ("before", "after"), [r[1:] for r in BEFORE_AFTER], ids=[r[0] for r in BEFORE_AFTER]
)
def test_before_after(before: str, after: str) -> None:
    assert taken_apart(before) == textwrap.dedent(after).strip()


@pytest.mark.parametrize("source", [r[1] for r in LEFT_ALONE], ids=[r[0] for r in LEFT_ALONE])
def test_left_alone(source: str) -> None:
    assert taken_apart(source) is None


class Counted:
    def __init__(self, x):
        self.x = x
        self.steps = 0

    def step(self, k):
        self.x = self.x * self.x + k
        self.steps += 1
        if self.steps > 3:
            raise ValueError("too many steps")
        return self.x * k


def caught(x):
    counted = Counted(x)
    total = 0.0
    try:
        for _ in range(6):
            total = total + counted.step(0.3)
    except ValueError:
        total = total * counted.x
    return total + counted.steps


def test_caught_in_the_middle_of_a_method() -> None:
    """What the method did before it raised an exception is done."""
    value, slope = value_and_grad(caught)(0.4)
    assert value == caught(0.4)
    assert slope == pytest.approx((caught(0.4 + 1e-6) - caught(0.4 - 1e-6)) / 2e-6, rel=1e-6)


def test_an_exception_names_the_line_of_the_method() -> None:
    def run(x: float) -> float:
        counted = Counted(x)
        for _ in range(6):
            counted.step(0.3)
        return counted.x

    with pytest.raises(ValueError, match="too many") as caught_:
        value_and_grad(run)(0.4)
    (note,) = caught_.value.__notes__
    assert ", in step:" in note and 'raise ValueError("too many steps")' in note
