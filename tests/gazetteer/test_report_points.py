"""Where the reports' cities are, against two sources that know nothing of the gazetteer."""

from pathlib import Path

import pandas as pd

from geobri.gazetteer import load_report_cities
from geobri.geodesy import distance_km

REFERENCE = Path(__file__).parents[1] / "reference" / "gazetteer"
FAR_AIRPORTS = {"lanzhou", "tonghua", "baishan"}
"""Their airports lie 55 to 100 km out of town; all three are in the list made by hand."""


def distances(name):
    reference = pd.read_csv(REFERENCE / f"{name}.csv")
    points = load_report_cities().loc[reference["city"]].geometry
    kilometres = distance_km(points.x.to_numpy(), points.y.to_numpy(), reference["lon"], reference["lat"])
    return pd.Series(kilometres, index=reference["city"]).groupby(level=0).min()


def test_airports_that_name_the_city_are_near():
    near = distances("airports_by_name").drop(FAR_AIRPORTS)
    assert len(near) == 397
    assert near.max() < 45
    assert (near < 30).mean() > 0.9


def test_points_written_down_by_hand_are_within_20_km():
    near = distances("report_cities_by_hand")
    assert near.max() < 20


def test_every_city_but_kalimantan_has_a_second_opinion():
    both = {*distances("airports_by_name").index, *distances("report_cities_by_hand").index}
    assert set(load_report_cities().index) - both == {"kalimantan"}
