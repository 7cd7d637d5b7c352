"""Colour spaces and differences of colour-science."""

import colour
import numpy as np

from tests.libraries.registry import workflow

RGB = np.array([0.45, 0.31, 0.18])


@workflow(RGB)
def srgb_to_xyz(rgb):
    return np.sum(colour.sRGB_to_XYZ(rgb) * np.array([1.0, 2.0, 3.0]))


@workflow(np.array([0.2, 0.12, 0.05]))
def xyz_to_lab(xyz):
    return np.sum(colour.XYZ_to_Lab(xyz) ** 2) / 1e3


@workflow(np.array([60.0, 20.0, 30.0]), np.array([50.0, 10.0, 35.0]))
def difference_cie_2000(a, b):
    return colour.difference.delta_E_CIE2000(a, b)


@workflow(np.array([0.2, 0.12, 0.05]))
def oklab(xyz):
    return np.sum(colour.XYZ_to_Oklab(xyz) * np.array([1.0, 2.0, 3.0]))


@workflow(np.array([0.2, 0.12, 0.05]))
def luminance_and_hue(xyz):
    return np.sum(colour.Lab_to_LCHab(colour.XYZ_to_Lab(xyz))) / 100.0


@workflow(np.array([0.3, 0.5, 0.9]))
def gamma_curve(rgb):
    return np.sum(colour.models.eotf_sRGB(rgb))
