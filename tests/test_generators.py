"""Generators, run by loops, comprehensions and what exhausts them.

Each program is a function of one number, checked against central differences in both modes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.errors import SrcadError

# fmt: off
# ruff: noqa: E501, E701, E702, E731, B007, B031, B905, F841


G = 3.0


def offset(v): return v + 0.5


def evens(xs):
    for i, v in enumerate(xs):
        if i % 2: continue
        yield offset(v)


def stops(xs, limit=2.0):
    for v in xs:
        if abs(v) > limit: return
        yield v*G


def two(a, b):
    yield a*b
    yield a+b


def nested_loops(n, x):
    for i in range(n):
        for j in range(i):
            yield x**j*i
        x = x*0.5


def p_evens(x):
    s = 0.0
    for v in evens([x,2*x,3*x]): s += v**2
    return s


def p_stops(x):
    s = 0.0
    for v in stops([x,2*x,3*x,4*x]):
        s = s*v + v
    return s + sum(stops([x, 2.5, x*x], limit=1.0))


def p_two(x):
    s = 1.0
    for v in two(x, x*x): s = s*v + x
    return s


def p_two_break(x):
    s = 1.0
    for v in two(x, x*x):
        s = s*v
        if s > 0: break
    return s*x


def p_break_nested(x):
    s = 0.0
    for v in nested_loops(5, x):
        if s > 2: break
        s += v
    return s


def p_continue_nested(x):
    s = 0.0
    for k, v in enumerate(nested_loops(5, x), 1):
        if k % 3 == 0: continue
        s += v*k
    return s


def p_else(x):
    s = 0.0
    for v in stops([x, x*x, 3*x]):
        if v > 100: break
        s += v
    else:
        s = s*x
    for v in stops([x, x*x, 3*x]):
        if v < 100: break
        s += v
    else:
        s = s*x
    return s


def p_return_inside(x):
    for v in nested_loops(4, x):
        if abs(v) > 1.0: return v*x
    return x


def p_comp(x):
    return sum([v*w for v in two(x, 2.0) for w in two(v, x) if w < 100])


def p_interleave(x):
    y = np.array([x, 1.0, 2.0])
    def gen():
        for i in range(3):
            y[i] = y[i]*x
            yield y.sum()
    s = 0.0
    for v in gen():
        s += v
        y[0] += v*0.1
    return s + y[0]


def p_local_capture(x):
    k = x
    def gen(n):
        for i in range(n):
            yield k*i
    s = 0.0
    for v in gen(4):
        k = k + v
        s += v
    return s*k


def p_shadow(x):
    v = x; i = 2.0; n = 5
    def gen(x, n):
        i = x
        for _ in range(n):
            v = i*i
            yield v
            i = v + 1.0
    s = 0.0
    for w in gen(x*0.5, 3): s += w*v*i
    return s*n


def p_nonlocal_gen(x):
    total = 0.0
    def gen(n):
        nonlocal total
        for i in range(n):
            total += x*i
            yield total*x
    return sum(gen(3)) * total


def p_infinite(x):
    def endless(v):
        while True:
            yield v
            v = v*0.5
    s = 0.0
    for k, v in enumerate(endless(x)):
        if k == 4: break
        s += v*k
    return s + sum(islice(endless(x*x), 3)) + list(itertools.islice(endless(x), 2))[1]


def p_from(x):
    def a(u):
        yield u
        yield from [u*2, u*3]
    def b(u):
        yield from a(u)
        yield 1.0
        yield from a(u*u)
    s = 1.0
    for v in b(x): s = s + v*v*s*0.01
    return s


def p_yield_array(x):
    def rows(a):
        for r in a: yield r*2
    s = 0.0
    for r in rows(np.array([[x, 1.0],[x*x, 2.0]])): s += (r**2).sum()
    return s


def p_pairs(x):
    def pairs(xs):
        for i, a in enumerate(xs):
            for b in xs[i+1:]: yield a, b
    s = 0.0
    for (i, (a, b)) in enumerate(pairs([x, 2.0, x*x])): s += a*b*i
    for p in enumerate(pairs([x, 2.0])): s += p[1][0]*(p[0]+1)
    return s


def p_max(x):
    def g():
        yield x
        yield 2*x
    return max(g()) * min(g()) + sorted(g())[0] + dict(zip("ab", list(g())))["a"] + tuple(g())[1]


def p_next(x):
    def g(n):
        for i in range(n): yield x*i
    return next(v for v in g(5) if v*v > 0.1) + next(g(3), x) + next((v for v in g(2) if v > 50), x*x)


def p_next_raises(x):
    def g(n):
        for i in range(n): yield x*i
    return next(v for v in g(5) if v > 1000)


def p_genexp(x):
    def g(n):
        for i in range(n): yield x**i
    return sum(v*v for v in g(4)) + max(v for v in g(3))


def p_while_gen(x):
    def halves(v):
        while abs(v) > 0.1:
            yield v
            v = v/2
    t = x
    for h in halves(x):
        if h < 0: continue
        t = t*h + 1
    return t


def p_nested_break(x):
    def g(n):
        for i in range(n):
            yield x+i
    s = 0.0
    for a in g(3):
        for b in g(3):
            if b > a: break
            s += a*b
        else:
            s += x
        if s > 20: break
    return s


def p_gen_in_gen(x):
    def inner(v):
        for k in range(3):
            yield v*k
    def outer(v):
        for w in inner(v):
            if w > 1.0: return
            for u in inner(w): yield u + w
    s = 0.0
    for z in outer(x):
        if z > 5: break
        s += z
    return s


def p_return_in_gen_after(x):
    def g(v):
        yield v
        if v > 0:
            return
        yield v*v
    return sum(g(x)) + sum(g(-x))


def p_in_try(x):
    def g():
        yield x
        yield x*2
    s = 0.0
    for v in g():
        try:
            if v > 1: raise ValueError
            s += v
        except ValueError:
            s += v*v
            continue
        s += 1.0*x
    return s


def p_kw(x):
    def g(a, b, *, n=2):
        for _ in range(n): yield a-b
    return sum(g(b=x, a=2.0)) + sum(g(x, b=x*x, n=3))


def p_lambda(x):
    def g(n):
        for i in range(n):
            f = lambda t, i=i: t*i*x
            yield f(x)
    return sum(g(3))


def p_islice_loop(x):
    def g():
        v = x
        while True:
            v = v*v*0.5 + x
            yield v
    s = 0.0
    for k, v in enumerate(islice(g(), 4)):
        if k == 1: continue
        s += v
    return s


def p_state_after(x):
    log = []
    def g(xs):
        for v in xs:
            log.append(v*v)
            yield v
    s = 0.0
    for v in g([x, 2*x, 3*x]):
        log.append(v)
        if len(log) > 3: break
        s += log[-2]
    return s + sum(log)


def r_by_hand(x):
    def g():
        yield x
        yield 2*x
    it = g()
    return next(it) + next(it)


def r_any(x):
    def g():
        yield x
    return x if any(v > 0 for v in g()) else 2*x


def rec(n, x):
    yield x
    if n: yield from rec(n-1, x*x)


def r_rec(x): return sum(rec(2, x))


def r_with(x):
    def g():
        try:
            yield x
        finally:
            pass
    return sum(g())


def r_send(x):
    def g():
        v = yield x
        yield x*x
    return sum(g())


def r_shadow(x):
    def use(np_):
        offset = 2.0
        return sum(evens([np_*offset]))
    return use(x)


# fmt: on
PROGRAMS = [
    p_evens,
    p_stops,
    p_two,
    p_two_break,
    p_break_nested,
    p_continue_nested,
    p_else,
    p_return_inside,
    p_comp,
    p_interleave,
    p_local_capture,
    p_shadow,
    p_nonlocal_gen,
    p_infinite,
    p_from,
    p_yield_array,
    p_pairs,
    p_max,
    p_next,
    p_genexp,
    p_while_gen,
    p_nested_break,
    p_gen_in_gen,
    p_return_in_gen_after,
    p_in_try,
    p_kw,
    p_lambda,
    p_islice_loop,
    p_state_after,
]
REFUSED = [r_by_hand, r_any, r_rec, r_with, r_send, r_shadow]
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
def test_next_without_an_item(naive: bool) -> None:
    with pytest.raises(StopIteration):
        srcad.grad(p_next_raises, naive=naive)(0.7)


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize("f", REFUSED, ids=lambda f: f.__name__)
def test_what_is_not_followed_is_refused(f: Callable[[float], float], naive: bool) -> None:
    with pytest.raises(SrcadError):
        srcad.grad(f, naive=naive)(0.7)


def changing(x):
    yield x * G


def sum_of_changing(x):
    return sum(changing(x))


def test_a_generator_and_what_it_reads_may_be_replaced(monkeypatch: Any) -> None:
    derivative = srcad.grad(sum_of_changing)
    assert derivative(2.0) == G
    monkeypatch.setitem(globals(), "G", 5.0)
    assert derivative(2.0) == 5.0
    monkeypatch.setitem(globals(), "changing", stops)
    with pytest.raises(TypeError, match="not iterable"):  # as the plain program does
        derivative(2.0)
