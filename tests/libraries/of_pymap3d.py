"""Geodesy of pymap3d."""

import numpy as np
import pymap3d
import pymap3d.latitude
import pymap3d.los
import pymap3d.vincenty

from tests.libraries.registry import workflow


@workflow(0.6, 0.4, 200.0)
def geodetic_to_cartesian(lat, lon, alt):
    x, y, z = pymap3d.geodetic2ecef(lat, lon, alt, deg=False)
    return (x + 2.0 * y - z) / 1e6


@workflow(np.array([4.2e6, 3.9e6]), np.array([1.1e6, 1.3e6]), np.array([4.6e6, 4.9e6]))
def cartesian_to_geodetic(x, y, z):
    lat, lon, alt = pymap3d.ecef2geodetic(x, y, z)
    return np.sum(lat + 2.0 * lon + alt / 1e5)


@workflow(42.1, -81.5, 1000.0)
def azimuth_and_elevation(lat, lon, alt):
    az, el, r = pymap3d.geodetic2aer(lat, lon, alt, 42.0, -82.0, 200.0)
    return az + el + r / 1e4


@workflow(np.array([10.0, 20.0, 30.0]), np.array([5.0, 1.0, 2.0]), np.array([3.0, 8.0, 1.0]))
def east_north_up(e, n, u):
    az, el, r = pymap3d.enu2aer(e, n, u)
    return np.sum(az * el + r)


@workflow(np.array([33.0, 120.0]), np.array([80.0, 60.0]))
def look_at_the_ground(az, tilt):
    lat, lon, d = pymap3d.los.lookAtSpheroid(10.0, 20.0, 5e5, az, tilt / 2)
    return np.sum(lat + lon + d / 1e6)


@workflow(40.3)
def conformal_latitude(lat):
    return pymap3d.latitude.geodetic2conformal(lat) + pymap3d.latitude.geodetic2rectifying(lat)


@workflow(np.array([10.0, 40.0]), np.array([20.0, 3.0]), np.array([12.5, 41.0]))
def vincenty_distance(lat1, lon1, lat2):
    d, az = pymap3d.vincenty.vdist(lat1, lon1, lat2, np.array([21.0, 5.0]))
    return np.sum(d / 1e5 + az / 100.0)
