"""What an index or an audit refuses is said in Chinese too, where a page can print it."""

import numpy as np
import pandas as pd
import pytest

from geobri.errors import GeobriError
from geobri.score import normalise
from geobri.score.audit import audit_ranking
from geobri.score.audit.polytope import build_rank_polytope
from geobri.score.impute import impute
from geobri.score.weights import weigh

CITIES = ["a", "b", "c"]
RANKS = pd.DataFrame({"x": [1, 2, 3], "y": [3, 1, 2]}, index=CITIES)

ASKED = {
    "a constant column": (lambda: normalise([2.0, 2.0, 2.0]), "每一列须有至少两个不同的取值"),
    "an empty column": (lambda: normalise([np.nan] * 3), "每一列须至少有一个已知取值"),
    "a ratio of numbers below 0": (
        lambda: normalise([-1.0, 2.0], method="fraction_of_max"),
        "fraction_of_max要求取值不为负",
    ),
    "other cities": (
        lambda: audit_ranking(pd.Series([1, 2, 3], index=["a", "b", "z"]), RANKS),
        "总排名与各维度名次须为同样的城市",
    ),
    "an anchor that is no dimension": (
        lambda: build_rank_polytope(RANKS, anchored=["z"]),
        "anchored须为表中的维度",
    ),
    "nothing that is known": (lambda: impute(np.full((3, 1), np.nan), "mean"), "须至少有一个已知取值"),
    "too few units to weigh by": (lambda: weigh(np.ones((2, 2)), "pca"), "pca需要三个完整的单位"),
}


@pytest.mark.parametrize("case", ASKED)
def test_refusals_of_scoring_are_said_in_chinese(case):
    ask, said = ASKED[case]
    with pytest.raises(GeobriError) as refused:
        ask()
    assert said in refused.value.zh
