"""The reference cases of R's packages, read once for each file of tests."""

import pandas as pd
import pytest

from geobri.stats.null import NodePlan
from tests.stats.references import COLUMNS, DYADS, load_places


@pytest.fixture(scope="module")
def matrices():
    table = pd.read_csv(DYADS / "matrices.csv")
    return {
        name: rows.pivot_table(index="row", columns="column", values="value").to_numpy()
        for name, rows in table.groupby("name")
    }


@pytest.fixture(scope="module")
def plan():
    return NodePlan(permutations=pd.read_csv(DYADS / "permutations.csv").to_numpy(), exact=False)


@pytest.fixture(scope="module")
def statistics():
    return pd.read_csv(DYADS / "statistics.csv").set_index("test")["statistic"]


@pytest.fixture(scope="module")
def nulls():
    table = pd.read_csv(DYADS / "nulls.csv")
    return {name: rows.sort_values("draw")["statistic"].to_numpy() for name, rows in table.groupby("test")}


@pytest.fixture(scope="module", params=list(COLUMNS))
def study(request):
    table, graph = load_places(request.param)
    return request.param, table, graph, *COLUMNS[request.param]
