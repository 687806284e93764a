"""What is written is read back: a region called NA, a slug called nan, through every format; and distances are no flows on the way back."""

import pandas as pd
import pytest

import geobri
from geobri.errors import DataError
from geobri.exchange import LAYER_FORMATS, read_layer, write_layer
from geobri.study import load_study, load_tables
from geobri.study.export import export_study
from geobri.study.questions import run_decay
from geobri.study.reading import Hints
from geobri.study.saving import save_study

TEXTS = ("name", "country", "region", "origin", "destination")


@pytest.fixture(scope="module")
def odd():
    cities = pd.DataFrame(
        {
            "city": ["nan", "NA", "None", "null"],
            "name": ["Nan", "Walvis", "NULL", "n/a"],
            "country": ["THA", "NAM", "USA", "USA"],
            "region": ["NA", "NA", "Asia", "null"],
            "lon": [100.7, 17.0, -80.0, -90.0],
            "lat": [18.7, -22.5, 35.0, 40.0],
        }
    )
    ends = {"origin": ["nan", "NA", "None"], "destination": ["NA", "None", "null"]}
    return geobri.read_study(cities, pd.DataFrame(ends | {"goods": [5, 6, 7]}), directed=True)


@pytest.mark.parametrize("layer", ["cities", "corridors"])
@pytest.mark.parametrize("ending", LAYER_FORMATS)
def test_words_for_what_is_missing_are_names_in_every_layer(odd, tmp_path, ending, layer):
    written = getattr(odd, layer)
    again = read_layer(write_layer(written, tmp_path / f"x{ending}"))
    assert again.index.tolist() == written.index.tolist()
    for column in TEXTS:
        if column in written.columns:
            assert again[column].tolist() == written[column].tolist()


def _is_same(study, odd):
    assert study.cities.index.tolist() == odd.cities.index.tolist()
    for column in ("name", "country", "region"):
        assert study.cities[column].tolist() == odd.cities[column].tolist()
    assert study.corridors.index.tolist() == odd.corridors.index.tolist()
    assert study.corridors["goods"].tolist() == [5, 6, 7]
    assert set(study.flows["indicator"]) == {"goods"}


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".geojson", ".parquet", ".fgb"])
def test_an_export_is_a_study_again(odd, tmp_path, ending):
    files = [tmp_path / f"{layer}{ending}" for layer in ("cities", "corridors")]
    for file in files:
        export_study(odd, file, layer=file.stem)
    study = load_tables(*files, hints=Hints(directed=True))
    _is_same(study, odd)
    assert any("not read = distance_km" in str(one) for one in study.taken)


def test_a_geopackage_with_both_layers_is_a_study_again(odd, tmp_path):
    export_study(odd, tmp_path / "x.gpkg")
    _is_same(load_tables(tmp_path / "x.gpkg", hints=Hints(directed=True)), odd)


def test_a_shapefile_is_a_study_again(odd, tmp_path):
    odd.cities[["name", "country", "region", "geometry"]].reset_index().to_file(tmp_path / "cities.shp")
    ends = ["origin", "destination", "goods", "geometry"]
    odd.corridors[ends].rename(columns={"destination": "dest"}).to_file(tmp_path / "corridors.shp")
    _is_same(
        load_tables(tmp_path / "cities.shp", tmp_path / "corridors.shp", hints=Hints(directed=True)), odd
    )


def test_a_saved_study_keeps_its_words(odd, tmp_path):
    save_study(odd, tmp_path / "kept")
    _is_same(load_study(tmp_path / "kept"), odd)


# Distances that stand beside flows


@pytest.fixture(scope="module")
def towns():
    lon, lat = [2.35, 4.83, 7.27, 3.06, -1.55], [48.85, 45.76, 43.70, 50.63, 47.22]
    return pd.DataFrame({"id": ["Paris", "Lyon", "Nice", "Lille", "Nantes"], "lon": lon, "lat": lat})


def _pairs(towns, **columns):
    rows = [(a, b) for at, a in enumerate(towns["id"]) for b in towns["id"][at + 1 :]]
    return pd.DataFrame(rows, columns=["from", "to"]).assign(**columns, n=range(1, 11))


@pytest.mark.parametrize(("heading", "unit"), [("km", 1), ("metres", 1000), ("how far (mi)", 1 / 1.609344)])
def test_a_column_that_repeats_the_distance_is_no_flow(towns, heading, unit):
    km = geobri.read_study(towns, _pairs(towns)).corridors["distance_km"]
    ends = _pairs(towns)
    by_pair = {frozenset(key.split("--")): value for key, value in km.items()}
    far = [round(by_pair[frozenset(pair)] * unit, 1) for pair in zip(ends["from"], ends["to"], strict=True)]
    study = geobri.read_study(towns, ends.assign(**{heading: far})[["from", "to", heading, "n"]])
    assert set(study.flows["indicator"]) == {"n"}
    assert any(f"not read = {heading}" in str(one) for one in study.taken)
    asked = geobri.read_study(towns, ends.assign(**{heading: far}), value=heading)
    assert heading in set(asked.flows["indicator"])
    alone = geobri.read_study(towns, ends.assign(**{heading: far})[["from", "to", heading]])
    assert set(alone.flows["indicator"]) == {heading}


def test_a_separation_called_as_ours_does_not_take_its_place(towns):
    far = {"distance_km": [900.0, 700, 650, 820, 430, 610, 515, 1200, 990, 777]}
    plain = geobri.read_study(towns, _pairs(towns))
    study = geobri.read_study(towns, _pairs(towns, **far))
    pd.testing.assert_series_equal(study.corridors["distance_km"], plain.corridors["distance_km"])
    assert sorted(study.corridors["distance_given"]) == sorted(far["distance_km"])
    assert study.corridor_measures[0].column == "n"
    assert any("distance_given = its own 'distance_km'" in str(one) for one in study.taken)
    with pytest.raises(DataError, match="'n' for both"):
        run_decay(study, "n", impedance="n")
