"""Interest and annuities of numpy-financial."""

import numpy as np
import numpy_financial as npf

from tests.libraries.registry import workflow


@workflow(0.05, 120.0)
def future_value(rate, payment):
    return npf.fv(rate / 12, 120, -payment, -1000.0)


@workflow(0.04, 2.0e5)
def payment(rate, principal):
    return npf.pmt(rate / 12, 180, principal)


@workflow(0.08, np.array([-100.0, 39.0, 59.0, 55.0, 20.0]))
def net_present_value(rate, flows):
    return npf.npv(rate, flows)


@workflow(0.07, 150.0)
def number_of_periods(rate, pay):
    return npf.nper(rate / 12, -pay, 8000.0)


@workflow(0.06, 300.0)
def present_value(rate, pay):
    return npf.pv(rate / 12, 60, pay)


@workflow(0.05, 2.0e3)
def interest_and_principal(rate, principal):
    return npf.ipmt(rate / 12, 3, 24, principal) - 2.0 * npf.ppmt(rate / 12, 5, 24, principal)
