"""Orbits of satellites of sgp4's own Python code."""

import numpy as np
from sgp4.propagation import getgravconst, gstime

from tests.libraries.registry import workflow


@workflow(0.3)
def sidereal_time(day):
    return gstime(2.4582345e6 + day)


@workflow(0.3)
def gravity(x):
    return np.sum(np.array(getgravconst("wgs72")[4:7]) * x)
