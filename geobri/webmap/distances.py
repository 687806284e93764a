"""Distances as the page prints them, told from the cities' coordinates where they can be: then only a few bits a row are left."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geobri.units import WGS84_FLATTENING, WGS84_MAJOR_KM
from geobri.webmap.packing import pack_numbers

__all__ = ["pack_distance", "predict_km"]

_SMALLEST: Final = 1e-12
_NEAR_KM: Final = 100
_ON_THE_EDGE: Final = 1e-7
"""So near to a half, numpy and a browser might round a prediction differently."""
_SHIFTS: Final = (0.5, *(k / 64 for k in range(22, 43)))


def predict_km(
    lonlat: npt.NDArray[np.float64], origin: npt.NDArray[np.intp], destination: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """Measure pairs by Lambert's formula, mostly within ten metres of the geodesic, unless they are nearly antipodes.

    Parameters
    ----------
    lonlat
        Cities, shape (n, 2), degrees.
    origin, destination
        Their positions, shape (m,).

    Returns
    -------
    numpy.ndarray
        Kilometres, shape (m,); `distances.js` computes the same.
    """
    lon, lat = np.radians(lonlat).T
    reduced = np.arctan((1 - WGS84_FLATTENING) * np.tan(lat))
    sine, cosine = np.sin(reduced), np.cos(reduced)
    unit = np.stack([cosine * np.cos(lon), cosine * np.sin(lon), sine])
    chord = unit[:, origin] - unit[:, destination]
    half = np.minimum(1.0, (chord**2).sum(axis=0) / 4)  # squared sine of half the angle
    angle = 2 * np.arcsin(np.sqrt(half))
    turned = 2 * np.sqrt(half * (1 - half))  # its sine
    mean = (sine[origin] + sine[destination]) ** 2 / 4
    apart = (sine[origin] - sine[destination]) ** 2 / 4
    bulge = (angle - turned) * mean / np.maximum(1 - half, _SMALLEST)
    bulge += (angle + turned) * apart / np.maximum(half, _SMALLEST)
    kilometres: npt.NDArray[np.float64] = WGS84_MAJOR_KM * (angle - WGS84_FLATTENING / 2 * bulge)
    return kilometres


def pack_distance(
    distance: npt.NDArray[np.float64],
    lonlat: npt.NDArray[np.float64],
    origin: npt.NDArray[np.intp],
    destination: npt.NDArray[np.intp],
) -> dict[str, Any]:
    """Pack distances as the page prints them: whole kilometres, and metres where half of them are below 100 km.

    Parameters
    ----------
    distance
        Kilometres, shape (m,), NaN where missing; perhaps by road.
    lonlat
        Cities as the page knows them, shape (n, 2), degrees.
    origin, destination
        Positions of their ends, shape (m,).

    Returns
    -------
    dict
        As of `pack_numbers`; where `decimals` stands, it packs how much a distance, times ten to the power of `decimals`, is above the
        whole part of the sum of its prediction and `shift`.
    """
    near = len(distance) > 0 and np.nanmedian(np.append(distance, np.inf)) < _NEAR_KM
    digits = 3 if near else 0
    printed = np.round(distance, digits)
    ways = [pack_numbers(printed)]
    predicted = 10**digits * predict_km(lonlat, origin, destination)
    shift = next((shift for shift in _SHIFTS if _is_clear(predicted + shift)), None)
    if shift is not None:
        above = np.rint(printed * 10**digits) - np.floor(predicted + shift)
        ways.append(pack_numbers(above) | {"decimals": digits, "shift": shift})
    return min(ways, key=lambda packed: len(packed["data"]))


def _is_clear(predicted: npt.NDArray[np.float64]) -> bool:
    """Say whether no prediction stands where another processor's last bit could turn its rounding."""
    return bool((np.abs(predicted - np.rint(predicted)) > _ON_THE_EDGE).all())
