"""Numbers and tables of R's packages that several files of tests compare with."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from libpysal.graph import Graph

from geobri.neighbours.weights import make_graph

DYADS = Path(__file__).parents[1] / "reference" / "dyads"
SPACE = Path(__file__).parents[1] / "reference" / "space"
AUTOCORRELATION = json.loads((SPACE / "autocorrelation.json").read_text())
COLUMNS = {"columbus": ("crime", "income"), "fiji": ("magnitude", "stations")}
STYLES = {"W": "row", "B": "binary"}


def load_places(name: str) -> tuple[pd.DataFrame, Graph]:
    """The table of the places that spdep was given, and its graph of neighbours."""
    table = pd.read_csv(SPACE / f"{name}.csv", index_col="id")
    links = pd.read_csv(SPACE / f"{name}_links.csv")
    focal, neighbour = (table.index.get_indexer(links[end]) for end in ("focal", "neighbor"))
    return table, make_graph(table.index, focal, neighbour, np.ones(len(links)))
