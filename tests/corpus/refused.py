"""The programs of the corpus that srcad refuses today: name → class of the error, and why.

The list may only shrink. tests/test_corpus.py holds each to exactly this error, so that a program
that starts to work turns the test red until its line here is gone. docs/limits.md is written for
users from the same list; `python -m tests.report` shows how every program fares.
"""

from __future__ import annotations

REFUSED: dict[str, tuple[str, str]] = {
    # builtins and the standard library
    "builtins.iterators": ("MissingRule", "next(it)"),
    "standard_library.property_by_computed_name": (
        "UnsupportedSyntax",
        "getattr by a computed name that may be a property",
    ),
    # functions
    "closures.nonlocal_read_and_count": ("UnsupportedSyntax", "nonlocal is written"),
    "comprehensions.generator_function": ("UnsupportedSyntax", "yield"),
    # objects and dicts
    "objects.user_operators": ("MissingRule", "an object of a class with operators is made"),
    "objects.local_object": ("MissingRule", "an object of a class with its own __init__ is made"),
    # writes
    "loops.all_pairs": ("UnsupportedMutation", "+= on what may be an array"),
}
