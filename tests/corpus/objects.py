"""Objects that are read: dataclasses, methods, properties, callables, modules as namespaces."""

import dataclasses
import math
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from tests.corpus.registry import program, register


@dataclass
class Layer:
    W: np.ndarray
    b: np.ndarray
    name: str = "layer"

    def __call__(self, x):
        return np.tanh(x @ self.W + self.b)


@dataclass(frozen=True)
class Model:
    layers: list = field(default_factory=list)
    gain: float = 1.0

    def predict(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.gain * x


class State(NamedTuple):
    pos: np.ndarray
    vel: np.ndarray


class Pendulum:
    """Physical constants and a right-hand side."""

    g = 9.81

    def __init__(self, length, friction=0.1):
        self.length = length
        self.friction = friction

    @property
    def omega2(self):
        return self.g / self.length

    @staticmethod
    def wrap(theta):
        return math.sin(theta)

    @classmethod
    def gravity(cls):
        return cls.g

    def rhs(self, theta, velocity):
        return velocity, -self.omega2 * self.wrap(theta) - self.friction * velocity


class Kernel:
    def __call__(self, r):
        raise NotImplementedError


class Gaussian(Kernel):
    def __init__(self, width):
        self.width = width

    def __call__(self, r):
        return np.exp(-((r / self.width) ** 2))


class Scaled(Gaussian):
    def __call__(self, r):
        return 2.0 * super().__call__(r) + self.width


class Vec:
    """Operators of a user's class."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vec(self.x + other.x, self.y + other.y)

    def __mul__(self, k):
        return Vec(self.x * k, self.y * k)

    def __getitem__(self, i):
        return (self.x, self.y)[i]

    def dot(self, other):
        return self.x * other.x + self.y * other.y


PENDULUM = Pendulum(2.0)


@program(args=lambda rng: (Layer(rng.normal(size=(3, 2)), rng.normal(size=2)), np.ones((1, 3))))
def dataclass_argument(layer, x):
    return np.sum(layer(x) ** 2)


@program(
    args=lambda rng: (
        Model([Layer(rng.normal(size=(2, 2)), rng.normal(size=2)) for _ in range(2)], 1.5),
        rng.normal(size=2),
    ),
    wrt=(0, 1),
)
def dataclass_nested(model, x):
    """A model that holds a list of layers."""
    return np.sum(model.predict(x)) * model.gain


@program(args=lambda rng: (State(rng.normal(size=2), rng.normal(size=2)),))
def typed_namedtuple(s):
    nxt = State(pos=s.pos + 0.1 * s.vel, vel=s.vel - 0.1 * s.pos)
    return 0.5 * np.sum(nxt.vel**2) + np.sum(nxt.pos**2)


@program(args=lambda rng: (0.4, 0.1), wrt=(0, 1))
def pendulum_step(theta, v):
    dtheta, dv = PENDULUM.rhs(theta, v)
    theta, v = theta + 0.1 * dtheta, v + 0.1 * dv
    return 0.5 * v**2 - PENDULUM.omega2 * math.cos(theta) + Pendulum.gravity()


@program(args=lambda rng: (0.4, Pendulum(1.3, friction=0.0)))
def object_as_constant(theta, pendulum):
    return sum(pendulum.rhs(theta, theta**2)) * pendulum.length


@program(args=[lambda rng: (0.7, Gaussian(1.2)), lambda rng: (0.7, Scaled(0.8))])
def polymorphic_call(r, kernel):
    """The class decides which method runs."""
    return kernel(r) + kernel(2 * r)


@program(args=lambda rng: (0.7, -0.3, 1.2), wrt=(0, 1, 2))
def user_operators(x, y, k):
    a, b = Vec(x, y), Vec(y, 2.0)
    c = (a + b) * k
    return c.dot(a) + c[1]


@program(args=lambda rng: (0.7,))
def bound_method_in_variable(x):
    step = PENDULUM.rhs
    sin = math.sin
    for f in (step, step):
        _, x = f(x, 0.5 * x)
    return sin(x)


@program(args=lambda rng: (rng.normal(size=3),))
def simple_namespace(x):
    cfg = SimpleNamespace(rate=0.1, loss="l1")
    return cfg.rate * (np.sum(np.abs(x)) if cfg.loss == "l1" else np.sum(x**2))


@program(args=lambda rng: (1.2, 0.3), wrt=(0, 1))
def local_object(a, b):
    """An object made on the way and read."""
    p = Pendulum(a, friction=b)
    q = dataclasses.replace(Model(gain=a), gain=b * a)
    return p.omega2 * p.friction + q.gain


@program(args=lambda rng: (rng.normal(size=3), 0.5), wrt=(0, 1))
def getattr_by_name(x, k):
    f = getattr(np, "tanh")
    reduce_name = "sum"
    return k * getattr(f(x), reduce_name)() if hasattr(x, "shape") else k


class Regression:
    """Methods are differentiated too."""

    def __init__(self, X, y, ridge):
        self.X, self.y, self.ridge = X, y, ridge

    def residual(self, w):
        return self.X @ w - self.y

    def loss(self, w):
        return np.sum(self.residual(w) ** 2) + self.ridge * w @ w


_rng = np.random.default_rng(5)
_regression = Regression(_rng.normal(size=(4, 2)), _rng.normal(size=4), 0.1)
register("bound_method", _regression.loss, args=lambda rng: (rng.normal(size=2),))
register("callable_object", Gaussian(0.9), args=lambda rng: (0.4,))
register(
    "unbound_method",
    Regression.loss,
    args=lambda rng: (_regression, rng.normal(size=2)),
    wrt=1,
)
