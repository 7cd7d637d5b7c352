"""What every program may use from its module: classes, constants, helpers in other scopes."""

from __future__ import annotations

from tests.fuzz.generator.core import Function, Kind, Parameter, Struct

POINT = Struct("Point", ((".x", "s"), (".v", "v")))
PARAMS = Struct(
    "Params",
    ((".w", "v"), (".b", "s")),
    ((".line({s})", "v"), (".line(t={s})", "v"), (".size", "s"), (".score({v}, k=0.4)", "s")),
)
MODEL = Struct(
    "Model",
    ((".rate", "s"), (".bias", "v")),
    ((".step({v})", "v"), (".half", "s"), (".blend({s}, 0.3)", "s"), (".scale * {s}", "s")),
)
PAIR = Struct("tuple", (("[0]", "s"), ("[1]", "v")))
NESTED = Struct("tuple", (("[0]", Struct("tuple", (("[0]", "s"), ("[1]", "r")))), ("[-1]", "A")))
TABLE = Struct("dict", (("['w']", "v"), ("['b']", "s")))
DEEP = Struct("dict", (("['p']", PAIR), ("['m']", "A"), ("['g']", "s")))
VECTORS = Struct("list", (("[0]", "v"), ("[1]", "v")))
NUMBERS = Struct("list", (("[0]", "s"), ("[1]", "s"), ("[-1]", "s")))
STRUCTS: dict[str, Struct] = {
    "p": POINT, "o": PARAMS, "t": PAIR, "N": NESTED, "d": TABLE, "D": DEEP, "l": VECTORS, "L": NUMBERS
}  # fmt: skip
MADE_INSIDE = [POINT, PARAMS, PAIR, NESTED, TABLE, DEEP, VECTORS, NUMBERS, PAIR, TABLE, NUMBERS]

CLASSES = """
Point = collections.namedtuple("Point", "x v")


@dataclasses.dataclass
class Params:
    w: np.ndarray
    b: float

    def line(self, t):
        return np.tanh(self.w * t + self.b)

    @property
    def size(self):
        return 0.3 * np.sum(self.w**2) + self.b

    def score(self, x, *, k=1.0):
        return k * self.line(0.5) @ x + self.size * 0.2


class Model:
    scale = 0.8

    def __init__(self, rate, bias):
        self.rate = rate
        self.bias = bias

    def step(self, x):
        return np.sin(x) * self.rate + self.bias * self.half

    @property
    def half(self):
        return 0.5 * self.rate

    def blend(self, t, k):
        return k * t + (1 - k) * self.rate * t
"""
CONSTANTS = """
RATE = 0.7
WEIGHTS = np.array([0.4, -0.6, 0.9])
SETTINGS = {"decay": 0.6, "steps": 2, "mode": "a"}
ACTIONS = {"a": np.tanh, "b": np.sin, "c": lambda t: 0.5 * t}
"""
HELPERS = '''
def check(x, limit=0.5):
    """A helper that refuses large numbers."""
    if x > limit:
        raise ValueError(f"{x} is more than {limit}")
    return x * 0.9


def scaled(factor):
    def apply(t, shift=0.1 * factor):
        return factor * t + shift

    return apply


def twice(g, t):
    return g(0.5 * g(t))


def countdown(t, n):
    if n <= 0:
        return t
    return 0.7 * countdown(np.sin(t), n - 1) + 0.1 * t * n


def traced(g):
    @functools.wraps(g)
    def wrapper(*args, **kwargs):
        return 0.9 * g(*args, **kwargs)

    return wrapper


@traced
def damped(t, k=0.5):
    return np.tanh(k * t)


def several(*ts, **ks):
    total = 0.1
    for t in ts:
        total = 0.5 * total + t
    for name, k in ks.items():
        total = total + k * (0.3 if name == "first" else -0.2)
    return total


def dispatch(t, mode):
    if mode == "a":
        return np.sin(t)
    elif mode == "b":
        return t * t
    return ACTIONS["c"](t)
'''


def _function(name: str, result: Kind, *parameters: Parameter, raises: bool = False) -> Function:
    return Function(name, parameters, result, raises)


_T = Parameter("t", "s")
_K = Parameter("k", "s", "default", "0.5")
FUNCTIONS = [
    _function("check", "s", Parameter("x", "s"), raises=True),
    _function("damped", "s", _T, _K),
    _function("damped", "v", Parameter("t", "v"), _K),
    _function(
        "several",
        "s",
        Parameter("ts", Struct("tuple", (("[0]", "s"), ("[1]", "s"))), "star"),
        Parameter("ks", Struct("dict", (("['first']", "s"), ("['other']", "s"))), "stars"),
    ),
    _function("several", "s", Parameter("ts", Struct("tuple", (("[0]", "s"),)), "star")),
    _function(
        "several", "v", Parameter("ts", Struct("tuple", (("[0]", "s"), ("[1]", "v"))), "star")
    ),
]
READ_ONLY: list[tuple[str, str]] = [  # expressions of constants and helpers, by kind
    ("s", "RATE"), ("s", "SETTINGS['decay']"), ("v", "WEIGHTS"), ("s", "RATE * {s}"),
    ("s", "SETTINGS['decay'] * {s}"), ("v", "WEIGHTS * {v}"), ("s", "scaled({s})({s})"),
    ("v", "scaled({s})({v})"), ("v", "scaled({v})({s}, shift=0.2)"), ("s", "twice(np.sin, {s})"),
    ("s", "twice(lambda t: t * {s}, {s})"), ("v", "twice(np.tanh, {v})"), ("s", "countdown({s}, 2)"),
    ("s", "countdown({s}, 0)"), ("v", "countdown({v}, 1)"), ("s", "dispatch({s}, 'a')"),
    ("s", "dispatch({s}, mode='b')"), ("v", "dispatch({v}, SETTINGS['mode'])"), ("s", "ACTIONS['a']({s})"),
    ("A", "dispatch({A}, 'c')"), ("s", "twice(scaled({s}), {s})"), ("s", "twice(functools.partial(damped, k={s}), {s})"),
    ("s", "functools.partial(several, {s}, first=0.3)({s})"), ("v", "[np.sin, np.cos][1]({v})"),
    ("s", "elsewhere.softplus({s})"), ("s", "elsewhere.energy({v})"), ("v", "elsewhere.twice(np.tanh)({v})"),
]  # fmt: skip
