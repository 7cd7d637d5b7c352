"""Pull cotangents back through interpolation, polynomials, ranges, differences and statistics.

What lies on a line of points: knots and coefficients, the ends of a range, neighbours, samples.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.runtime.indexing import add_at, fit, floats_of, same_kind, uncast

# --- interpolation and polynomials --------------------------------------------------------------


def interp_x(y_bar: Any, x: Any, xp: Any, fp: Any, period: float | None = None) -> Any:
    """x̄ = ȳ · slope of the piece that x lies in; 0 outside.  At a knot: the piece to its right."""
    return uncast(interp_x_moved(y_bar, x, xp, fp, period), x)


def interp_x_moved(t: Any, x: Any, xp: Any, fp: Any, period: float | None = None) -> Any:
    """The tangent of np.interp where the places move."""
    _, _, _, slope, inside = _pieces(x, xp, fp, period)
    return t * np.where(inside, slope, 0)


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
    bar = np.zeros(size, floats_of(g))
    bar = add_at(bar, np.ravel(sources[k]), np.ravel(g * (1 - weight)))
    return add_at(bar, np.ravel(sources[k + 1]), np.ravel(g * weight))


def polyval_p(y_bar: Any, p: Any, x: Any) -> Any:
    """p̄ of np.polyval: coefficient k multiplies x to the power n - 1 - k."""
    n, x = len(p), np.asarray(x)
    return same_kind([fit(y_bar * x ** (n - 1 - k), p[k]) for k in range(n)], p)


def polyval_x(y_bar: Any, p: Any, x: Any) -> Any:
    """x̄ of np.polyval: ȳ times the derivative of the polynomial."""
    n = len(p)
    slopes = [p[k] * (n - 1 - k) for k in range(n - 1)]
    at = np.asarray(x)
    return fit(y_bar * sum(s * at ** (n - 2 - k) for k, s in enumerate(slopes)), x)


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
    total = np.zeros(np.shape(f), floats_of(*g) if several else floats_of(g))
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
    steps = np.diff(spacing) if np.ndim(spacing) else np.full(n - 1, spacing)
    steps = steps.astype(g.dtype if np.iscomplexobj(steps) else g.real.dtype)
    a, b = steps[:-1], steps[1:]
    for offset, weight in enumerate((-b / (a * (a + b)), (b - a) / (a * b), a / (b * (a + b)))):
        bar[offset : n - 2 + offset] += np.reshape(weight, (-1,) + (1,) * (g.ndim - 1)) * g[1:-1]
    for end, inward, away in ((0, 1, steps), (-1, -1, -steps[::-1])):
        for k, weight in enumerate(_edge_weights(away, edge_order)):
            bar[end + inward * k] += weight * g[end]
    return bar


def _edge_weights(steps: Any, edge_order: int) -> tuple[Any, ...]:
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
    if not np.size(x):
        return np.zeros(np.shape(m)), None if y is None else np.zeros(np.shape(y))
    w, fact = _weights(x.shape[1], bias, ddof, fweights, aweights)
    x = x - np.sum(x * w, 1, keepdims=True) / np.sum(w)
    c_bar = np.reshape(y_bar, (len(x), len(x)))
    x_bar = (c_bar @ np.conj(x) + np.conj(c_bar.T @ x)) * (w / fact)
    m_bar = _unobserved(x_bar[:rows], m, rowvar or np.ndim(m) == 1)
    if y is None:
        return m_bar, None
    return m_bar, _unobserved(x_bar[rows:], y, rowvar or len(np.atleast_2d(y)) == 1)


def aweights_bar(
    y_bar: Any, c: Any, m: Any, y: Any, rowvar: bool, bias: bool, ddof: Any, fweights: Any,
    aweights: Any,
) -> Any:  # fmt: skip
    """The cotangent of the weights a of np.cov, c = X w Xᴴ / fact with w = f a.

    dc = X dw Xᴴ / fact - c dfact / fact, with fact = Σw - ddof Σ(w a) / Σw.
    """
    x = _observations(m, rowvar or np.ndim(m) == 1)
    if y is not None:
        x = np.concatenate([x, _observations(y, rowvar or len(np.atleast_2d(y)) == 1)])
    given, aweights = aweights, np.real(np.asarray(aweights))
    if not np.size(x):
        return uncast(np.zeros(np.shape(given)), given)
    w, fact = _weights(x.shape[1], bias, ddof, fweights, aweights)
    total, f = np.sum(w), 1 if fweights is None else np.asarray(fweights)
    x = x - np.sum(x * w, 1, keepdims=True) / total
    g = np.reshape(y_bar, (len(x), len(x)))
    ddof = (0 if bias else 1) if ddof is None else ddof
    moved = f - ddof * f * (2 * aweights * total - np.sum(w * aweights)) / total**2
    through = f * np.real(np.sum((g.T @ x) * np.conj(x), 0))
    return uncast((through - np.real(np.sum(g * c)) * moved) / fact, given)


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
    w = w * np.real(aweights)
    return w, np.sum(w) - (ddof * np.sum(w * np.real(aweights)) / np.sum(w) if ddof else 0)


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
