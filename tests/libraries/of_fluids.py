"""Pipe flow of fluids, scalars and plain Python."""

import fluids

from tests.libraries.registry import workflow


@workflow(1.2e5, 1e-4)
def friction_factor(reynolds, roughness):
    return fluids.friction.Colebrook(reynolds, roughness, tol=-1) + fluids.friction.Haaland(
        reynolds, roughness
    )


@workflow(2.5, 0.1, 1000.0, 1e-3)
def reynolds_number(v, d, rho, mu):
    return fluids.Reynolds(V=v, D=d, rho=rho, mu=mu) / 1e5


@workflow(0.05, 0.1)
def contraction(d2, d1):
    return fluids.fittings.contraction_sharp(Di1=d1, Di2=d2)


@workflow(1500.0)
def air_pressure(height):
    return fluids.atmosphere.ATMOSPHERE_1976(height).P / 1e4


@workflow(0.6, 1.2e5)
def blend_of_laminar_and_turbulent(eps, re):
    return fluids.friction.Clamond(re, eps * 1e-3)
