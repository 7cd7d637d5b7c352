"""The exact text of each error of the public functions.

python -m tests.test_errors     writes the table `tests/errors/texts.txt` anew
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcad import check_rule, custom_vjp, fixed_point, grad, jvp, source, vjp
from tests.errors import gates as g
from tests.errors import programs as p

FILE = Path(__file__).parent / "errors" / "texts.txt"
TYPED: dict[str, Any] = {"__name__": "typed"}
exec("def typed(x):\n    return x\n", TYPED)  # noqa: S102 - a function without source

CASES: dict[str, Callable[[], object]] = {
    "int_argument": lambda: grad(p.product)(2, 3.0),
    "bool_argument": lambda: grad(p.product, wrt="y")(2.0, True),
    "string_argument": lambda: grad(p.product)("2", 3.0),
    "none_argument": lambda: grad(p.product)(None, 3.0),
    "int_array": lambda: grad(p.vector)(np.arange(3)),
    "int_in_a_dict": lambda: grad(p.rates)({"k": 1.0, "m": 3}),
    "int_in_star_arguments": lambda: grad(p.many, wrt=1)(1.0, 2),
    "string_array": lambda: grad(p.vector)(np.array(["a"])),
    "not_a_number": lambda: grad(p.product)({1.0}, 2.0),
    "array_output": lambda: grad(p.vector)(np.ones(3)),
    "unknown_array_output": lambda: grad(p.looked_up)(2.0, {"scale": np.ones(2)}),
    "no_output": lambda: grad(p.nothing)(1.0),
    "tuple_output": lambda: grad(p.several)(1.0),
    "complex_output": lambda: grad(p.rooted)(1.0),
    "int_output": lambda: grad(p.counted)([1.0, 2.0]),
    "no_aux": lambda: grad(p.product, has_aux=True)(1.0, 2.0),
    "unknown_name": lambda: grad(p.product, wrt="z")(1.0, 2.0),
    "unknown_position": lambda: grad(p.product, wrt=2)(1.0, 2.0),
    "position_of_star_arguments": lambda: grad(p.many, wrt=3)(1.0, 2.0),
    "position_of_a_keyword": lambda: grad(p.only, wrt=1)(1.0, k=2.0),
    "named_twice": lambda: grad(p.product, wrt=("x", 0))(1.0, 2.0),
    "empty_wrt": lambda: grad(p.product, wrt=())(1.0, 2.0),
    "neither_name_nor_position": lambda: grad(p.product, wrt=0.5)(1.0, 2.0),
    "missing_argument": lambda: grad(p.product)(1.0),
    "not_a_function": lambda: grad(3),
    "a_class": lambda: grad(dict),
    "no_backend": lambda: grad(p.product, backend="fortran"),
    "no_source": lambda: grad(TYPED["typed"])(1.0),
    "generator": lambda: grad(p.yielded)(1.0),
    "unknown_function": lambda: grad(p.unknown_function)(2.0),
    "cotangent_shape": lambda: vjp(p.vector, np.ones(3))[1](np.ones(2)),
    "cotangent_structure": lambda: vjp(p.several, 1.0)[1](1.0),
    "source_of_a_function": lambda: source(p.product),
    "gate_unfinished": lambda: grad(lambda x: g.unfinished(x) * x)(1.0),
    "gate_count": lambda: g.halves_with(g.count_back),
    "gate_shape": lambda: g.halves_with(g.shape_back),
    "gate_shape_of_a_rule": lambda: grad(lambda x: g.total(x))(np.ones(3)),
    "gate_captured": lambda: grad(g.captured)(1.0, 2.0),
    "gate_without_forward": g.without_forward,
    "gate_of_too_few_lambdas": g.too_few_lambdas,
    "gate_that_is_none": lambda: custom_vjp(3),
    "rule_that_is_wrong": lambda: check_rule(g.wrong, 1.5),
    "rule_that_is_none": lambda: check_rule(p.vector, np.ones(3)),
    "root_shape": lambda: grad(lambda a: np.sum(g.too_few(a)))(1.0),
    "fixed_point_far": lambda: fixed_point(lambda x: x + 1.0, 0.0, max_iter=5),
    "cotangent_that_changes": lambda: grad(g.hooked)(1.0),
    "cotangent_of_another_shape": lambda: grad(lambda x: np.sum(g.clipped(x)))(np.ones(2)),
    "cotangent_forward": lambda: jvp(g.clipped, (np.ones(2),), (np.ones(2),)),
}


def shown(error: BaseException) -> str:
    """Kind and text, without what differs from one computer to the next."""
    text = re.sub(r'File ".*?/(\w+\.py)"', r'File "\1"', str(error))
    return f"{type(error).__name__}: " + re.sub(r" at 0x\w+", "", text)


def caught(case: Callable[[], object]) -> str:
    """The error of a case as text."""
    try:
        case()
    except Exception as error:
        return shown(error)
    return "no error"


def recorded() -> Iterator[tuple[str, str]]:
    """The names of the table with their texts."""
    for part in FILE.read_text(encoding="utf-8").split("\n== ")[1:]:
        name, _, text = part.partition("\n")
        yield name, text.strip("\n")


TEXTS = dict(recorded()) if FILE.exists() else {}


@pytest.mark.parametrize("name", CASES)
def test_text(name: str) -> None:
    assert caught(CASES[name]) == TEXTS[name]


def test_table_has_no_other_texts() -> None:
    assert TEXTS.keys() == CASES.keys()


def write() -> None:
    """The table, from what the errors say now."""
    parts = [f"== {name}\n{caught(case)}\n" for name, case in CASES.items()]
    FILE.write_text("The texts of tests/test_errors.py\n\n" + "\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    write()
