"""`generate(seed)`: the source of a random program; from seed WRITING on it writes in place, from seed
CALLING on also by functions, from seed KEEPING on it writes into containers and objects, from seed
BUFFERS on into arrays of constants that these hold.

core          kinds of values, scopes, functions; lines and random choices
arrays        NumPy expressions as templates
expressions   expressions of a wanted kind, calls, conditions
statements    bindings, branches, matches, inactive code
loops         loops, lists and dicts
functions     helpers, closures, functions that return functions, recursion
attempts      exceptions
writes        arrays written in place
calling       arrays written by functions
buffers       constants that are held, and changed after they were read
keeping       containers and objects that are written
prelude       classes, constants and helpers of the module
program       whole modules
"""

from tests.fuzz.generator.buffers import BUFFERS
from tests.fuzz.generator.calling import CALLING
from tests.fuzz.generator.keeping import KEEPING
from tests.fuzz.generator.program import generate
from tests.fuzz.generator.writes import WRITING

__all__ = ["BUFFERS", "CALLING", "KEEPING", "WRITING", "generate"]
