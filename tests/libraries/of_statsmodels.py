"""Tools and robust norms of statsmodels."""

import numpy as np
from statsmodels.robust import norms
from statsmodels.stats import weightstats
from statsmodels.tools import eval_measures

from tests.libraries.registry import workflow

A = np.array([0.3, 1.1, -0.7, 2.9, 0.4])
B = np.array([0.1, 1.3, -0.2, 1.9, 0.7])


@workflow(A, B)
def errors(a, b):
    m = eval_measures
    return m.rmse(a, b) + m.meanabs(a, b) + m.bias(a, b) + m.vare(a, b)


@workflow(A)
def huber(z):
    return np.sum(norms.HuberT(t=1.0).rho(z)) + np.sum(norms.HuberT(t=1.0).psi(z) ** 2)


@workflow(A)
def tukey(z):
    return np.sum(norms.TukeyBiweight(c=4.0).rho(z))


@workflow(A, np.array([1.0, 2.0, 0.5, 1.0, 1.5]))
def weighted_statistics(x, w):
    s = weightstats.DescrStatsW(x, weights=w)
    return s.mean + s.var + s.std_mean
