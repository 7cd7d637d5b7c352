"""The programs of the corpus that srcad refuses today: name → class of the error, and why.

The list may only shrink. tests/test_corpus.py holds each to exactly this error, so that a program
that starts to work turns the test red until its line here is gone. docs/limits.md is written for
users from the same list; `python -m tests.report` shows how every program fares.
"""

from __future__ import annotations

REFUSED: dict[str, tuple[str, str]] = {
    # builtins and the standard library
    "builtins.extremum_with_key": ("MissingRule", "max(..., default=...)"),
    "builtins.zip_map_list": ("MissingRule", "list(zip(...)) kept"),
    "builtins.reversed_sorted_enumerate": ("MissingRule", "list(reversed(x))"),
    "builtins.operator_module": ("SourceUnavailable", "operator.itemgetter"),
    "builtins.iterators": ("MissingRule", "next(it)"),
    "functions.library_statistics": ("UnsupportedSyntax", "statistics.fmean holds a generator"),
    "objects.getattr_by_name": ("MissingRule", "getattr with a name that is computed"),
    # functions
    "closures.late_binding_lambdas": (
        "UnsupportedSyntax",
        "a lambda in a comprehension that uses its variable",
    ),
    "closures.nonlocal_read_and_count": ("UnsupportedSyntax", "nonlocal is written"),
    "comprehensions.generator_function": ("UnsupportedSyntax", "yield"),
    # objects and dicts
    "containers.namedtuple_replace": ("UnsupportedSyntax", "namedtuple._replace"),
    "containers.dict_merged": ("UnsupportedSyntax", "dict(old, key=value)"),
    "ml.mixture_of_tasks": ("UnsupportedSyntax", "{**table} with keys known at run time only"),
    "objects.polymorphic_call": ("UnsupportedSyntax", "super()"),
    "objects.user_operators": ("MissingRule", "an object of a class with operators is made"),
    "objects.local_object": ("UnsupportedSyntax", "dataclasses.replace of an object"),
    # writes
    "loops.all_pairs": ("UnsupportedMutation", "+= on what may be an array"),
    "science.tridiagonal": ("UnsupportedMutation", "two lists filled in turn"),
    "science.option_tree": ("UnsupportedMutation", "a list filled after it was read"),
    # NumPy
    "numpy_elementwise.special_functions": ("MissingRule", "np.i0"),
    "numpy_shapes.shape_attributes": ("UnsupportedSyntax", "x.flat"),
}
