"""Pull cotangents back through products: dot, matmul, einsum, convolutions and their kin.

`*_a` and `*_b` give the cotangent of the first and of the second factor.  A product is linear in
each factor, so the cotangent of one is the product of ȳ with the other, summed over what the
first lacks.  Complex factors are not conjugated (ȳ·∂y/∂a, the convention of autograd and JAX).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.runtime.indexing import add_at, fit, same_kind, uncast

# --- matmul and its kin: the last axes multiply, the others broadcast --------------------------


def transposed(a: Any) -> Any:
    """aᵀ for matrices in the last two axes."""
    return np.swapaxes(a, -1, -2)


def matmul_a(y_bar: Any, a: Any, b: Any) -> Any:
    """ā = ȳ bᵀ for y = a @ b; `a` gives its shape only."""
    if np.ndim(b) == 1:
        a_bar = np.expand_dims(y_bar, -1) * b
    elif np.ndim(a) == 1:
        a_bar = np.matmul(b, np.expand_dims(y_bar, -1))[..., 0]
    else:
        a_bar = np.matmul(y_bar, transposed(b))
    return fit(a_bar, a)


def matmul_b(y_bar: Any, a: Any, b: Any) -> Any:
    """b̄ = aᵀ ȳ for y = a @ b; `b` gives its shape only."""
    if np.ndim(a) == 1:
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
        summed_a, summed_b = range(ndim_a - axes, ndim_a), range(axes)
    else:
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


def _is_operand(k: int, arguments: tuple) -> bool:
    """Whether the k-th argument is an operand with a derivative."""
    place = k > 0 if isinstance(arguments[0], str) else k % 2 == 0 and k + 1 < len(arguments)
    return place and np.result_type(arguments[k]).kind in "fc"


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
    known = set(output).union(*others)
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


def explicit(arguments: tuple) -> tuple[list[str], str, list]:
    """The labels of each operand and of the result, without ellipses, and the operands."""
    if isinstance(arguments[0], str):
        operands = list(arguments[1:])
        left, arrow, right = arguments[0].replace(" ", "").partition("->")
        inputs = left.split(",")
    else:
        count = len(arguments) // 2
        operands = list(arguments[: 2 * count : 2])
        inputs = [_letters(part) for part in arguments[1 : 2 * count : 2]]
        arrow, right = len(arguments) % 2, _letters(arguments[-1]) if len(arguments) % 2 else ""
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


# --- interpolation and polynomials --------------------------------------------------------------


def interp_x(y_bar: Any, x: Any, xp: Any, fp: Any, period: float | None = None) -> Any:
    """x̄ = ȳ · slope of the piece that x lies in; 0 outside.  At a knot: the piece to its right."""
    _, _, _, slope, inside = _pieces(x, xp, fp, period)
    return uncast(y_bar * np.where(inside, slope, 0), x)


def interp_xp(y_bar: Any, x: Any, xp: Any, fp: Any, period: float | None = None) -> Any:
    """x̄p: moving the knots of a piece moves its line by -slope, shared as the weights say."""
    k, weight, sources, slope, inside = _pieces(x, xp, fp, period)
    g = np.where(inside, -y_bar * slope, 0)
    return uncast(_onto_knots(g, k, weight, sources, np.size(xp)), xp)


def interp_fp(
    y_bar: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """f̄p: ȳ shared between the two ends of the piece; outside it goes to the end values."""
    k, weight, sources, _, inside = _pieces(x, xp, fp, period)
    keeps = inside
    if period is None:
        keeps = keeps | (x < xp[0]) if left is None else keeps
        keeps = keeps | (x > xp[-1]) if right is None else keeps
    return uncast(_onto_knots(np.where(keeps, y_bar, 0), k, weight, sources, np.size(fp)), fp)


def _pieces(x: Any, xp: Any, fp: Any, period: Any) -> tuple[Any, Any, Any, Any, Any]:
    """For each x: the piece, the weight of its right end, and the slope; the knots' sources."""
    x, xp, fp = np.asarray(x), np.asarray(xp), np.asarray(fp)
    sources = np.arange(xp.size)
    if period is not None:
        x, xp = x % abs(period), xp % abs(period)
        order = np.argsort(xp)
        sources = np.concatenate([order[-1:], order, order[:1]])
        turns = np.concatenate([[-1.0], np.zeros(xp.size), [1.0]]) * abs(period)
        xp = xp[sources] + turns
    inside = (x >= xp[0]) & (x <= xp[-1])
    if xp.size == 1:
        zero = np.zeros(x.shape)
        return zero.astype(int), zero, np.concatenate([sources, sources]), zero, inside
    fp = fp[sources]
    k = np.clip(np.searchsorted(xp, x, "right") - 1, 0, xp.size - 2)
    width = xp[k + 1] - xp[k]
    weight = np.clip((x - xp[k]) / width, 0, 1)
    return k, weight, sources, (fp[k + 1] - fp[k]) / width, inside


def _onto_knots(g: Any, k: Any, weight: Any, sources: Any, size: int) -> Any:
    """g shared between the knots k and k + 1 of each piece."""
    bar = np.zeros(size, np.result_type(g))
    bar = add_at(bar, np.ravel(sources[k]), np.ravel(g * (1 - weight)))
    return add_at(bar, np.ravel(sources[k + 1]), np.ravel(g * weight))


def polyval_p(y_bar: Any, p: Any, x: Any) -> Any:
    """p̄ of np.polyval: coefficient k multiplies x to the power n - 1 - k."""
    n = len(p)
    return same_kind([fit(y_bar * x ** (n - 1 - k), p[k]) for k in range(n)], p)


def polyval_x(y_bar: Any, p: Any, x: Any) -> Any:
    """x̄ of np.polyval: ȳ times the derivative of the polynomial."""
    n = len(p)
    slopes = [p[k] * (n - 1 - k) for k in range(n - 1)]
    return fit(y_bar * sum(s * x ** (n - 2 - k) for k, s in enumerate(slopes)), x)


def unvander(y_bar: Any, x: Any, increasing: bool = False) -> Any:
    """x̄ of np.vander: Σ_k ȳ_k · k · x^(k - 1)."""
    powers = y_bar if increasing else y_bar[:, ::-1]
    k = np.arange(powers.shape[1])[1:]
    return uncast(np.sum(powers[:, 1:] * k * np.expand_dims(x, -1) ** (k - 1), -1), x)


# --- ranges ------------------------------------------------------------------------------------


def parts_of_line(num: int, endpoint: bool = True) -> Any:
    """The weight of `stop` in each point of np.linspace."""
    return np.arange(num) / max(num - 1 if endpoint else num, 1)


def line_start(g: Any, like: Any, num: int, endpoint: bool, axis: int) -> Any:
    """The transpose of np.linspace in start: g weighted by 1 - t, summed along the axis."""
    along = np.tensordot(1 - parts_of_line(num, endpoint), np.moveaxis(g, axis, 0), 1)
    return fit(along, like)


def line_stop(g: Any, like: Any, num: int, endpoint: bool, axis: int) -> Any:
    """The transpose of np.linspace in stop: g weighted by t, summed along the axis."""
    along = np.tensordot(parts_of_line(num, endpoint), np.moveaxis(g, axis, 0), 1)
    return fit(along, like)


def linspace_start(g: Any, like: Any, num: int, endpoint: bool, retstep: bool, axis: int) -> Any:
    """The transpose of np.linspace in start; with retstep, g is (ȳ, cotangent of the step)."""
    if not retstep:
        return line_start(g, like, num, endpoint, axis)
    pieces = num - 1 if endpoint else num
    step_bar = fit(g[1] / pieces, like)
    return uncast(line_start(g[0], like, num, endpoint, axis) - step_bar, like)


def linspace_stop(g: Any, like: Any, num: int, endpoint: bool, retstep: bool, axis: int) -> Any:
    """The transpose of np.linspace in stop; with retstep, g is (ȳ, cotangent of the step)."""
    if not retstep:
        return line_stop(g, like, num, endpoint, axis)
    pieces = num - 1 if endpoint else num
    step_bar = fit(g[1] / pieces, like)
    return uncast(line_stop(g[0], like, num, endpoint, axis) + step_bar, like)


def log_bar(y_bar: Any, y: Any, base: Any, axis: int = 0) -> Any:
    """The cotangent of the exponent e of y = base**e: ȳ · y · log(base)."""
    return y_bar * y * np.log(_wide(base, np.ndim(y), axis))


def _wide(base: Any, ndim: int, axis: int) -> Any:
    """The base of np.logspace with the axis that its result has."""
    base = np.reshape(base, (1,) * (ndim - 1 - np.ndim(base)) + np.shape(base))
    return np.expand_dims(base, axis)


def logspace_base(y_bar: Any, y: Any, base: Any, axis: int = 0) -> Any:
    """The cotangent of the base of np.logspace, y = base**e: ȳ · e · y / base."""
    wide = _wide(base, np.ndim(y), axis)
    exponent = np.log(y) / np.log(wide)
    bar = y_bar * exponent * y / wide
    return fit(np.sum(bar, axis), base)


# --- finite differences and statistics ----------------------------------------------------------


def ungradient(g: Any, f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """The transpose of np.gradient in f: its stencils, applied the other way round."""
    ndim = np.ndim(f)
    several = isinstance(g, (tuple, list))
    axes = tuple(range(ndim)) if axis is None else tuple(np.atleast_1d(axis) % ndim)
    spacings = varargs or (1.0,)
    spacings = spacings * len(axes) if len(spacings) == 1 else spacings
    total = np.zeros(np.shape(f), np.result_type(*g) if several else np.result_type(g))
    for k, (along, spacing) in enumerate(zip(axes, spacings, strict=True)):
        rows = np.moveaxis(g[k] if several else g, along, 0)
        total = total + np.moveaxis(_ungradient_rows(rows, spacing, edge_order), 0, along)
    return uncast(total, f)


def gradient_spacings(
    y_bar: Any, y: Any, f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1
) -> tuple[Any, ...]:
    """The cotangents of the spacings of np.gradient: steps, or coordinates along an axis.

    A constant step h divides: y is G f / h, so -Σ ȳ y / h.
    """
    axes = tuple(range(np.ndim(f))) if axis is None else tuple(np.atleast_1d(axis) % np.ndim(f))
    several = isinstance(y, (tuple, list))
    y_bars, ys = (y_bar, y) if several else ([y_bar], [y])
    if len(varargs) == 1 and np.ndim(varargs[0]) == 0:
        return (-sum(np.sum(p * q) for p, q in zip(y_bars, ys, strict=True)) / varargs[0],)
    return tuple(
        -np.sum(y_bars[k] * ys[k]) / h
        if np.ndim(h) == 0
        else _coordinates_bar(
            np.moveaxis(y_bars[k], axes[k], 0), np.moveaxis(f, axes[k], 0), h, edge_order
        )
        for k, h in enumerate(varargs)
    )


def _coordinates_bar(g: Any, f: Any, x: Any, edge_order: int) -> Any:
    """The cotangent of coordinates: through the steps h and the slopes s = Δf / h.

    Inside y = (h₂ s₁ + h₁ s₂) / (h₁ + h₂); at an end y = s₁, or s₁ + h₁ (s₁ - s₂) / (h₁ + h₂).
    """
    x = np.asarray(x)
    h = np.reshape(np.diff(x), (-1,) + (1,) * (np.ndim(f) - 1))
    s = np.diff(f, axis=0) / h
    h1, h2, s1, s2, inner = h[:-1], h[1:], s[:-1], s[1:], g[1:-1]
    both = h1 + h2
    y = (h2 * s1 + h1 * s2) / both
    bar = np.zeros(np.shape(s), np.result_type(s, g))
    bar[:-1] += inner * (s2 - h2 * s1 / h1 - y) / both
    bar[1:] += inner * (s1 - h1 * s2 / h2 - y) / both
    for end, next_to_end in ((0, 1), (-1, -2)):
        if edge_order == 1:
            bar[end] -= g[end] * s[end] / h[end]
            continue
        h1, h2, s1, s2 = h[end], h[next_to_end], s[end], s[next_to_end]
        both = h1 + h2
        bar[end] += g[end] * (h2 * (s1 - s2) / both**2 - s1 / both - s1 / h1)
        bar[next_to_end] += g[end] * (s2 / h2 - (s1 - s2) / both) * h1 / both
    steps_bar = np.sum(bar, tuple(range(1, np.ndim(f))))
    zero = np.zeros(1, steps_bar.dtype)
    return uncast(np.concatenate([zero, steps_bar]) - np.concatenate([steps_bar, zero]), x)


def _ungradient_rows(g: Any, spacing: Any, edge_order: int) -> Any:
    """Σ_i c_ij ȳ_i for the stencil y_i = Σ_j c_ij f_j of np.gradient along the first axis."""
    n = len(g)
    bar = np.zeros(np.shape(g), g.dtype)
    steps = np.diff(spacing) if np.ndim(spacing) else np.full(n - 1, spacing, float)
    steps = steps.astype(g.real.dtype)
    a, b = steps[:-1], steps[1:]
    for offset, weight in enumerate((-b / (a * (a + b)), (b - a) / (a * b), a / (b * (a + b)))):
        bar[offset : n - 2 + offset] += np.reshape(weight, (-1,) + (1,) * (g.ndim - 1)) * g[1:-1]
    for end, inward, away in ((0, 1, steps), (-1, -1, -steps[::-1])):
        for k, weight in enumerate(_edge_weights(away, edge_order)):
            bar[end + inward * k] += weight * g[end]
    return bar


def _edge_weights(steps: Any, edge_order: int) -> tuple:
    """The one-sided stencil of np.gradient at an end, from the steps going inwards."""
    if edge_order == 1:
        return -1 / steps[0], 1 / steps[0]
    a, b = steps[0], steps[1]
    return -(2 * a + b) / (a * (a + b)), (a + b) / (a * b), -a / (b * (a + b))


def cov_bars(
    y_bar: Any, m: Any, y: Any, rowvar: bool, bias: bool, ddof: Any, fweights: Any, aweights: Any
) -> tuple[Any, Any]:
    """Both cotangents of np.cov: X̄ = (c̄ + c̄ᵀ) X w / fact, for X the centred observations.

    Centring adds nothing, because the weighted X sums to zero.
    """
    x = _observations(m, rowvar or np.ndim(m) == 1)
    rows = len(x)
    if y is not None:
        x = np.concatenate([x, _observations(y, rowvar or len(np.atleast_2d(y)) == 1)])
    w, fact = _weights(x.shape[1], bias, ddof, fweights, aweights)
    x = x - np.sum(x * w, 1, keepdims=True) / np.sum(w)
    c_bar = np.reshape(y_bar, (len(x), len(x)))
    x_bar = (c_bar @ np.conj(x) + np.conj(c_bar.T @ x)) * (w / fact)
    m_bar = _unobserved(x_bar[:rows], m, rowvar or np.ndim(m) == 1)
    if y is None:
        return m_bar, None
    return m_bar, _unobserved(x_bar[rows:], y, rowvar or len(np.atleast_2d(y)) == 1)


def _observations(m: Any, rowvar: bool) -> Any:
    m = np.atleast_2d(m)
    return m if rowvar else m.T


def _unobserved(bar: Any, m: Any, rowvar: bool) -> Any:
    return uncast(np.reshape(bar if rowvar else bar.T, np.shape(m)), m)


def _weights(n: int, bias: bool, ddof: Any, fweights: Any, aweights: Any) -> tuple[Any, Any]:
    """The weight of each observation and the divisor of np.cov."""
    ddof = (0 if bias else 1) if ddof is None else ddof
    w = np.ones(n)
    if fweights is not None:
        w = w * fweights
    if aweights is None:
        return w, np.sum(w) - ddof
    w = w * aweights
    return w, np.sum(w) - (ddof * np.sum(w * aweights) / np.sum(w) if ddof else 0)


def corrcoef_bars(y_bar: Any, r: Any, x: Any, y: Any, rowvar: bool, dtype: Any) -> tuple[Any, Any]:
    """Both cotangents of np.corrcoef, r = c / (s sᵀ) with s the standard deviations.

    c̄ = r̄ / (s sᵀ), less on the diagonal Σ_j (r̄_ij r_ij + r̄_ji r_ji) / 2 c_ii.
    """
    c = np.cov(x, y, rowvar, dtype=dtype)
    if np.ndim(c) == 0:
        return np.zeros(np.shape(x)), None if y is None else np.zeros(np.shape(y))
    variance = np.diag(c).real
    s = np.sqrt(variance)
    shares = y_bar * r
    both = np.sum(shares, 1) + np.sum(shares, 0)
    c_bar = y_bar / np.outer(s, s) - np.diag(both.real / (2 * variance))
    return cov_bars(c_bar, x, y, rowvar, False, None, None, None)
