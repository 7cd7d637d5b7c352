"""Differentiate what reads containers, and stop derivatives where the user says so."""

from __future__ import annotations

import itertools
import random

from srcad.rules.table import jvp, like, linear, no_derivative, vjp
from srcad.runtime import copies, inplace
from srcad.runtime.containers import changed, cotangent, stop_gradient, values, values_bar
from srcad.runtime.copies import refused_copy, refused_set
from srcad.runtime.elementwise import ratio
from srcad.runtime.indices import no_lost_key
from srcad.runtime.matching import plain_keys
from srcad.runtime.objects import (
    absent,
    has_own,
    lacks,
    no_others,
    past_the_class,
    wrong_number,
)
from srcad.runtime.operands import (
    no_derivative_in,
    no_items_by_class,
    no_objects,
    no_objects_inside,
    numbers_alone,
)
from srcad.runtime.rebinding import bound_anew
from srcad.runtime.substitutes import INERT
from srcad.runtime.unwritten import no_writes

linear(values, lambda y_bar, table: values_bar(y_bar, table))
vjp(cotangent, lambda y_bar, y, x, change: changed(change, y_bar, x), None)
like(cotangent, 1)
no_derivative(stop_gradient, vars, dir)
no_derivative(random.random, random.randint, random.seed)
# fmt: off
vjp(random.gauss, lambda y_bar, y, mu=0.0, sigma=1.0: y_bar,
                  lambda y_bar, y, mu=0.0, sigma=1.0: y_bar * ratio(y - mu, sigma))
vjp(random.uniform, lambda y_bar, y, a, b: y_bar * (1 - ratio(y - a, b - a)),
                    lambda y_bar, y, a, b: y_bar * ratio(y - a, b - a))
# fmt: on
no_derivative(
    inplace.put_places, inplace.mask_places, inplace.diagonal_places, inplace.flat_numbers
)
no_derivative(inplace.places_along, inplace.cycled, inplace.cycled_by_mask)
no_derivative(inplace.selection_shape, inplace.rounds, inplace.shuffled_order)
vjp(itertools.count, None, None)  # an active start or step is refused
no_derivative(absent, lacks, past_the_class, plain_keys, wrong_number)
no_derivative(
    open,
    input,
    bound_anew,
    no_objects,
    no_objects_inside,
    no_items_by_class,
    no_derivative_in,
    *INERT,
)
no_derivative(inplace.array_of_numbers, inplace.array_or_number, inplace.one_number)
no_derivative(inplace.shape_of, inplace.mask_of, no_lost_key, no_writes, numbers_alone)
linear(copies.copied_array, lambda y_bar, x: y_bar)
linear(copies.shallow_object, lambda y_bar, x: refused_copy(y_bar))
linear(copies.deep_object, lambda y_bar, x: refused_copy(y_bar))
for unordered in (set, frozenset):
    vjp(unordered, lambda y_bar, y, iterable=(), /: refused_set(y_bar))
    jvp(unordered, lambda x_dot, y, iterable=(), /: refused_set(x_dot))
no_derivative(copies.apart, copies.no_sharing, copies.no_dataclass, has_own, no_others)
