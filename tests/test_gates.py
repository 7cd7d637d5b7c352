"""Gates of one's own: what they compute in every mode, and what is refused."""

from __future__ import annotations

import copy
import functools
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad import errors

A = np.array([0.1, 0.2, 0.3])
W = np.arange(9.0).reshape(3, 3)


@srcad.custom_vjp(lambda y_bar, y, x: y_bar * y * (1 - y))
def sigmoid(x):
    """The sigmoid gate."""
    return 1 / (1 + np.exp(-x))


@srcad.custom_vjp
def scaled(x, w=2.0):
    return x * w


def _scaled_back(saved, y_bar):
    x, w = saved
    return (y_bar * w, np.sum(y_bar * x)) if np.ndim(w) == 0 else (y_bar * w, y_bar * x)


scaled.defvjp(lambda x, w: (x * w, (x, w)), _scaled_back)


@srcad.custom_vjp
class Multiply:
    def forward(self, x, y):
        z = x * y
        self.x = x
        self.y = y
        return z

    def backward(self, dz):
        return [self.y * dz, self.x * dz]


class PlainMultiply:
    def forward(self, x, y):
        self.x, self.y = x, y
        return x * y

    def backward(self, dz):
        return [self.y * dz, self.x * dz]


@srcad.custom_jvp
def squared(x, y):
    return x * x * y


@squared.defjvp
def squared_rule(args, tangents):
    x, y = args
    x_dot, y_dot = tangents
    return x * x * y, 2 * x * y * x_dot + x * x * y_dot


@srcad.custom_jvp(lambda x_dot, y, x: x_dot * y * (1 - y))
def sigmoid_too(x):
    return 1 / (1 + np.exp(-x))


class Layer:
    def __init__(self, w):
        self.w = w

    @srcad.custom_vjp(
        lambda y_bar, y, self, x: {"w": np.sum(y_bar * x)},
        lambda y_bar, y, self, x: y_bar * self.w,
    )
    def act(self, x):
        return self.w * x


LAYER = Layer(3.0)
TABLE = {"a": sigmoid, "b": Multiply, "c": squared, "d": sigmoid_too, "e": scaled}
PARTIAL = functools.partial(scaled, w=2.0)


def loop(x, w):
    for _ in range(3):
        x = scaled(x, w) + sigmoid(x)
        x = Multiply(x, w) + squared(x, w) if x > 0.5 else sigmoid_too(x)
    return x


def from_a_table(x, w):
    t = x
    for k in TABLE:
        gate = TABLE[k]
        t = t + (gate(t, w) if k in "bce" else gate(t))
    return t


def chained(gates, x):
    for gate in gates:
        x = gate(x)
    return x


def of_a_layer(w, x):
    layer = Layer(w)
    return layer.act(x) * x


def bound(w, x):
    act = Layer(w).act
    return act(x) * x


def made_inside(x):
    @srcad.custom_vjp(lambda y_bar, y, t: 2 * y_bar)
    def double(t):
        return t * 2

    return double(x) * x


def by_hand(x, y):
    gate = PlainMultiply()
    z = gate.forward(x, y)
    return z * x


NUMBERS = {
    "one line": (lambda x: sigmoid(3 * x), 0.3),
    "one line, array": (lambda x: np.sum(sigmoid(x) ** 2), A),
    "defaults, keywords": (lambda x: scaled(x) * scaled(w=x, x=3.0) * scaled(x, x), 0.3),
    "forward, backward": (lambda x, w: scaled(x, w), 0.3, 0.4),
    "broadcast": (lambda x, w: np.sum(scaled(x, w) * x), A, 0.4),
    "class": (lambda x, w: Multiply(x, w) * x, 0.3, 0.4),
    "class, arrays": (lambda x, w: np.sum(Multiply(x, w) * x), A, A + 1),
    "one array twice": (lambda x: np.sum(Multiply(x, x) * x), A),
    "tangents": (lambda x, w: squared(x, w) * x, 0.3, 0.4),
    "tangents, arrays": (lambda x, w: np.sum(squared(x, w) * x), A, A + 1),
    "tangents, one line": (lambda x: np.sum(sigmoid_too(x) * x), A),
    "method": (of_a_layer, 0.3, 0.4),
    "method from outside": (lambda x: LAYER.act(x) * x, 0.3),
    "loop": (loop, 0.3, 0.9),
    "loop, other branch": (loop, 0.9, 0.2),
    "gate alone": (sigmoid, 0.3),
    "two parts alone": (scaled, 0.3, 0.5),
    "class alone": (Multiply, 0.3, 0.5),
    "tangents alone": (squared, 0.3, 0.5),
    "method alone": (LAYER.act, 0.3),
    "partial": (lambda x: PARTIAL(x) * x, 0.3),
    "partial alone": (PARTIAL, 0.3),
    "instance by hand": (by_hand, 0.3, 0.4),
}
FIRST_ORDER = {
    "table": (from_a_table, 0.3, 0.9),
    "list of gates": (lambda x: chained([sigmoid, sigmoid_too, scaled], x), 0.3),
    "comprehension": (lambda x: sum([Multiply(x, k * 1.0) * scaled(x) for k in range(3)]), 0.3),
    "map": (lambda x: sum(map(sigmoid, [x, 2 * x])), 0.3),
    "bound method": (bound, 0.3, 0.4),
    "made inside": (made_inside, 0.3),
}


def numerical(f: Callable[..., Any], args: tuple[Any, ...], k: int) -> np.ndarray:
    at = np.asarray(args[k], float)
    found = np.zeros(at.shape)
    for i in np.ndindex(at.shape):
        step = np.zeros(at.shape)
        step[i] = 1e-6
        ends = []
        for moved in (at + step, at - step):
            given = list(args)
            given[k] = moved if at.ndim else float(moved)
            ends.append(f(*given))
        found[i] = (ends[0] - ends[1]) / 2e-6
    return found


@pytest.mark.parametrize("name", [*NUMBERS, *FIRST_ORDER])
def test_against_differences(name: str) -> None:
    f, *given = {**NUMBERS, **FIRST_ORDER}[name]
    args = tuple(given)
    wrt = tuple(range(len(args)))
    want = [numerical(f, args, k) for k in wrt]
    for naive in (False, True):
        value, got = srcad.value_and_grad(f, wrt=wrt, naive=naive)(*args)
        assert value == f(*args)
        for bar, expected in zip(got, want, strict=True):
            np.testing.assert_allclose(bar, expected, atol=1e-6)
    dots = tuple(np.full_like(a, 0.7)[()] for a in args)
    value, dot = srcad.jvp(f, args, dots)
    assert value == f(*args)
    np.testing.assert_allclose(dot, sum(np.sum(0.7 * w) for w in want), atol=1e-6)


@pytest.mark.parametrize("name", NUMBERS)
def test_second_order(name: str) -> None:
    f, *given = NUMBERS[name]
    args = tuple(given)
    df = srcad.grad(f)
    want = numerical(lambda *a: np.sum(df(*a)), args, 0)
    got = srcad.hvp(f)(*args, np.ones_like(args[0])[()])
    np.testing.assert_allclose(got, want, atol=1e-5)
    if isinstance(args[0], float):
        np.testing.assert_allclose(srcad.grad(srcad.grad(f))(*args), want, atol=1e-5)


@srcad.custom_vjp(lambda y_bar, y, x: y_bar[0] + 2 * x * y_bar[1])
def powers(x):
    return [x, x * x]


@srcad.custom_vjp
def table_of_powers(x):
    return {"a": x, "b": x * x}


table_of_powers.defvjp(
    lambda x: (table_of_powers(x), x), lambda x, bar: (bar["a"] + 2 * x * bar["b"],)
)


def test_second_order_where_containers_are_written() -> None:
    """The gradient of forward mode's code: tangents pass through rules for cotangents."""

    def of_a_list(x):
        ys = powers(x)
        ys.append(x**3)
        ys[0] = ys[0] * ys[1]
        return sum(ys)

    def of_a_dict(x):
        ys = table_of_powers(x)
        ys["c"] = Multiply(x, x) * x
        ys["a"] = ys["a"] * ys["b"]
        return ys["a"] + ys["b"] + ys["c"]

    for f in (of_a_list, of_a_dict):
        np.testing.assert_allclose(srcad.grad(f)(0.3), 6 * 0.09 + 0.6)
        np.testing.assert_allclose(srcad.hvp(f)(0.3, 1.0), 12 * 0.3 + 2)


def test_generated_code() -> None:
    text = srcad.source(srcad.grad(lambda x: sigmoid(x)), 0.3)
    assert "x_bar = result * (1 - result)" in text or "result * (1 - result)" in text
    text = srcad.source(srcad.grad(lambda x, w: np.sum(Multiply(x, w)), wrt=(0, 1)), A, A + 1)
    assert "Multiply_saved = Multiply_fwd(x, w)" in text
    assert "x_bar, w_bar = Multiply_bwd(Multiply_saved" in text


def test_explained() -> None:
    told = str(srcad.explain(lambda x, w: np.sum(Multiply(x, w) * sigmoid(x)), A, A + 1))
    assert "Multiply (forward, backward)" in told
    assert "sigmoid (vjp)" in told


def test_a_class_that_notes_what_it_likes() -> None:
    @srcad.custom_vjp
    class Product:
        calls = 0

        def __init__(self):
            self.cache = []

        def forward(self, x, w):
            self.cache.append((x, w))
            return x @ w

        def backward(self, bar):
            ((x, w),) = self.cache
            self.x_bar, self.w_bar = w * bar, x * bar
            return self.x_bar, self.w_bar

    value, pullback = srcad.vjp(lambda x, w: Product(x, w) ** 2, A, A + 1)
    for _ in range(2):
        x_bar, w_bar = pullback(1.0)
        np.testing.assert_allclose(x_bar, 2 * (A @ (A + 1)) * (A + 1))
        np.testing.assert_allclose(w_bar, 2 * (A @ (A + 1)) * A)
    assert value == Product(A, A + 1) ** 2


def test_what_a_gate_does_is_done_once() -> None:
    calls = []

    @srcad.custom_vjp(lambda y_bar, y, x: y_bar)
    def noted(x):
        calls.append(1)
        return x * 1.0

    def ruled(x):
        calls.append(1)
        return x * 1.0

    srcad.vjp_rule(ruled, lambda y_bar, y, x: y_bar)
    for f in (noted, ruled):
        calls.clear()
        df = srcad.grad(lambda x, f=f: f(x) * x)
        df(0.3)
        assert len(calls) == 1
        srcad.jvp(lambda x: f(x) * x, (0.3,), (1.0,))  # noqa: B023 - called at once
        assert len(calls) == 2


# -- kinds of values -------------------------------------------------------------------


@pytest.mark.parametrize("gate", [sigmoid, sigmoid_too, lambda x: Multiply(x, x), scaled])
def test_float32_stays(gate: Any) -> None:
    x = A.astype(np.float32)
    assert srcad.grad(lambda x: np.sum(gate(x)))(x).dtype == np.float32
    assert srcad.jvp(gate, (x,), (x,))[1].dtype == np.float32


@pytest.mark.parametrize(
    ("gate", "plain"),
    [
        (sigmoid, lambda x: 1 / (1 + np.exp(-x))),
        (sigmoid_too, lambda x: 1 / (1 + np.exp(-x))),
        (lambda x: Multiply(x, x), lambda x: x * x),
        (lambda x: squared(x, x), lambda x: x * x * x),
    ],
)
def test_complex(gate: Any, plain: Any) -> None:
    z = A + 1j * (A + 0.3)
    got = srcad.grad(lambda x: np.abs(np.sum(gate(x))))(z)
    np.testing.assert_allclose(got, srcad.grad(lambda x: np.abs(np.sum(plain(x))))(z))
    np.testing.assert_allclose(srcad.jvp(gate, (z,), (z,))[1], srcad.jvp(plain, (z,), (z,))[1])


@srcad.custom_vjp
def dense(p, x):
    return {"h": p["W"] @ x + p["b"], "s": (x, 2.0)}


dense.defvjp(
    lambda p, x: (dense(p, x), (p, x)),
    lambda saved, bar: (
        {"W": np.outer(bar["h"], saved[1]), "b": bar["h"]},
        saved[0]["W"].T @ bar["h"] + bar["s"][0],
    ),
)


@pytest.mark.parametrize("naive", [False, True])
def test_containers(naive: bool) -> None:
    def loss(p, x):
        out = dense(p, x)
        return np.sum(out["h"] ** 2) + np.sum(out["s"][0])

    def plain(p, x):
        return np.sum((p["W"] @ x + p["b"]) ** 2) + np.sum(x)

    p = {"W": W, "b": A}
    got, want = (srcad.grad(f, wrt=(0, 1), naive=naive)(p, A) for f in (loss, plain))
    np.testing.assert_allclose(got[0]["W"], want[0]["W"])
    np.testing.assert_allclose(got[0]["b"], want[0]["b"])
    np.testing.assert_allclose(got[1], want[1])
    dots = {"W": W + 1, "b": A}, A
    np.testing.assert_allclose(srcad.jvp(loss, (p, A), dots)[1], srcad.jvp(plain, (p, A), dots)[1])


def test_part_of_the_result_unused() -> None:
    def loss(x):
        return np.sum(dense({"W": W, "b": A}, x)["s"][0])

    np.testing.assert_array_equal(srcad.grad(loss)(A), np.ones(3))


# -- declarations ----------------------------------------------------------------------


@srcad.custom_vjp(lambda y_bar, y, x, n: n * y_bar * x ** (n - 1), None)
def power(x, n):
    return x**n


def test_none_carries_none() -> None:
    for naive in (False, True):
        got = srcad.grad(lambda x, n: power(x, n), wrt=(0, 1), naive=naive)(3.0, 2.0)
        assert got == (6.0, 0.0)
    assert srcad.jvp(power, (3.0, 2.0), (1.0, 1.0)) == (9.0, 6.0)
    assert srcad.grad(lambda x: power(x, n=3))(2.0) == 12.0


def test_none_from_the_backward_part() -> None:
    @srcad.custom_vjp
    def f(x, w):
        return x * w

    f.defvjp(lambda x, w: (x * w, w), lambda w, bar: (bar * w, None))
    assert srcad.grad(lambda x, w: f(x, w), wrt=(0, 1))(3.0, 2.0) == (2.0, 0.0)


def test_a_new_rule_takes_effect() -> None:
    @srcad.custom_vjp
    def f(x):
        return 2 * x

    f.defvjp(lambda x: (2 * x, ()), lambda saved, bar: (2 * bar,))
    df = srcad.grad(lambda x: f(x))
    assert df(1.0) == 2.0
    f.defvjp(lambda x: (2 * x, ()), lambda saved, bar: (20 * bar,))
    assert df(1.0) == 20.0


def test_looks_like_the_function() -> None:
    assert (sigmoid.__name__, sigmoid.__doc__) == ("sigmoid", "The sigmoid gate.")
    assert sigmoid(0.0) == 0.5
    assert Multiply(2.0, 3.0) == 6.0
    assert Layer(2.0).act(3.0) == 6.0
    assert pickle.loads(pickle.dumps(sigmoid)) is sigmoid  # noqa: S301
    assert pickle.loads(pickle.dumps(Multiply)) is Multiply  # noqa: S301
    assert copy.deepcopy(scaled) is scaled


RATE = 2.0


@srcad.custom_vjp(lambda y_bar, y, x: y_bar * RATE)
def rated(x):
    return x * RATE


@srcad.custom_jvp(lambda x_dot, y, x: x_dot * RATE)
def rated_too(x):
    return x * RATE


def test_a_rule_reads_globals_when_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for gate in (rated, rated_too):
        df = srcad.grad(lambda x, gate=gate: gate(x))
        monkeypatch.setitem(globals(), "RATE", 2.0)
        assert df(3.0) == srcad.jvp(gate, (3.0,), (1.0,))[1] == 2.0
        monkeypatch.setitem(globals(), "RATE", 5.0)
        assert df(3.0) == srcad.jvp(gate, (3.0,), (1.0,))[1] == 5.0


# -- hazards ---------------------------------------------------------------------------


def test_a_captured_variable_is_refused() -> None:
    def one_line(w, x):
        @srcad.custom_vjp(lambda y_bar, y, x: y_bar * w)
        def g(x):
            return x * w

        return g(x)

    def parts(w, x):
        @srcad.custom_vjp
        def g(x):
            return x * w

        g.defvjp(lambda x: (x * w, ()), lambda saved, bar: (bar * 2,))
        return g(x)

    for f in (one_line, parts):
        for df in (srcad.grad(f), srcad.grad(f, naive=True)):
            with pytest.raises(errors.UnsupportedSyntax, match="outside of the function"):
                df(2.0, 3.0)
        with pytest.raises(errors.UnsupportedSyntax, match="outside of the function"):
            srcad.jvp(f, (2.0, 3.0), (1.0, 1.0))


def test_a_constant_may_be_captured() -> None:
    def made(w):
        @srcad.custom_vjp(lambda y_bar, y, x: y_bar * w)
        def g(x):
            return x * w

        return g

    g = made(5.0)
    assert srcad.grad(lambda x: g(x) * x)(3.0) == 30.0


@srcad.custom_vjp(lambda y_bar, y, x: 2 * y_bar * x)
def writing(x):
    x[0] = 0.0
    return np.sum(x**2)


@srcad.custom_vjp(lambda y_bar, y, x, room: y_bar * np.ones_like(x), None)
def filling(x, room):
    room[:] = x
    return np.sum(x)


def _writes(x):
    x = x.copy()
    return writing(x) + np.sum(x)


def _fills(x):
    room = np.zeros(3)
    total = filling(x, room)
    return total + np.sum(room)


@pytest.mark.parametrize("f", [_writes, _fills])
def test_writing_an_argument_is_refused(f: Any) -> None:
    for naive in (False, True):
        with pytest.raises(errors.UnsupportedMutation):
            srcad.grad(f, naive=naive)(A)
    with pytest.raises(errors.UnsupportedMutation):
        srcad.jvp(f, (A,), (A,))


def test_parts_that_write_are_refused() -> None:
    @srcad.custom_vjp
    def f(x):
        return x**2

    def forward(x):
        y = x**2
        x *= 2
        return y, x

    def back(saved, bar):
        saved *= 2
        return (saved * bar,)

    f.defvjp(forward, lambda saved, bar: (saved * bar,))
    with pytest.raises(errors.UnsupportedMutation, match="forward part of f writes"):
        srcad.grad(lambda x: np.sum(f(x)))(A.copy())
    f.defvjp(lambda x: (x**2, x), back)
    with pytest.raises(errors.UnsupportedMutation, match="writes into what was saved"):
        srcad.grad(lambda x: np.sum(f(x)))(A.copy())


@pytest.mark.parametrize("naive", [False, True])
def test_a_backward_part_that_writes_its_cotangent(naive: bool) -> None:
    @srcad.custom_vjp
    def f(x):
        return x**2

    def back(saved, bar):
        bar *= 2
        bar *= saved
        return (bar,)

    f.defvjp(lambda x: (x**2, x), back)

    def loss(x):
        y = f(x)
        return np.sum(y * y) + np.sum(y)

    np.testing.assert_allclose(srcad.grad(loss, naive=naive)(A), 4 * A**3 + 2 * A)
    seed = np.ones(3)
    _, pullback = srcad.vjp(lambda x: f(x) * 1.0, A)
    np.testing.assert_allclose(pullback(seed)[0], 2 * A)
    np.testing.assert_allclose(pullback(seed)[0], 2 * A)
    np.testing.assert_array_equal(seed, np.ones(3))


@pytest.mark.parametrize(
    "gate", [lambda u: scaled(u, u), lambda u: Multiply(u, u), lambda u: squared(u, np.ones(3))]
)
def test_what_is_saved_and_written_later(gate: Any) -> None:
    def f(x):
        u = x * 1.0
        y = gate(u)
        u[0] = 7.0
        return np.sum(y * u)

    want = [2 * A[0] * 7, 3 * A[1] ** 2, 3 * A[2] ** 2]
    np.testing.assert_allclose(srcad.grad(f)(A), want)
    np.testing.assert_allclose(srcad.grad(f, naive=True)(A), want)
    np.testing.assert_allclose(srcad.jvp(f, (A,), (np.ones(3),))[1], np.sum(want))


@srcad.custom_vjp(lambda y_bar, y, x: y_bar)
def same(x):
    return x


def test_a_gate_that_returns_its_argument() -> None:
    def f(x):
        x = x * 1.0
        y = same(x)
        y[0] = 5.0 * x[1]
        return np.sum(x * y)

    np.testing.assert_allclose(srcad.grad(f)(A), [0.0, 52 * A[1], 2 * A[2]])
    np.testing.assert_allclose(srcad.grad(f, naive=True)(A), [0.0, 52 * A[1], 2 * A[2]])
    with pytest.raises(errors.UnsupportedMutation, match="returns memory of its argument"):
        srcad.jvp(f, (A,), (A,))


def test_counts_and_shapes() -> None:
    @srcad.custom_vjp
    def f(x, w):
        return x * w

    def saved(x, w):
        return x * w, (x, w)

    df = srcad.grad(lambda x, w: np.sum(f(x, w)), wrt=(0, 1))
    f.defvjp(saved, lambda s, bar: (bar * s[1],))
    with pytest.raises(errors.WrongArgument, match=r"each of the 2 arguments \(x, w\)"):
        df(A, 2.0)
    f.defvjp(saved, lambda s, bar: (np.sum(bar * s[1]), np.sum(bar)))
    with pytest.raises(errors.WrongArgument, match="cotangent of `x` from f"):
        df(A, 2.0)
    f.defvjp(saved, lambda s, bar: (bar * s[1], bar * s[0]))
    with pytest.raises(errors.WrongArgument, match="cotangent of `w` from f"):
        df(A, 2.0)


def test_shape_of_one_line() -> None:
    @srcad.custom_vjp(lambda y_bar, y, x: y_bar)
    def total(x):
        return np.sum(x)

    for naive in (False, True):
        with pytest.raises(errors.WrongArgument, match="cotangent of `x` from the rule of total"):
            srcad.grad(lambda x: total(x), naive=naive)(A)


def test_without_a_rule() -> None:
    @srcad.custom_vjp
    def f(x):
        return x

    @srcad.custom_jvp
    def g(x):
        return x

    for gate, cure in ((f, "f.defvjp"), (g, "g.defjvp")):
        assert gate(2.0) == 2.0
        with pytest.raises(errors.MissingRule, match=cure):
            srcad.grad(lambda x, gate=gate: gate(x) * x)(3.0)
        with pytest.raises(errors.MissingRule, match=cure):
            srcad.jvp(gate, (3.0,), (1.0,))


BAD = {
    "no function": lambda: srcad.custom_vjp(3),
    "nothing": lambda: srcad.custom_vjp(),
    "only None": lambda: srcad.custom_vjp(None),
    "too few lambdas": lambda: srcad.custom_vjp(lambda y_bar, y, x: x)(lambda x, w: x),
    "lambdas of other arguments": lambda: srcad.custom_vjp(lambda y_bar, y, x: x, None)(
        lambda x, w: x
    ),
    "class without methods": lambda: srcad.custom_vjp(Layer),
    "lambdas above a class": lambda: srcad.custom_vjp(lambda y_bar, y, x: x)(Layer),
    "parts that are none": lambda: scaled.defvjp(1, 2),
    "a backward part of one argument": lambda: scaled.defvjp(lambda x: x, lambda x: x),
    "a rule of one argument": lambda: squared.defjvp(lambda x: x),
}


@pytest.mark.parametrize("what", BAD)
def test_wrong_declarations(what: str) -> None:
    with pytest.raises(errors.WrongArgument):
        BAD[what]()
