"""Differentiate the helpers of generated code: derivatives of derivatives pass through them."""

from __future__ import annotations

import numpy as np

from srcad.rules.table import jvp, like, linear, no_derivative
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.calls import formula_of
from srcad.runtime.cotangents import (
    add,
    field_key,
    finish,
    holds_sequences,
    listed,
    own,
    refilled,
    relisted,
    shadow,
    unfinished,
)
from srcad.runtime.fitting import (
    anywhere,
    apart_from,
    fitted,
    fitted_dot,
    given_back,
    taken_back,
    unfitted,
)
from srcad.runtime.indexing import chosen, scatter, uncompress, untake, untake_along_axis
from srcad.runtime.operands import factors_alone, is_sparse
from srcad.runtime.results import only_scalar
from srcad.runtime.tangents import finished_dot, fresh, in_shape_of, still

linear(finish, lambda y_bar, cotangent, x: unfinished(y_bar, cotangent))
jvp(finish, lambda t, y, cotangent, x: finished_dot(t, y), None)
like(finish, 1)
linear(
    add,
    lambda y_bar, a, b: unfinished(y_bar, a),
    lambda y_bar, a, b: unfinished(y_bar, b),
)
linear(unfinished, lambda y_bar_bar, y_bar, cotangent: refilled(y_bar_bar, y_bar))
like(unfinished, 1)
linear(listed, lambda y_bar, cotangent, items: relisted(y_bar, cotangent))
like(listed, 1)
linear(finished_dot, lambda y_bar, t, y: unfinished(y_bar, t))
like(finished_dot, 1)
linear(own, lambda y_bar, cotangent: unfinished(y_bar, cotangent))
no_derivative(factors_alone, is_sparse)
no_derivative(shadow, still, holds_sequences, only_scalar, field_key)
linear(scatter, lambda y_bar, g, index, like: unbroadcast(chosen(y_bar, index, like), g))
like(scatter, 1, 2)
linear(
    untake,
    lambda y_bar, g, like, indices, axis=None, mode="raise": np.take(
        y_bar, indices, axis, mode=mode
    ),
)
like(untake, 1, 2)
linear(
    untake_along_axis,
    lambda y_bar, g, like, indices, axis=-1: np.take_along_axis(y_bar, indices, axis),
)
like(untake_along_axis, 1, 2)
linear(uncompress, lambda y_bar, g, condition, like, axis=None: np.compress(condition, y_bar, axis))
like(uncompress, 1, 2)
linear(in_shape_of, lambda y_bar, t, y: unbroadcast(y_bar, t))
like(in_shape_of, 1)
linear(fresh, lambda y_bar, t: y_bar)
linear(fitted, lambda y_bar, bar, x, what: unfitted(y_bar, bar))
like(fitted, 1, 2)
linear(given_back, lambda y_bar, bars, args, gate, names: taken_back(y_bar, bars))
like(given_back, 1, 2, 3)
linear(fitted_dot, lambda y_bar, t, y, gate: unfitted(y_bar, t))
like(fitted_dot, 1, 2)
linear(apart_from, lambda y_bar, t, y, name, args: y_bar)
like(apart_from, 1, 2, 3)
no_derivative(anywhere, formula_of)
