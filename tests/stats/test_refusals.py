"""Refusals are said in both languages where they are raised."""

import pickle

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geobri import stats
from geobri.errors import GeobriError, OutputError, SchemaError, SpecificationError, mould
from geobri.stats.attempts import impossible_result
from geobri.stats.places import as_measure
from geobri.words import Words

IDS = ["a", "b", "c", "d", "e", "f"]
PLACED = gpd.points_from_xy(range(6), range(6), crs=4326)
CITIES = gpd.GeoDataFrame(
    {
        "size": [3.0, 1, 4, 1, 5, 9],
        "coastal": [True, True, False, False, True, False],
        "kind": list("xyzxyz"),
    },
    index=IDS,
    geometry=PLACED,
)
ENDS = [(one, other) for one in IDS for other in IDS if one < other]
PAIRS = pd.DataFrame(ENDS, columns=["origin", "destination"]).assign(
    distance_km=np.arange(1.0, 16), flow=np.arange(15.0) ** 2, name="x"
)
DOUBLED = pd.concat([PAIRS, PAIRS.iloc[:2]])
MATRIX = pd.DataFrame(np.arange(36.0).reshape(6, 6) + np.arange(36.0).reshape(6, 6).T, IDS, IDS)

ASKED = {
    "a column that is missing": (
        lambda: stats.decay_test(PAIRS.drop(columns="flow"), flow="flow"),
        "通路表缺少列：flow",
    ),
    "a column of words": (lambda: stats.decay_test(PAIRS.assign(flow="x"), flow="flow"), "各列须为数字"),
    "doubled pairs": (lambda: stats.decay_test(DOUBLED, flow="flow"), "17行中有2行城市对重复"),
    "a negative flow": (
        lambda: stats.decay_test(PAIRS.assign(flow=-1.0), flow="flow"),
        "15行中有15行列'flow'为负",
    ),
    "no variation": (lambda: stats.decay_test(PAIRS.assign(flow=2.0), flow="flow"), "取值须有差异"),
    "too few cities": (lambda: stats.decay_test(PAIRS.iloc[:1], flow="flow"), "至少需要4个城市"),
    "an unknown word": (
        lambda: stats.decay_test(PAIRS, flow="flow", alternative="more"),
        "alternative须为'two-sided'、'greater'或'less'",
    ),
    "a share of 2": (
        lambda: stats.corridor_types_test(CITIES, PAIRS, "flow", confidence=2.0),
        "confidence须在0与1之间，现为float 2.0",
    ),
    "a count below 0": (
        lambda: stats.decay_test(PAIRS, flow="flow", n_permutations=-1),
        "n_permutations不得为负",
    ),
    "no whole number": (
        lambda: stats.decay_test(PAIRS, flow="flow", n_permutations=2.5),
        "n_permutations须为整数",
    ),
    "no table": (lambda: stats.decay_test([1], flow="flow"), "corridors须为表格"),
    "blocks without a city": (
        lambda: stats.decay_test(PAIRS, flow="flow", blocks={"a": 1}),
        "每个城市都须有分组",
    ),
    "a column of cities that is missing": (
        lambda: stats.compare_groups(CITIES, "nowhere", by="coastal"),
        "城市表缺少列：nowhere",
    ),
    "no label of two": (lambda: stats.compare_groups(CITIES, "size", by="kind"), "列“kind”须为是或否"),
    "matrices of other cities": (
        lambda: stats.mantel_test(MATRIX, MATRIX.rename(index={"a": "z"}, columns={"a": "z"})),
        "各矩阵须为同样的城市",
    ),
    "matrices of other shapes": (
        lambda: stats.mantel_test(MATRIX, MATRIX.iloc[:5, :5]),
        "各矩阵的行列数须相同",
    ),
    "no covariates": (lambda: stats.mrqap_test(MATRIX, {}), "至少需要一个协变量"),
}


@pytest.mark.parametrize("case", ASKED)
def test_common_refusals_are_said_in_chinese(case):
    ask, wanted = ASKED[case]
    with pytest.raises(GeobriError) as caught:
        ask()
    assert wanted in caught.value.zh
    assert caught.value.zh.endswith("。")
    assert type(caught.value.args[0]) is str
    told = impossible_result("decay_test", as_measure("flow"), "friction", caught.value).summary("zh")
    assert wanted in told
    assert "详细说明见英文版" not in told
    assert pickle.loads(pickle.dumps(caught.value)).zh == caught.value.zh


def test_a_message_is_as_bilingual_as_its_parts():
    wanted, came = Words("it must vary", "取值须有差异"), Words("3 equal ones", "3个值相同")
    told = SchemaError(mould("who", wanted, came, "Choose another"))
    assert str(told) == "who: it must vary. Got 3 equal ones. Choose another."
    assert told.zh == "取值须有差异，现为3个值相同。"
    assert SpecificationError(mould("who", wanted, "equal ones", "Go")).zh == "取值须有差异。"
    assert SchemaError(mould("who", "it must vary", came, "Go")).zh == ""
    assert SchemaError(mould("who", wanted, came, "Go"), zh="另一句。").zh == "另一句。"
    assert str(OutputError("no room")) == "no room"
