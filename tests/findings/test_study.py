"""The ledger of a built-in study is the ledger of its data set; a folder may bring claims of its own."""

import pandas as pd
import pytest

from geobri.datasets import bri22
from geobri.findings import Ledger, audit_consistency, evaluate_claims, find_claim_file
from geobri.study import load_study


@pytest.fixture(scope="module")
def study():
    return load_study("bri22")


def test_a_built_in_study_gives_the_same_ledger_as_its_data_set(study):
    ours = evaluate_claims(bri22(), rng=1).to_frame()
    theirs = evaluate_claims(study, find_claim_file("bri22"), rng=1).to_frame()
    columns = ["id", "definition", "verdict", "figures", "n"]
    pd.testing.assert_frame_equal(ours[columns], theirs[columns])


def test_a_built_in_study_keeps_its_known_contradictions(study):
    frame = audit_consistency(study, ledger=Ledger(name="bri22", entries=()))
    assert list(frame["id"])[: len(bri22().contradictions)] == list(bri22().contradictions.index)
    assert frame.set_index("id").loc["bri22-cell-trade-chengdu", "confirmed"]


def test_a_folder_with_claims_of_its_own(tmp_path):
    (tmp_path / "cities.csv").write_text(
        "city,name,country,region,coastal,lon,lat,rank_overall\n"
        "oslo,Oslo,NOR,Europe,true,10.75,59.9,1\n"
        "rome,Rome,ITA,Europe,true,12.5,41.9,2\n"
        "cairo,Cairo,EGY,Africa,false,31.2,30.0,3\n",
        encoding="utf-8",
    )
    (tmp_path / "claims.toml").write_text(
        '[[claim]]\nid = "north-leads"\nwhere = "p. 1"\nen = "Oslo leads."\nkind = "lookup"\n'
        'test = "follow(overall, 1, oslo, rome, cairo)"\n',
        encoding="utf-8",
    )
    ledger = evaluate_claims(load_study(tmp_path), tmp_path / "claims.toml")
    assert [entry.verdict for entry in ledger.entries] == ["holds"]
