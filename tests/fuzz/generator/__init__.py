"""`generate(seed)`: the source of a random program that writes into nothing.

core          kinds of values, scopes, functions; lines and random choices
arrays        NumPy expressions as templates
expressions   expressions of a wanted kind, calls, conditions
statements    bindings, branches, matches, inactive code
loops         loops, lists and dicts
functions     helpers, closures, functions that return functions, recursion
attempts      exceptions
prelude       classes, constants and helpers of the module
program       whole modules
"""

from tests.fuzz.generator.program import generate

__all__ = ["generate"]
