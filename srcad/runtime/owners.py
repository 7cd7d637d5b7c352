"""Whose memory an array is, where in it the array lies, and memory that is laid out like it."""

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
    if not alike(array.dtype, owner.dtype):
        raise UnsupportedMutation(
            f"An array of {owner.dtype} is written through a view of {array.dtype}, where the "
            "derivative ends. Write into an array of its own type."
        )
    if array.size == 0:
        return np.zeros(array.shape, array.dtype)
    offset = array.__array_interface__["data"][0] - start_of(owner)
    return np.ndarray(array.shape, array.dtype, row, offset, array.strides)


def alike(one: np.dtype, other: np.dtype) -> bool:
    """Whether they are one type, or complex numbers and the type of their parts."""
    if one == other:
        return True
    parts = [np.empty(0, d).real.dtype if d.kind in "fc" else None for d in (one, other)]
    return parts[0] is not None and parts[0] == parts[1]


class Twins:
    """For each array that owns memory one of zeros, of which every view has the same view."""

    def __init__(self) -> None:
        # by identity of the owner: it, its twin as a row of elements, and as the owner lies
        self.table: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}

    def of(self, array: np.ndarray) -> np.ndarray:
        """The twin of an array: a view, if the array is one."""
        owner = owner_of(array)
        known = self.table.get(id(owner))
        if known is None:
            if owner.flags.c_contiguous:
                row = np.zeros(owner.size, owner.dtype)
                whole = row.reshape(owner.shape)
            else:
                row = np.zeros(extent(owner).size, owner.dtype)
                whole = view_like(row, owner, owner)
            known = self.table[id(owner)] = owner, row, whole
        return known[2] if array is owner else view_like(known[1], owner, array)
