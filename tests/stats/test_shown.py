"""What an interactive session prints of a result: its sentence, whatever arrays it carries."""

import numpy as np
import pandas as pd
import pytest

from geobri.corridors import build_corridors
from geobri.datasets import bri22
from geobri.neighbours import build_knn
from geobri.stats import coastal_test, decay_test, local_moran_test, mantel_test, moran_test
from geobri.stats.pairs import to_matrix


@pytest.fixture(scope="module")
def cities():
    table = bri22().cities
    return table.assign(height=np.arange(float(len(table))))


@pytest.fixture(scope="module")
def corridors(cities):
    table = build_corridors(cities)
    return table.assign(flow=1e5 / table["distance_km"] + np.arange(len(table)) % 7)


@pytest.fixture(scope="module")
def results(cities, corridors):
    near, draws = build_knn(cities, 4), {"n_permutations": 99, "rng": 1}
    return [
        decay_test(corridors, flow="flow", **draws),
        mantel_test(*(to_matrix(corridors, name)[0] for name in ("flow", "distance_km")), **draws),
        moran_test(cities, "height", near, **draws),
        local_moran_test(cities, "height", near, **draws),
        coastal_test(cities, "height", **draws),
    ]


def test_results_print_as_their_sentence(results):
    for result in results:
        assert repr(result) == f"<{type(result).__name__}: {result.summary()}>"
        assert isinstance(result.to_frame(), pd.DataFrame)
