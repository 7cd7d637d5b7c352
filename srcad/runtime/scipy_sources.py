"""What stands in plain Python for objects of SciPy; nothing here imports SciPy.

scipy.stats.norm(loc, scale).logpdf(x)     scipy.stats.norm.logpdf(x, loc, scale)
"""

from __future__ import annotations

import functools
import linecache
import sys
from typing import Any

# A distribution with its parameters: the class for one with the shapes that it has.
FROZEN = """\
class Frozen:
    def __init__(self, {head}):
{sets}
"""
FUNCTION = """

def frozen({head}):
    return Frozen({names})
"""
METHOD = """\
    def {name}(self, {x}):
        return self.dist.{name}({x}, {given})
"""
BOTH = ("cdf", "logcdf", "sf", "logsf")
CONTINUOUS = ("pdf", "logpdf", "ppf", "isf", *BOTH)
DISCRETE = ("pmf", "logpmf", *BOTH)


def of_distribution(value: Any) -> Any:
    """What stands for a call of a distribution of one variable; None of anything else."""
    stats = sys.modules.get("scipy.stats")
    kinds = getattr(stats, "rv_continuous", ()), getattr(stats, "rv_discrete", ())
    return _frozen(value) if isinstance(value, kinds) else None


def is_frozen(function: Any) -> bool:
    """Whether a function is one of those."""
    return getattr(function, "stands_whole", False) is True


def stands_whole(function: Any) -> Any:
    """The function, whose objects stand for those of SciPy where no derivative passes, too."""
    function.stands_whole = True
    return function


@functools.cache
def _frozen(dist: Any) -> Any:
    """The function that makes an object in place of the distribution with parameters."""
    continuous = hasattr(dist, "logpdf")
    shapes = [s.strip() for s in (dist.shapes or "").split(",") if s.strip()]
    names = [*shapes, "loc", *(["scale"] if continuous else [])]
    head = ", ".join([*shapes, "loc=0", *(["scale=1"] if continuous else [])])
    sets = "\n".join(f"        self.{n} = {n}" for n in names)
    given = ", ".join(f"self.{n}" for n in names)
    text = FROZEN.format(head=head, sets=sets)
    for name in CONTINUOUS if continuous else DISCRETE:
        x = "q" if name in ("ppf", "isf") else "x" if continuous else "k"
        text += "\n" + METHOD.format(name=name, x=x, given=given)
    text += FUNCTION.format(head=head, names=", ".join(names))
    file = f"<srcad frozen {dist.name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space: dict[str, Any] = {"__name__": __name__}
    exec(compile(text, file, "exec"), space)  # noqa: S102 - the text above
    space["Frozen"].dist = dist
    return stands_whole(space["frozen"])
