"""What users do wrong, and what the message must then say.

A snippet is a module in a file of its own.  The line that the message must name ends in
`# <- here`; `expression` must stand in the message, and so must each of `says` (regular
expressions, case ignored), among them the way out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import srcad
from srcad import errors

Action = Callable[[Any], object]
HEAD = "import math\nimport numpy as np\n\n\n"


@dataclass(frozen=True)
class Mistake:
    """One wrong use: what is done with the module, and what comes back."""

    name: str
    source: str
    act: Action
    kind: type[BaseException]
    says: tuple[str, ...] = ()
    expression: str = ""

    @property
    def text(self) -> str:
        """The whole module."""
        return HEAD + self.source.strip("\n") + "\n"

    @property
    def line(self) -> int | None:
        """The line that the message must name."""
        for number, line in enumerate(self.text.splitlines(), start=1):
            if line.endswith("# <- here"):
                return number
        return None


def gradient(*args: Any, wrt: Any = 0) -> Action:
    """Call `grad(f, wrt)(*args)`."""
    return lambda module: srcad.grad(module.f, wrt)(*args)


VECTOR = np.array([0.5, 1.5, 2.5])
SQUARE = "def f(x):\n    return x * x\n"
TWO = "def f(x, steps):\n    return x * steps\n"

ARGUMENTS = [
    Mistake("int", SQUARE, gradient(3), errors.NotDifferentiable, ("`x`", r"\bint\b", r"3\.0")),
    Mistake("bool", SQUARE, gradient(True), errors.NotDifferentiable, ("`x`", "bool")),
    Mistake("string", SQUARE, gradient("a"), errors.NotDifferentiable, ("`x`", "'a'|str")),
    Mistake("none", SQUARE, gradient(None), errors.NotDifferentiable, ("`x`", "None")),
    Mistake(
        "int_array",
        SQUARE,
        gradient(np.arange(3)),
        errors.NotDifferentiable,
        ("`x`", "int64", r"astype\(float\)"),
    ),
    Mistake(
        "second_is_int",
        TWO,
        gradient(1.5, 3, wrt=(0, 1)),
        errors.NotDifferentiable,
        ("`steps`", r"\bint\b", r"3\.0"),
    ),
    Mistake(
        "int_in_a_container",
        "def f(p):\n    return p['w'][1] * 2.0\n",
        gradient({"w": [0.5, 2]}),
        errors.NotDifferentiable,
        (r"\['w'\]\[1\]", r"\bint\b", r"2\.0"),
    ),
    Mistake(
        "no_numbers_in_container",
        "def f(p):\n    return 1.0\n",
        gradient({"w": [3]}),
        errors.NotDifferentiable,
        (r"\bint\b",),
    ),
]

WRT = [
    Mistake(
        "unknown_name",
        TWO,
        gradient(1.0, 2.0, wrt="y"),
        errors.WrongArgument,
        ("'y'", r"\bf\b", "x, steps"),
    ),
    Mistake("too_large", TWO, gradient(1.0, 2.0, wrt=2), errors.WrongArgument, ("2", "x, steps")),
    Mistake("too_small", TWO, gradient(1.0, 2.0, wrt=-3), errors.WrongArgument, ("-3", "x, steps")),
    Mistake("float", TWO, gradient(1.0, 2.0, wrt=0.5), errors.WrongArgument, ("0.5", "position")),
    Mistake("twice", TWO, gradient(1.0, 2.0, wrt=(0, "x")), errors.WrongArgument, ("twice",)),
    Mistake(
        "no_function",
        SQUARE,
        lambda module: srcad.grad(3.0),  # type: ignore[arg-type]
        errors.WrongArgument,
        ("function",),
    ),
    Mistake(
        "called_at_once",
        SQUARE,
        lambda module: srcad.grad(module.f(2.0)),
        errors.WrongArgument,
        ("function", "float|4.0"),
    ),
    Mistake("missing_argument", TWO, gradient(1.0), TypeError, ("steps",)),
]

OUTPUTS = [
    Mistake(
        "vector",
        "def f(x):\n    y = 2 * x\n    return y * x  # <- here\n",
        gradient(VECTOR),
        errors.NotDifferentiable,
        (r"\(3,\)|\[3\]", "sum", "vjp|jacobian"),
        "y * x",
    ),
    Mistake(
        "tuple",
        "def f(x):\n    return x, 2 * x  # <- here\n",
        gradient(1.0),
        errors.NotDifferentiable,
        ("tuple", "has_aux|vjp"),
    ),
    Mistake(
        "none",
        "def f(x):\n    y = x * 2\n    print(y)\n",
        gradient(1.0),
        errors.NotDifferentiable,
        ("None", "return"),
    ),
    Mistake(
        "integer",
        "def f(x):\n    return int(x)  # <- here\n",
        gradient(1.5),
        errors.NotDifferentiable,
        (r"\bint\b",),
        "int(x)",
    ),
    Mistake(
        "string",
        "def f(x):\n    return f'{x}'  # <- here\n",
        gradient(1.5),
        errors.NotDifferentiable,
        (r"\bstr\b",),
    ),
    Mistake(
        "complex",
        "def f(x):\n    return x * 1j  # <- here\n",
        gradient(1.5),
        errors.NotDifferentiable,
        ("complex", "vjp|real|abs"),
        "x * 1j",
    ),
    Mistake(
        "dict",
        "def f(x):\n    return {'loss': x * x}  # <- here\n",
        gradient(1.5),
        errors.NotDifferentiable,
        ("dict", "vjp|has_aux"),
    ),
]

LATE = """
def f(x):
    xs = [x[0], x[1]]
    pairs = {maker}
    xs.append(x[2])  # <- here
    return sum(a * b for a, b in pairs)
"""
CHANGED = """
def f(x):
    k, xs = x[0], [x[1], x[2]]
    scaled = map(lambda v: v * k, xs)
    k = 2.0  # <- here
    return sum(scaled)
"""

MUTATION = [
    Mistake(
        "zip_before_a_write",
        LATE.format(maker="zip(xs, [1.0, 2.0, 3.0])"),
        gradient(VECTOR),
        errors.UnsupportedMutation,
        ("zip", r"list\(zip"),
    ),
    Mistake(
        "enumerate_before_a_write",
        LATE.format(maker="enumerate(xs)"),
        gradient(VECTOR),
        errors.UnsupportedMutation,
        ("enumerate", r"list\(enumerate"),
    ),
    Mistake(
        "map_before_its_function_changes",
        CHANGED,
        gradient(VECTOR),
        errors.UnsupportedMutation,
        ("map", r"list\(map"),
    ),
    Mistake(
        "augmented_array",
        "def f(x):\n    y = x * 2\n    z = y.flat\n    y += x  # <- here\n"
        "    return y.sum() + z[0]\n",
        gradient(VECTOR),
        errors.UnsupportedMutation,
        (r"\+=", "y", "new|y = y"),
    ),
    Mistake(
        "argument",
        "def f(x):\n    y = x.flat\n    x[0] = 1.0  # <- here\n    return np.sum(y[1] * x)\n",
        gradient(VECTOR),
        errors.UnsupportedMutation,
        ("x", "new|copy|where"),
    ),
    Mistake(
        "alias",
        "def f(x):\n    y = x.flat\n    x *= 2  # <- here\n    return y[0]\n",
        gradient(VECTOR),
        errors.UnsupportedMutation,
        (r"\*=",),
    ),
    Mistake(
        "truncated",
        "def f(x):\n    y = np.zeros(3, int)\n    y[0] = x[0]  # <- here\n"
        "    return y.sum() + x[1]\n",
        gradient(VECTOR),
        errors.UnsupportedMutation,
        ("`y`", "int64", "floats", "stop_gradient"),
    ),
    Mistake(
        "view",
        "def f(x):\n    y = x * 2\n    z = y.flat\n    v = y[:2]\n    v[0] = 5.0  # <- here\n"
        "    return (y ** 2).sum() + z[1]\n",
        gradient(VECTOR),
        errors.UnsupportedMutation,
        (r"`[yv]`",),
    ),
    Mistake(
        "copyto",
        "def f(x):\n    y = np.empty(3)\n    np.copyto(y, x, casting='unsafe')  # <- here\n"
        "    return y.sum()\n",
        gradient(VECTOR),
        errors.UnsupportedMutation,
        ("copyto", "new"),
    ),
    Mistake(
        "in_helper",
        "def scale(v):\n    v *= 2  # <- here\n    return v\n\n\n"
        "def f(x):\n    y = x * 2\n    z = y.flat\n    scale(y)\n    return y.sum() + z[0]\n",
        gradient(VECTOR),
        errors.UnsupportedMutation,
        (r"\*=",),
    ),
    Mistake(
        "attribute",
        "class Box:\n    value = 0.0\n\n\ndef f(x):\n    Box.value = x  # <- here\n"
        "    return Box.value * x\n",
        gradient(1.5),
        errors.UnsupportedMutation,
        ("Box",),
    ),
    Mistake(
        "byteswap_method",
        "def f(x):\n    y = x * 1.0\n    y.byteswap(inplace=True)  # <- here\n    return y[0]\n",
        gradient(VECTOR),
        errors.UnsupportedMutation,
        ("byteswap", "new"),
    ),
]

SYNTAX = [
    Mistake(
        "await",
        "async def f(x):  # <- here\n    return x\n",
        gradient(1.5),
        errors.SrcadError,
        ("async",),
    ),
    Mistake(
        "generator",
        "def f(x):\n    yield x * x  # <- here\n",
        gradient(1.5),
        errors.SrcadError,
        ("generator|yield", "return|list|consume"),
    ),
    Mistake(
        "global",
        "total = 0.0\n\n\ndef f(x):\n    global total  # <- here\n    total = x * 2\n"
        "    return total * x\n",
        gradient(1.5),
        errors.UnsupportedSyntax,
        ("global", "return|argument"),
    ),
    Mistake(
        "class_inside",
        "def f(x):\n    class Local:  # <- here\n        value = x\n    return Local.value * x\n",
        gradient(1.5),
        errors.UnsupportedSyntax,
        ("class",),
    ),
    Mistake(
        "exec",
        "def f(x):\n    return eval('x * x')  # <- here\n",
        gradient(1.5),
        errors.SrcadError,
        ("eval",),
        "eval('x * x')",
    ),
    Mistake(
        "locals",
        "def f(x):\n    return locals()['x'] * x  # <- here\n",
        gradient(1.5),
        errors.SrcadError,
        ("locals",),
        "locals()",
    ),
]

UNKNOWN = [
    Mistake(
        "c_function",
        "import struct\n\n\ndef f(x):\n    data = struct.pack('d', x)  # <- here\n"
        "    return struct.unpack('d', data)[0] * 2\n",
        gradient(1.5),
        errors.SrcadError,
        ("pack", "no_derivative|partials|stop_gradient"),
    ),
    Mistake(
        "numpy_without_rule",
        "def f(x):\n    return np.frombuffer(x)[1] + np.bartlett(3)[1]  # <- here\n",
        gradient(np.ones(3)),
        errors.MissingRule,
        (r"np\.frombuffer", r"srcad\.\w+\("),
        "np.frombuffer(x)",
    ),
    Mistake(
        "in_helper",
        "def helper(v):\n    return np.frombuffer(v)[1] * 2  # <- here\n\n\n"
        "def f(x):\n    y = x * x\n    return helper(y)\n",
        gradient(np.ones(3)),
        errors.MissingRule,
        (r"np\.frombuffer",),
        "np.frombuffer(v)",
    ),
]

SOURCES = [
    Mistake(
        "builtin",
        SQUARE,
        lambda module: srcad.grad(zip)(1.0),
        errors.SrcadError,
        ("zip|class",),
    ),
    Mistake(
        "exec_without_lines",
        "space = {}\nexec('def f(x):\\n    return x * x', space)\nf = space['f']\n",
        gradient(1.5),
        errors.SourceUnavailable,
        ("source", "file|exec|linecache"),
    ),
]

USER_ERRORS = [
    Mistake(
        "index",
        "def f(x):\n    y = x * 2\n    return y[10]  # <- here\n",
        gradient(VECTOR),
        IndexError,
        ("out of bounds",),
    ),
    Mistake(
        "raise",
        "def f(x):\n    if x > 1:\n        raise ValueError(f'{x} is too large')  # <- here\n"
        "    return x * x\n",
        gradient(1.5),
        ValueError,
        ("1.5 is too large",),
    ),
    Mistake(
        "assert",
        "def f(x):\n    assert x < 1, 'small only'  # <- here\n    return x * x\n",
        gradient(1.5),
        AssertionError,
        ("small only",),
    ),
    Mistake(
        "domain",
        "def f(x):\n    y = x - 2\n    return math.log(y)  # <- here\n",
        gradient(1.5),
        ValueError,
        ("domain|positive",),
    ),
    Mistake(
        "shapes",
        "def f(x):\n    return np.sum(x @ np.ones(4))  # <- here\n",
        gradient(VECTOR),
        ValueError,
        ("mismatch|shape",),
    ),
    Mistake(
        "name",
        "def f(x):\n    return x * undefined_name  # <- here\n",
        gradient(1.5),
        NameError,
        ("undefined_name",),
    ),
    Mistake(
        "in_helper",
        "def helper(v):\n    return 1.0 / (v - 1.5)  # <- here\n\n\n"
        "def f(x):\n    return x * helper(x)\n",
        gradient(1.5),
        ZeroDivisionError,
        ("division",),
    ),
    Mistake(
        "unbound",
        "def f(x):\n    if x > 2:\n        y = x\n    return y * x  # <- here\n",
        gradient(1.5),
        UnboundLocalError,
        ("y",),
    ),
]

CHECKER = [
    Mistake(
        "mismatch",
        "def f(x):\n    return np.sum(np.floor(x * 1e9) / 1e9)  # a staircase\n",
        lambda module: srcad.check_grad(module.f, VECTOR),
        errors.GradientMismatch,
        (r"x?\[\d\]|entry|worst",),
    ),
]

TABLE: dict[str, list[Mistake]] = {
    "arguments": ARGUMENTS,
    "wrt": WRT,
    "outputs": OUTPUTS,
    "mutation": MUTATION,
    "syntax": SYNTAX,
    "unknown": UNKNOWN,
    "sources": SOURCES,
    "user": USER_ERRORS,
    "checker": CHECKER,
}
