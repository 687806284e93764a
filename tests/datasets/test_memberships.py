"""Cities of the Belt, the Maritime Silk Road and the economic corridors: as the report names them, and no others."""

from geobri.datasets import global513
from geobri.datasets.published import load_published
from geobri.study import load_study
from geobri.study.leading import count_by
from geobri.study.query import query


def test_every_membership_is_named_in_its_sentence():
    data = global513()
    for row in load_published("global513_memberships").to_dict("records"):
        names = {data.cities.loc[row["city"], name] for name in ("name_zh", "name_zh_printed")}
        assert any(name in row["quote"] for name in names), row
        assert bool(row["silk_road"]) != bool(row["economic_corridor"])


def test_memberships_can_be_asked_for():
    study = load_study("global513")
    found = query(study, "silk_road~Maritime", "rank_potential<=8", sort="rank_potential").index.tolist()
    assert found == ["singapore", "jakarta", "kuala-lumpur", "bangkok"]
    counts = count_by(study, "silk_road")
    assert counts["n"].to_dict() == {"21st Century Maritime Silk Road": 10, "Silk Road Economic Belt": 1}
    assert counts["silk_road_zh"].tolist() == ["21世纪海上丝绸之路", "丝绸之路经济带"]
    assert sorted(query(study, "economic_corridor~Mongolia").index) == [
        "kazan",
        "moscow",
        "ulan-bator",
        "vladivostok",
    ]
    assert study.cities["economic_corridor"].notna().sum() == 4
