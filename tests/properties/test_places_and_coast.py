"""Properties of names, geocoding and distances to the coast that must hold for any input."""

import unicodedata

import geopandas as gpd
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geobri.coast import coastal_by_threshold, distance_to_coast, reproducing_thresholds, switch_curve
from geobri.gazetteer import geocode
from geobri.gazetteer.names import name_key
from geobri.geodesy import distance_km

longitudes = st.floats(-180, 180, allow_nan=False)
latitudes = st.floats(-90, 90, allow_nan=False)
kilometres = st.floats(0, 3000, allow_nan=False)


@given(st.text(max_size=40))
@settings(deadline=None, max_examples=200)
def test_keys_are_stable_and_blind_to_form(text):
    key = name_key(text)
    assert name_key(key) == key
    assert name_key(f"  {text}, ") == key
    for form in ("NFC", "NFD", "NFKC"):
        assert name_key(unicodedata.normalize(form, text)) == key


@given(
    st.lists(
        st.text(max_size=20) | st.none() | st.sampled_from(["Lyon", "圣地亚哥", "Paris, France"]), max_size=6
    )
)
@settings(deadline=None, max_examples=60)
def test_geocoding_answers_every_name_once(names):
    report = geocode(names)
    table = report.to_frame()
    assert len(table) == len(names)
    found = table["status"] == "found"
    assert (table["lon"].notna() == found).all()
    assert ((table["reason"] == "") == found).all()
    assert len(report.cities) == found.sum()
    assert len(report.problems()) == (~found).sum()
    ambiguous = set(table.loc[table["status"] == "ambiguous", "query"])
    assert ambiguous == set(report.ambiguous["query"])


@given(st.lists(st.tuples(longitudes, latitudes), min_size=2, max_size=6))
@settings(deadline=None, max_examples=60)
def test_distance_to_coast_changes_no_faster_than_one_walks(places):
    lon, lat = [place[0] for place in places], [place[1] for place in places]
    coast_km = distance_to_coast(
        gpd.GeoSeries.from_xy(lon, lat, crs="EPSG:4326"), resolution="110m"
    ).to_numpy()
    assert (coast_km >= 0).all()
    apart = distance_km(lon[:-1], lat[:-1], lon[1:], lat[1:])
    assert (abs(coast_km[1:] - coast_km[:-1]) <= apart + 0.01).all()


@given(st.lists(st.tuples(kilometres, st.booleans() | st.none()), min_size=1, max_size=12), kilometres)
@settings(deadline=None, max_examples=100)
def test_curve_and_window_agree_with_thresholds(rows, threshold):
    coast_km = pd.Series([row[0] for row in rows])
    published = pd.Series([row[1] for row in rows], dtype="boolean")
    curve = switch_curve(coast_km, published=published)
    at_most = curve[curve["threshold_km"] <= threshold]
    labels = coastal_by_threshold(coast_km, threshold)
    assert labels.sum() == (at_most["n_coastal"].iloc[-1] if len(at_most) else 0)
    if published.notna().any():
        window = reproducing_thresholds(coast_km, published)
        agrees = bool((labels == published)[published.notna()].all())
        assert agrees == (window is not None and window[0] <= threshold < window[1])
