"""Whose memory an array is, and where in it the array lies."""

from __future__ import annotations

import numpy as np
from numpy.lib.array_utils import byte_bounds
from numpy.lib.stride_tricks import as_strided

from srcad.errors import UnsupportedMutation


def owner_of(array: np.ndarray) -> np.ndarray:
    """The array that the memory belongs to: itself, or what it is a view of.

    Between the windows of `as_strided` and their array stands an object that holds the array.
    """
    while True:
        base = array.base
        if base is not None and not isinstance(base, np.ndarray):
            base = getattr(base, "base", None)
        if not isinstance(base, np.ndarray):
            return array
        array = base


def start_of(owner: np.ndarray) -> int:
    """The address of the first byte, whatever the signs of the strides."""
    return int(byte_bounds(owner)[0])


def extent(owner: np.ndarray) -> np.ndarray:
    """All the elements of the owner in a row, in the order in which they lie in memory."""
    if owner.size == 0:
        return np.empty(0, owner.dtype)
    low, high = byte_bounds(owner)
    first = owner[tuple(slice(0, 1) if s >= 0 else slice(-1, None) for s in owner.strides)]
    return as_strided(first, ((high - low) // owner.itemsize,), (owner.itemsize,), writeable=False)


def view_like(row: np.ndarray, owner: np.ndarray, array: np.ndarray) -> np.ndarray:
    """The part of a row of elements that lies as the array lies in its owner."""
    if array.dtype != owner.dtype:
        raise UnsupportedMutation(
            f"An array of {owner.dtype} is written through a view of {array.dtype}, where the "
            "derivative ends. Write into an array of its own type."
        )
    if array.size == 0:
        return np.zeros(array.shape, array.dtype)
    offset = array.__array_interface__["data"][0] - start_of(owner)
    return np.ndarray(array.shape, array.dtype, row, offset, array.strides)
