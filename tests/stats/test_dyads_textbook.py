"""Two textbook results: lichen pastures of vegan's manual, marriage and business among Florentine families."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geobri.stats.dyads import mantel_test, mrqap_test
from geobri.stats.pairs import to_matrix

REFERENCE = Path(__file__).parents[1] / "reference" / "dyads"


@pytest.fixture(scope="module")
def textbook():
    return pd.read_csv(REFERENCE / "textbook.csv").set_index("test")


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_lichen_pastures(textbook, method):
    pairs = pd.read_csv(REFERENCE / "lichen.csv")
    table = pairs.rename(columns={"row": "origin", "column": "destination"}).astype(
        {"origin": str, "destination": str}
    )
    species, soil = (to_matrix(table, name)[0] for name in ("species", "soil"))
    result = mantel_test(species, soil, method=method, alternative="greater", n_permutations=9999, rng=1)
    reference = textbook.loc[f"lichen {method}"]
    assert result.statistic == pytest.approx(reference["statistic"], abs=1e-12)
    assert result.p_value == pytest.approx(reference["p"], abs=0.001)


def florentine():
    ties = pd.read_csv(REFERENCE / "florentine.csv")
    families = sorted({*ties["one"], *ties["other"], "Pucci"})
    networks = {}
    for kind, rows in ties.groupby("tie"):
        network = pd.DataFrame(0.0, index=families, columns=families)
        for one, other in zip(rows["one"], rows["other"], strict=True):
            network.loc[one, other] = network.loc[other, one] = 1.0
        networks[kind] = network
    return networks


def test_florentine_families(textbook):
    networks = florentine()
    options = {"directed": False, "alternative": "greater", "n_permutations": 20_000, "rng": 1}
    result = mantel_test(networks["marriage"], networks["business"], **options)
    assert round(result.statistic, 3) == 0.372  # as printed in textbooks of network analysis
    assert result.statistic == pytest.approx(textbook.loc["florentine", "statistic"], abs=1e-12)
    assert result.p_value == pytest.approx(textbook.loc["florentine", "p"], abs=4 * np.sqrt(0.0011 / 9999))


def test_florentine_regression_is_the_correlation_again():
    networks = florentine()
    options = {"alternative": "greater", "n_permutations": 5000, "rng": 2}
    result = mrqap_test(networks["business"], {"marriage": networks["marriage"]}, scheme="y", **options)
    correlation = mantel_test(networks["marriage"], networks["business"], **options)
    assert result.r_squared == pytest.approx(correlation.statistic**2)
    # 0-1 networks tie often; the t statistic orders the permutations as the correlation does
    assert result.p_value == pytest.approx(correlation.p_value, abs=0.002)
