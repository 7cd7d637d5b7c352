"""Calls that are differentiated more than twice: what moves values from arguments to parameters."""

from __future__ import annotations

from srcad.rules.table import jvp, like, linear, no_derivative, vjp
from srcad.runtime.again import (
    backward_of,
    forward_of,
    gathered_all,
    gathered_from,
    kept_by,
    laid,
    laid_from,
    laid_tangents,
    lifted,
    made_moving,
    made_pair,
    placed,
    placed_tangents,
    saved_of,
    spread_all,
    spread_to,
    tangents_of,
    with_saved,
)
from srcad.runtime.cotangents import part

no_derivative(made_pair, forward_of, backward_of, made_moving, tangents_of)
vjp(with_saved, None, lambda y_bar, y, pair, saved: part(y_bar, "saved"))
jvp(with_saved, None, lambda x_dot, y, pair, saved: {"saved": kept_by(pair, x_dot)})
linear(kept_by, None, lambda y_bar, pair, saved_dot: y_bar)
vjp(saved_of, lambda y_bar, y, back: {"saved": y_bar})
jvp(saved_of, lambda x_dot, y, back: part(x_dot, "saved"))
vjp(placed, None, None, lambda y_bar, y, pair, how, parts: spread_to(y_bar, pair, how, parts))
jvp(placed, None, None, lambda x_dot, y, pair, how, parts: placed_tangents(pair, how, parts, x_dot))
linear(placed_tangents, None, None, None,
       lambda y_bar, pair, how, parts, dots: spread_to(y_bar, pair, how, parts))  # fmt: skip
linear(spread_to, lambda y_bar, bars, pair, how, parts: gathered_from(y_bar, pair, how, parts))
linear(gathered_from, lambda y_bar, bars, pair, how, parts: spread_to(y_bar, pair, how, parts))
linear(spread_all, lambda y_bar, found, back: gathered_all(y_bar, back))
linear(gathered_all, lambda y_bar, bars, back: spread_all(y_bar, back))
vjp(laid, None, lambda y_bar, y, work, given: lifted(y_bar, work))
jvp(laid, None, lambda x_dot, y, work, given: laid_tangents(work, x_dot))
linear(laid_tangents, None, lambda y_bar, work, dots: lifted(y_bar, work))
linear(lifted, lambda y_bar, bars, work: laid_from(y_bar, work))
linear(laid_from, lambda y_bar, bars, work: lifted(y_bar, work))
like(placed, 0, 1)
like(placed_tangents, 0, 1, 2)
like(spread_to, 1, 2, 3)
like(gathered_from, 1, 2, 3)
like(spread_all, 1)
like(gathered_all, 1)
like(laid, 0)
like(laid_tangents, 0)
like(lifted, 1)
like(laid_from, 1)
like(with_saved, 0)
like(kept_by, 0)
