"""Declare np.pad: linear in most modes, and in the values of its margins."""

from __future__ import annotations

import numpy as np

from srcad.rules.table import vjp
from srcad.runtime.padding import unpad, unpad_ends

# fmt: off
vjp(np.pad,
    lambda y_bar, y, array, pad_width, mode="constant", constant_values=0, end_values=0,
    stat_length=None, reflect_type="even":
    unpad(y_bar, array, pad_width, mode, stat_length, reflect_type),
    None, None,
    lambda y_bar, y, array, pad_width, mode="constant", constant_values=0, end_values=0,
    stat_length=None, reflect_type="even":
    unpad_ends(y_bar, np.shape(array), pad_width, mode, constant_values),
    lambda y_bar, y, array, pad_width, mode="constant", constant_values=0, end_values=0,
    stat_length=None, reflect_type="even":
    unpad_ends(y_bar, np.shape(array), pad_width, mode, end_values))
# fmt: on
