"""What the code of other packages brought up."""

from __future__ import annotations

import logging
import warnings

import numpy as np

from tests.corpus.registry import program

LOG = logging.getLogger("srcad.tests.quiet")
LOG.propagate = False
LOG.addHandler(logging.NullHandler())


@program(args=[lambda rng: (2.0, rng.normal(size=3))], wrt=(0, 1))
def messages_of_logging(x, v):
    LOG.warning("v is %s", v)
    if LOG.isEnabledFor(logging.DEBUG):
        LOG.debug("x is %s", x)
    if x > 3:
        logging.warning("large: %s", x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.warn(f"{x} is small", RuntimeWarning, stacklevel=2)
    return x * np.sum(v * v)
