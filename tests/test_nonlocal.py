"""Variables that inner functions write: `nonlocal`, and what is captured and bound again.

Each program is a function of one number, checked against central differences in both modes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pytest

import srcad
from srcad.errors import SrcadError

# fmt: off
# ruff: noqa: E701, E702, E731, F841


def counter(x):
    n = 0
    def f(v):
        nonlocal n
        n += 1
        return v*n
    return f(x)+f(x*x)+n


def late_first(x):
    def add(v):
        nonlocal total
        total += v*x
    total = x
    add(2.0); add(x)
    return total


def unbound_inner(x):
    def add(v):
        nonlocal total
        total += v*x
    add(2.0)
    total = x
    return total


def unbound_owner(x):
    def add(v):
        nonlocal total
        total = v*x
    if x > 100: total = x
    y = total
    add(2.0)
    return total


def catches(x):
    def add(v):
        nonlocal total
        total += v*x
    try:
        add(2.0)
    except NameError:
        total = x
    add(x)
    return total


def three_deep(x):
    s = x
    def a():
        def b(v):
            nonlocal s
            s = s*v
            return s
        return b(x)+b(2.0)
    return a()*a()+s


def two_instances(x):
    def make(start):
        t = start
        def inc(k):
            nonlocal t
            t = t + k*x
            return t
        return inc
    p, q = make(x), make(2.0)
    return p(1.0)*q(2.0)+p(3.0)*q(x)


def in_list(x):
    fs = []
    t = x
    for k in range(3):
        def inc(v, k=k):
            nonlocal t
            t = t + k*v
            return t
        fs.append(inc)
    return sum(f(x) for f in fs)*t


def to_helper(x):
    t = 0.0
    def visit(v):
        nonlocal t
        t += v**2
    def each(fn, xs):
        for v in xs: fn(v)
    each(visit, [x, 2*x, x*x])
    return t


def to_map(x):
    t = 1.0
    def visit(v):
        nonlocal t
        t *= v
        return t
    return sum(map(visit,[x,2*x,3*x]))+t


def to_reduce(x):
    n = 0.5
    def step(a, b):
        nonlocal n
        n = n*a
        return a*b+n
    return functools.reduce(step,[x,x*x,2.0])*n


def array_state(x):
    u = np.array([x, 2*x])
    def step():
        nonlocal u
        u = u - 0.1*u**2
    for _ in range(3): step()
    return u.sum()


def array_inplace(x):
    u = np.array([x, 2*x])
    def step():
        nonlocal u
        u -= 0.1*u**2
    for _ in range(3): step()
    return u.sum()


def tuple_state(x):
    s = (x, 1.0)
    def step():
        nonlocal s
        a, b = s
        s = a*b, a+b
    for _ in range(3): step()
    return s[0]*s[1]


def loop_target(x):
    v = 0.0
    def setv(w):
        nonlocal v
        v = w*x
    out = 0.0
    for v in [x, 2*x]:
        out += v
        setv(v)
        out += v*v
    return out + v


def param_default(x):
    def outer(u, k=2.0):
        def f():
            nonlocal u, k
            u = u*k; k = k + u
            return u
        return f() + f()*k
    return outer(x) + outer(x, k=x)


def recursion(x):
    best = x
    def walk(n, v):
        nonlocal best
        if v > best: best = v
        if n: walk(n-1, v*1.5); walk(n-1, v*0.5)
    walk(3, x*x)
    return best


def comp_shadow(x):
    t = x
    def f():
        nonlocal t
        t = t*x
        return [t for t in [1.0, t]][1]
    return f() + f() + t + sum(t*v for v in [x, 1.0])


def branch(x):
    last = None
    def f(v):
        nonlocal last
        if last is None: last = v
        else: last = last*v
        return last
    return f(x)+f(x*2)+f(x*3)


def returned_pair(x):
    def account(balance):
        def deposit(a):
            nonlocal balance
            balance += a
            return balance
        def get(): return balance
        return deposit, get
    dep, get = account(x)
    dep(x*x); dep(2.0)
    return get()**2


def kept_dict(x):
    def account(balance):
        def deposit(a):
            nonlocal balance
            balance += a
        def get(): return balance
        return {"d": deposit, "g": get}
    a = account(x)
    a["d"](x*x)
    return a["g"]()**2


def fstring(x):
    n = 0
    def f():
        nonlocal n
        n += 1
        return f"{n}"
    return x*float(len(f()+f()))*n


def loop_closure(x):
    tot = 0.0
    for k in range(3):
        acc = x*k
        def add(v):
            nonlocal acc, tot
            acc += v*x
            tot += acc
        add(1.0); add(x)
    return tot*acc


def annotated(x):
    t: float = x
    def f() -> None:
        nonlocal t
        t *= 2.0
    f(); f()
    return t


def lam(x):
    t = x
    g = lambda v: v*t
    def f():
        nonlocal t
        t = t*t
    a = g(x); f()
    return a*g(x)


def with_while(x):
    n, s = 0, x
    def go():
        nonlocal n, s
        n += 1
        s = s*0.5
        return n < 4
    while go(): pass
    return s*n


def return_it(x):
    best = [x]
    def upd(v):
        nonlocal best
        best = best + [v*best[-1]]
    upd(x); upd(2.0)
    return sum(best)


def aug_nested(x):
    a = b = x
    def sw():
        nonlocal a, b
        a, b = b*x, a+1.0
    sw(); sw()
    return a*b


# fmt: on
PROGRAMS = [
    counter,
    late_first,
    three_deep,
    two_instances,
    in_list,
    to_helper,
    to_reduce,
    array_state,
    array_inplace,
    tuple_state,
    loop_target,
    param_default,
    recursion,
    comp_shadow,
    branch,
    returned_pair,
    kept_dict,
    fstring,
    loop_closure,
    annotated,
    lam,
    return_it,
    aug_nested,
]
RAISING = [unbound_inner, unbound_owner]
REFUSED = [catches, to_map, with_while]
STEP = 1e-6


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [0.7, -1.3])
def test_program(f: Callable[[float], float], x: float, naive: bool) -> None:
    value, gradient = srcad.value_and_grad(f, naive=naive)(x)
    assert value == f(x)
    slope = (f(x + STEP) - f(x - STEP)) / (2 * STEP)
    assert gradient == pytest.approx(slope, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_pullback_twice(f: Callable[[float], float]) -> None:
    gradient = srcad.grad(f)(0.7)
    _, pullback = srcad.vjp(f, 0.7)
    for _ in range(2):
        assert pullback(1.0)[0] == pytest.approx(gradient, rel=1e-12)


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize("f", RAISING, ids=lambda f: f.__name__)
def test_without_a_value_the_error_is_that_of_the_plain_call(
    f: Callable[[float], float], naive: bool
) -> None:
    with pytest.raises(NameError) as plain:
        f(0.7)
    with pytest.raises(NameError) as found:
        srcad.grad(f, naive=naive)(0.7)
    assert type(found.value) is type(plain.value)
    assert str(found.value) == str(plain.value)


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize("f", REFUSED, ids=lambda f: f.__name__)
def test_what_is_not_followed_is_refused(f: Callable[[float], float], naive: bool) -> None:
    with pytest.raises(SrcadError):
        srcad.grad(f, naive=naive)(0.7)


def test_a_variable_of_a_function_that_is_not_ours_is_refused() -> None:
    calls = 0

    def f(x: float) -> float:
        nonlocal calls
        calls += 1
        return x * calls

    with pytest.raises(SrcadError, match="variable of an enclosing function"):
        srcad.grad(f)(0.7)
    assert calls == 0
