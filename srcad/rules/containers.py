"""Differentiate what reads containers, and stop derivatives where the user says so."""

from __future__ import annotations

import itertools
import random

from srcad.rules.table import linear, no_derivative
from srcad.runtime import copies, inplace
from srcad.runtime.containers import stop_gradient, values, values_bar
from srcad.runtime.copies import refused_copy, refused_set
from srcad.runtime.rebinding import bound_anew
from srcad.runtime.substitutes import INERT

linear(values, lambda y_bar, table: values_bar(y_bar, table))
no_derivative(stop_gradient, vars, dir)
no_derivative(random.random, random.gauss, random.uniform, random.randint, random.seed)
no_derivative(inplace.put_places, inplace.mask_places, inplace.diagonal_places)
no_derivative(inplace.places_along, inplace.cycled, inplace.cycled_by_mask)
no_derivative(inplace.selection_shape, inplace.rounds, inplace.shuffled_order)
no_derivative(itertools.count, open, input, bound_anew, *INERT)
no_derivative(inplace.array_of_numbers, inplace.array_or_number, inplace.one_number)
no_derivative(inplace.shape_of)
linear(copies.copied_array, lambda y_bar, x: y_bar)
linear(copies.shallow_object, lambda y_bar, x: refused_copy(y_bar))
linear(copies.deep_object, lambda y_bar, x: refused_copy(y_bar))
linear(set, lambda y_bar, iterable=(), /: refused_set(y_bar))
linear(frozenset, lambda y_bar, iterable=(), /: refused_set(y_bar))
no_derivative(copies.apart)
