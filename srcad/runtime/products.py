"""Pull cotangents back through products: dot, matmul, einsum, convolutions and their kin.

`*_a` and `*_b` give the cotangent of the first and of the second factor.  A product is linear in
each factor, so the cotangent of one is the product of ȳ with the other, summed over what the
first lacks.  Complex factors are not conjugated (ȳ·∂y/∂a, the convention of autograd and JAX).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.errors import UnsupportedSyntax
from srcad.runtime.indexing import fit, uncast
from srcad.runtime.operands import is_sparse

# --- matmul and its kin: the last axes multiply, the others broadcast --------------------------


def transposed(a: Any) -> Any:
    """aᵀ for matrices in the last two axes."""
    return np.swapaxes(a, -1, -2)


def matmul_a(y_bar: Any, a: Any, b: Any) -> Any:
    """ā = ȳ bᵀ for y = a @ b; `a` gives its shape only."""
    if is_sparse(b):
        return uncast(y_bar @ b.T, a)
    if is_sparse(a):
        raise UnsupportedSyntax(
            "The numbers in a sparse matrix carry a derivative here, which is not supported. Make "
            "an array of it, or build the matrix outside of the function."
        )
    if _stacked(a, b):
        rows = np.reshape(y_bar, (-1, np.shape(y_bar)[-1]))
        a_bar = np.reshape(rows @ transposed(b), np.shape(a))
    elif np.ndim(b) == 1:
        a_bar = np.expand_dims(y_bar, -1) * b
    elif np.ndim(a) == 1:
        a_bar = np.matmul(b, np.expand_dims(y_bar, -1))[..., 0]
    else:
        a_bar = np.matmul(y_bar, transposed(b))
    return fit(a_bar, a)


def _stacked(a: Any, b: Any) -> bool:
    """Whether `a @ b` is one matrix times each of a stack: a product of all rows with it."""
    return bool(np.ndim(b) == 2 and np.ndim(a) > 2 and np.size(a) and np.size(b))


def matmul_b(y_bar: Any, a: Any, b: Any) -> Any:
    """b̄ = aᵀ ȳ for y = a @ b; `b` gives its shape only."""
    if is_sparse(a):
        return uncast(a.T @ y_bar, b)
    if _stacked(a, b):
        rows = np.reshape(a, (-1, np.shape(a)[-1]))
        b_bar = transposed(rows) @ np.reshape(y_bar, (-1, np.shape(y_bar)[-1]))
    elif np.ndim(a) == 1:
        y_bar = np.expand_dims(y_bar, -1 if np.ndim(b) == 1 else -2)
        b_bar = y_bar * (a if np.ndim(b) == 1 else np.expand_dims(a, -1))
    elif np.ndim(b) == 1:
        b_bar = np.matmul(transposed(a), np.expand_dims(y_bar, -1))[..., 0]
    else:
        b_bar = np.matmul(transposed(a), y_bar)
    return fit(b_bar, b)


def vecdot_a(y_bar: Any, a: Any, b: Any, axis: int = -1) -> Any:
    """ā = conj(ȳ b) for y = Σ conj(a) b along the axis."""
    return fit(np.conj(np.expand_dims(y_bar, axis) * b), a)


def vecdot_b(y_bar: Any, a: Any, b: Any, axis: int = -1) -> Any:
    """b̄ = ȳ conj(a) for y = Σ conj(a) b along the axis."""
    return fit(np.expand_dims(y_bar, axis) * np.conj(a), b)


# --- dot, inner, tensordot: the other axes of a, then those of b --------------------------------


def dot_a(y_bar: Any, a: Any, b: Any) -> Any:
    """ā of np.dot(a, b), which sums the last axis of a with the last but one of b."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return fit(y_bar * b, a)
    return tensordot_a(y_bar, a, b, (-1, -1 if np.ndim(b) == 1 else -2))


def dot_b(y_bar: Any, a: Any, b: Any) -> Any:
    """b̄ of np.dot(a, b)."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return fit(y_bar * a, b)
    return tensordot_b(y_bar, a, b, (-1, -1 if np.ndim(b) == 1 else -2))


def inner_a(y_bar: Any, a: Any, b: Any) -> Any:
    """ā of np.inner(a, b), which sums the last axes."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return fit(y_bar * b, a)
    return tensordot_a(y_bar, a, b, (-1, -1))


def inner_b(y_bar: Any, a: Any, b: Any) -> Any:
    """b̄ of np.inner(a, b)."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return fit(y_bar * a, b)
    return tensordot_b(y_bar, a, b, (-1, -1))


def tensordot_a(y_bar: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """ā of np.tensordot: ȳ and b summed over the free axes of b."""
    summed_a, summed_b, free_a, free_b = _axes(np.ndim(a), np.ndim(b), axes)
    free_in_y = range(len(free_a), len(free_a) + len(free_b))
    a_bar = np.tensordot(y_bar, b, (free_in_y, free_b))
    order = free_a + [summed_a[k] for k in np.argsort(summed_b)]
    return fit(np.transpose(a_bar, np.argsort(order)), a)


def tensordot_b(y_bar: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """b̄ of np.tensordot: a and ȳ summed over the free axes of a."""
    summed_a, summed_b, free_a, free_b = _axes(np.ndim(a), np.ndim(b), axes)
    b_bar = np.tensordot(a, y_bar, (free_a, range(len(free_a))))
    order = [summed_b[k] for k in np.argsort(summed_a)] + free_b
    return fit(np.transpose(b_bar, np.argsort(order)), b)


def _axes(ndim_a: int, ndim_b: int, axes: Any) -> tuple[list[int], list[int], list[int], list[int]]:
    """The axes of a and b that tensordot sums, and those that it leaves free."""
    if np.ndim(axes) == 0 and not isinstance(axes, (tuple, list)):
        axes = range(ndim_a - axes, ndim_a), range(axes)
    summed_a, summed_b = (np.atleast_1d(np.asarray(part, int)).tolist() for part in axes)
    summed_a = [axis % ndim_a for axis in summed_a]
    summed_b = [axis % ndim_b for axis in summed_b]
    free_a = [axis for axis in range(ndim_a) if axis not in summed_a]
    free_b = [axis for axis in range(ndim_b) if axis not in summed_b]
    return summed_a, summed_b, free_a, free_b


def kron_a(y_bar: Any, a: Any, b: Any) -> Any:
    """ā of np.kron(a, b): each block of ȳ against b."""
    blocks, _, full_b = _blocks(y_bar, a, b)
    ndim = np.ndim(full_b)
    a_bar = np.tensordot(blocks, full_b, (range(1, 2 * ndim, 2), range(ndim)))
    return uncast(np.reshape(a_bar, np.shape(a)), a)


def kron_b(y_bar: Any, a: Any, b: Any) -> Any:
    """b̄ of np.kron(a, b): the sum of the blocks of ȳ, each times its element of a."""
    blocks, full_a, _ = _blocks(y_bar, a, b)
    ndim = np.ndim(full_a)
    b_bar = np.tensordot(full_a, blocks, (range(ndim), range(0, 2 * ndim, 2)))
    return uncast(np.reshape(b_bar, np.shape(b)), b)


def _blocks(y_bar: Any, a: Any, b: Any) -> tuple[Any, Any, Any]:
    """ȳ with axes (a₀, b₀, a₁, b₁, …), and both factors with as many axes."""
    ndim = max(np.ndim(a), np.ndim(b))
    full_a = np.reshape(a, (1,) * (ndim - np.ndim(a)) + np.shape(a))
    full_b = np.reshape(b, (1,) * (ndim - np.ndim(b)) + np.shape(b))
    shape = [n for pair in zip(full_a.shape, full_b.shape, strict=True) for n in pair]
    return np.reshape(y_bar, shape), full_a, full_b


def outer_a(y_bar: Any, a: Any, b: Any) -> Any:
    """ā = ȳ b for y = a bᵀ, both flattened."""
    return uncast(np.reshape(y_bar @ np.ravel(b), np.shape(a)), a)


def outer_b(y_bar: Any, a: Any, b: Any) -> Any:
    """b̄ = aᵀ ȳ for y = a bᵀ, both flattened."""
    return uncast(np.reshape(np.ravel(a) @ y_bar, np.shape(b)), b)


def vdot_a(y_bar: Any, a: Any, b: Any) -> Any:
    """ā = conj(ȳ b) for y = Σ conj(a) b, both flattened."""
    return uncast(np.reshape(np.conj(y_bar * np.ravel(b)), np.shape(a)), a)


def vdot_b(y_bar: Any, a: Any, b: Any) -> Any:
    """b̄ = ȳ conj(a) for y = Σ conj(a) b, both flattened."""
    return uncast(np.reshape(y_bar * np.conj(np.ravel(a)), np.shape(b)), b)


# --- cross ------------------------------------------------------------------------------------


def cross_a(y_bar: Any, a: Any, b: Any, axisa: int, axisb: int, axisc: int, axis: Any) -> Any:
    """ā = b × ȳ for y = a × b."""
    if axis is not None:
        axisa = axisb = axisc = axis
    flat = np.ndim(y_bar) and np.shape(a)[axisa] == np.shape(b)[axisb] == 2
    y_bar = _in_space(y_bar, None if flat or np.ndim(y_bar) == 0 else axisc)
    like = np.moveaxis(a, axisa, -1)
    a_bar = np.cross(_in_space(b, axisb), y_bar)[..., : like.shape[-1]]
    return np.moveaxis(fit(a_bar, like), -1, axisa)


def cross_b(y_bar: Any, a: Any, b: Any, axisa: int, axisb: int, axisc: int, axis: Any) -> Any:
    """b̄ = ȳ × a for y = a × b: as b × a = -y, it is ā of the swapped product."""
    return cross_a(np.negative(y_bar), b, a, axisb, axisa, axisc, axis)


def _in_space(v: Any, axis: int | None) -> Any:
    """Vectors along the last axis with three components; None: v is the third one alone."""
    if axis is None:
        return np.stack([np.zeros_like(v), np.zeros_like(v), v], -1)
    v = np.moveaxis(v, axis, -1)
    if v.shape[-1] == 3:
        return v
    return np.concatenate([v, np.zeros_like(v[..., :1])], -1)


# --- einsum -----------------------------------------------------------------------------------

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def einsum_bars(y_bar: Any, *arguments: Any, optimize: Any = False) -> tuple[Any, ...]:
    """The cotangents of all arguments of np.einsum; None for labels and for integers."""
    return tuple(
        einsum_bar(y_bar, k, *arguments, optimize=optimize) if _is_operand(k, arguments) else None
        for k in range(len(arguments))
    )


def _is_operand(k: int, arguments: tuple[Any, ...]) -> bool:
    """Whether the k-th argument is an operand with a derivative."""
    place = k > 0 if isinstance(arguments[0], str) else k % 2 == 0 and k + 1 < len(arguments)
    return place and np.asarray(arguments[k]).dtype.kind in "fc"


def einsum_bar(y_bar: Any, position: int, *arguments: Any, optimize: Any = False) -> Any:
    """The cotangent of one argument of np.einsum(*arguments): the einsum of ȳ with the others.

    The operand's place is taken by ȳ and its labels become the output.  Labels that only the
    operand has were summed away: ȳ is spread over them.  A repeated label took a diagonal: the
    result goes onto that diagonal.  Axes of length 1 that were broadcast are summed.
    """
    inputs, output, operands = explicit(arguments)
    k = position - 1 if isinstance(arguments[0], str) else position // 2
    labels, operand = inputs[k], operands[k]
    others = inputs[:k] + inputs[k + 1 :]
    known = "".join([output, *others])
    unique = "".join(dict.fromkeys(labels))
    target = "".join(label for label in unique if label in known)
    subscripts = ",".join([output, *others]) + "->" + target
    g = np.einsum(subscripts, y_bar, *operands[:k], *operands[k + 1 :], optimize=optimize)

    shape = dict(zip(labels, np.shape(operand), strict=True))
    g = np.reshape(g, [np.shape(g)[target.index(c)] if c in target else 1 for c in unique])
    g = np.sum(g, tuple(i for i, c in enumerate(unique) if shape[c] == 1), keepdims=True)
    g = np.broadcast_to(g, [shape[c] for c in unique])
    return uncast(np.array(_onto_diagonals(g, unique, labels)), operand)


def _onto_diagonals(g: Any, unique: str, labels: str) -> Any:
    """g, with axes named by `unique`, on the diagonals that the repeats in `labels` took."""
    eyes, names = [], list(labels)
    spare = iter(letter for letter in LETTERS if letter not in labels)
    for i, label in enumerate(labels):
        if label in labels[:i]:
            names[i] = next(spare)
            eyes += [label + names[i]]
    if not eyes:
        return g
    squares = [np.eye(np.shape(g)[unique.index(pair[0])], dtype=g.dtype) for pair in eyes]
    return np.einsum(",".join([unique, *eyes]) + "->" + "".join(names), g, *squares)


def explicit(arguments: tuple[Any, ...]) -> tuple[list[str], str, list[Any]]:
    """The labels of each operand and of the result, without ellipses, and the operands."""
    if isinstance(arguments[0], str):
        operands = list(arguments[1:])
        left, arrow, right = arguments[0].replace(" ", "").partition("->")
        inputs = left.split(",")
    else:
        count = len(arguments) // 2
        operands = list(arguments[: 2 * count : 2])
        inputs = [_letters(part) for part in arguments[1 : 2 * count : 2]]
        arrow, right = ("->", _letters(arguments[-1])) if len(arguments) % 2 else ("", "")
    if not arrow:
        joined = "".join(inputs).replace("...", "")
        right = "".join(sorted(label for label in set(joined) if joined.count(label) == 1))
        right = "..." + right if any("..." in part for part in inputs) else right
    spare = [letter for letter in reversed(LETTERS) if letter not in "".join(inputs)]
    lengths = [
        np.ndim(operand) - len(part.replace("...", "")) if "..." in part else 0
        for part, operand in zip(inputs, operands, strict=True)
    ]
    named = "".join(spare[: max(lengths)])
    filled = [
        part.replace("...", named[len(named) - length :])
        for part, length in zip(inputs, lengths, strict=True)
    ]
    return filled, right.replace("...", named), operands


def _letters(sublist: Any) -> str:
    """Labels given as a list of numbers, as letters in the order that einsum sorts them."""
    return "".join("..." if item is Ellipsis else LETTERS[item] for item in sublist)


# --- convolutions -----------------------------------------------------------------------------


def convolve_a(y_bar: Any, a: Any, v: Any, mode: str = "full") -> Any:
    """ā of np.convolve: the correlation of ȳ with v; `a` gives its length only."""
    n, m = np.size(a), np.size(v)
    start = {"full": 0, "same": (min(n, m) - 1) // 2, "valid": min(n, m) - 1}[mode]
    bar = np.convolve(_whole(y_bar, start, n + m - 1), np.ravel(v)[::-1], "valid")
    return uncast(np.reshape(bar, np.shape(a)), a)


def convolve_v(y_bar: Any, a: Any, v: Any, mode: str = "full") -> Any:
    """v̄ of np.convolve, which is symmetric in its factors."""
    return convolve_a(y_bar, v, a, mode)


def correlate_a(y_bar: Any, a: Any, v: Any, mode: str = "valid") -> Any:
    """ā of np.correlate, the convolution of a with conj(v) reversed."""
    whole = _whole(y_bar, _correlate_start(np.size(a), np.size(v), mode), _full(a, v))
    bar = np.convolve(whole, np.conj(np.ravel(v)), "valid")
    return uncast(np.reshape(bar, np.shape(a)), a)


def correlate_v(y_bar: Any, a: Any, v: Any, mode: str = "valid") -> Any:
    """v̄ of np.correlate, the convolution of a with conj(v) reversed."""
    whole = _whole(y_bar, _correlate_start(np.size(a), np.size(v), mode), _full(a, v))
    bar = np.convolve(whole, np.ravel(a)[::-1], "valid")
    return uncast(np.reshape(np.conj(bar[::-1]), np.shape(v)), v)


def _full(a: Any, v: Any) -> int:
    return np.size(a) + np.size(v) - 1


def _correlate_start(n: int, m: int, mode: str) -> int:
    """Where np.correlate's result starts in the full one; it swaps factors if m > n."""
    same = (m - 1) // 2 if n >= m else n // 2
    return {"full": 0, "same": same, "valid": min(n, m) - 1}[mode]


def _whole(y_bar: Any, start: int, length: int) -> Any:
    """y_bar at `start` of a full convolution, with zeros around it."""
    if start == 0 and np.size(y_bar) == length:
        return y_bar
    before = np.zeros(start, y_bar.dtype)
    after = np.zeros(length - start - np.size(y_bar), y_bar.dtype)
    return np.concatenate([before, y_bar, after])
