"""What the code of other packages brought up."""

from __future__ import annotations

import copy
import logging
import warnings

import numpy as np

from tests.corpus.registry import program

LOG = logging.getLogger("srcad.tests.quiet")
LOG.propagate = False
LOG.addHandler(logging.NullHandler())


@program(args=[lambda rng: (2.0, rng.normal(size=3))], wrt=(0, 1))
def messages_of_logging(x, v):
    LOG.warning("v is %s", v)
    if LOG.isEnabledFor(logging.DEBUG):
        LOG.debug("x is %s", x)
    if x > 3:
        logging.warning("large: %s", x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.warn(f"{x} is small", RuntimeWarning, stacklevel=2)
    return x * np.sum(v * v)


class Number:
    """Makes its kind by `self.__class__`, as quaternions and dual numbers do."""

    def __init__(self, *args):
        if len(args) == 1:
            try:
                self.q = np.array([float(args[0]), 0.0])
            except TypeError:
                self.q = self.checked(args[0])
        else:
            self.q = self.checked(args)

    def checked(self, items):
        return np.asarray([float(e) for e in items])

    def __mul__(self, other):
        if isinstance(other, self.__class__):
            return self.__class__(self.q * other.q)
        return self * self.__class__(other)

    @property
    def norm(self):
        return np.sum(self.q**2)


@program(args=[lambda rng: (rng.normal(size=2),)])
def class_of_an_object(a):
    p = Number(a)
    return (p * p).norm + (p * 2.0).norm


@program(args=[lambda rng: (rng.normal(size=3),)])
def copies_by_kind(x):
    xs = [x * 1.0, x[0], "a", None]
    deep, shallow = copy.deepcopy(xs), copy.copy(xs)
    deep[0][1] = 7.0
    shallow[1] = 2.0
    xs[0][2] = x[0]
    y = copy.deepcopy(x)
    y[0] = 3.0
    return np.sum(deep[0] * shallow[0]) * deep[1] * shallow[1] * xs[1] + np.sum(x * y)


@program(args=[lambda rng: (rng.normal(size=3),)])
def copy_chosen_at_run_time(x):
    how = [copy.deepcopy, copy.copy][int(x[0] > 0)]
    y = how(x)
    return np.sum(x * y)


FAST = False
SWITCHES = {"strict": False}


def squares(x):
    if not SWITCHES["strict"] and not FAST:
        return np
    return None


@program(args=[lambda rng: (rng.normal(size=3),)])
def module_chosen_by_a_switch(x):
    xp = squares(x)
    y = xp.zeros_like(x)
    y[1:] = x[:-1] ** 2
    return xp.sum(y * x, dtype=xp.asarray(x).dtype)


class Box:
    pass


def one_of_several(k, x):
    if k == 0:
        return np.array([[1, 2, 3]])
    if k == 1:
        return np.array([[None, None]])
    return x


@program(
    args=[
        lambda rng: (rng.normal(size=3), 0),
        lambda rng: (rng.normal(size=3), 1),
        lambda rng: (rng.normal(size=3), 2),
    ]
)
def integers_and_objects_in_a_written_object(x, k):
    box = Box()
    box.z = one_of_several(k, x)
    box.y = np.transpose(box.z)
    box.w = x
    s = np.sum(box.y * x) if k == 2 else 0.0
    box.w = box.w * 2
    return s + np.sum(box.w)


@program(args=[lambda rng: (rng.normal(size=3), 2)])
def real_part_met_at_run_time(x, k):
    y = one_of_several(k, x)
    z = (y * x).real
    return np.sum(z * x)


@program(args=[lambda rng: (0.4, 0.0), lambda rng: (0.4, 2.0)], wrt=(0, 1))
def array_or_number_in_a_try(e, n):
    """A number takes no index: the handler does what is meant."""
    e, n = np.sin(e), np.cos(n)
    try:
        e[abs(e) < 1e-3] = 0.0
        n[abs(n) < 1e-3] = 0.0
    except TypeError:
        if abs(e) < 1e-3:
            e = 0.0
        if abs(n) < 1e-3:
            n = 0.0
    return np.hypot(e, n) + np.arctan2(e, n)


@program(args=[lambda rng: (rng.normal(size=3), rng.normal(size=3))], wrt=(0, 1))
def default_in_an_inner_branch(x, w, theta=None):
    def unit(v):
        return v / np.linalg.norm(v), np.linalg.norm(v)

    if x.ndim == 1:
        if theta is None:
            w, theta = unit(w)
        elif not np.allclose(np.linalg.norm(w), 1.0):
            raise ValueError(theta)
        return np.sum(x * w) * theta
    return np.sum(x)


@program(args=[lambda rng: (rng.normal(size=2), 0), lambda rng: (rng.normal(size=2), 1)])
def axes_of_a_number(x, k):
    a = x if k else np.sum(x)
    b = x[0] * x[1]
    c = np.concatenate([v[..., None] for v in (b, x[1], np.exp(x[0]))])
    return np.sum(a[..., None] * 3.0) + np.sum(a[...] ** 2) + np.sum(c * c) + b[None][0]
