"""The operators as functions in plain Python: what they do is found when the types are known.

`a + b` of an object and a value of unknown type is `call(add_operands, a, b)`: the function is
compiled for what the two are when it runs.
"""

from __future__ import annotations

import operator
from typing import Any

from srcad.runtime.choosing import OF_STRUCTURES

# ruff: noqa: D103 - each is the operator that it is named after


def add_operands(a: Any, b: Any) -> Any:
    return a + b


def subtract_operands(a: Any, b: Any) -> Any:
    return a - b


def multiply_operands(a: Any, b: Any) -> Any:
    return a * b


def divide_operands(a: Any, b: Any) -> Any:
    return a / b


def floor_divide_operands(a: Any, b: Any) -> Any:
    return a // b


def modulo_of_operands(a: Any, b: Any) -> Any:
    return a % b


def raise_operand(a: Any, b: Any) -> Any:
    return a**b


def matmul_operands(a: Any, b: Any) -> Any:
    return a @ b


def and_operands(a: Any, b: Any) -> Any:
    return a & b


def or_operands(a: Any, b: Any) -> Any:
    return a | b


def xor_operands(a: Any, b: Any) -> Any:
    return a ^ b


def shift_left(a: Any, b: Any) -> Any:
    return a << b


def shift_right(a: Any, b: Any) -> Any:
    return a >> b


def minus_operand(a: Any) -> Any:
    return -a


def plus_operand(a: Any) -> Any:
    return +a


def invert_operand(a: Any) -> Any:
    return ~a


def absolute_operand(a: Any) -> Any:
    return abs(a)


def item_of_operand(a: Any, key: Any) -> Any:
    return a[key]


def add_in_place(a: Any, b: Any) -> Any:
    total = a
    total += b
    return total


def subtract_in_place(a: Any, b: Any) -> Any:
    total = a
    total -= b
    return total


def multiply_in_place(a: Any, b: Any) -> Any:
    total = a
    total *= b
    return total


def divide_in_place(a: Any, b: Any) -> Any:
    total = a
    total /= b
    return total


OPERATORS: dict[str, Any] = {
    "+": add_operands,
    "-": subtract_operands,
    "*": multiply_operands,
    "/": divide_operands,
    "//": floor_divide_operands,
    "%": modulo_of_operands,
    "**": raise_operand,
    "@": matmul_operands,
    "&": and_operands,
    "|": or_operands,
    "^": xor_operands,
    "<<": shift_left,
    ">>": shift_right,
}
IN_PLACE: dict[str, Any] = {
    "+": add_in_place,
    "-": subtract_in_place,
    "*": multiply_in_place,
    "/": divide_in_place,
}
# the functions of `operator` and the builtins that are operators
BY_NAME: dict[Any, Any] = {
    operator.add: add_operands,
    operator.sub: subtract_operands,
    operator.mul: multiply_operands,
    operator.truediv: divide_operands,
    operator.floordiv: floor_divide_operands,
    operator.mod: modulo_of_operands,
    operator.pow: raise_operand,
    pow: raise_operand,
    operator.matmul: matmul_operands,
    operator.and_: and_operands,
    operator.or_: or_operands,
    operator.xor: xor_operands,
    operator.lshift: shift_left,
    operator.rshift: shift_right,
    operator.neg: minus_operand,
    operator.pos: plus_operand,
    operator.invert: invert_operand,
    operator.abs: absolute_operand,
    operator.getitem: item_of_operand,
}


def for_objects(function: Any, args: tuple[Any, ...], is_object: Any) -> Any:
    """The function that calls the methods of objects, where such stand in the call."""
    try:
        plain = BY_NAME.get(function)
        choosing = OF_STRUCTURES.get(function)
    except TypeError:  # it cannot be hashed
        return function
    if plain is not None and any(map(is_object, args)):
        return plain
    if choosing is not None and args:
        many = function is sum or len(args) == 1
        inside = args[0] if many else args
        whole = () if function is sum else (list, tuple, dict)
        if not isinstance(inside, list | tuple):
            return function
        if any(isinstance(one, whole) or is_object(one) for one in inside):
            return choosing
    return function
