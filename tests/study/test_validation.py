"""Agreement with published ranks, and their audit: planted answers come out, whatever the columns are called."""

import numpy as np
import pandas as pd
import pytest

from geobri.study import load_study
from geobri.study.analysis import audit_study
from geobri.study.validation import give_verdict, sum_over_partners, validate_study


def _folder(tmp_path, flow, *, settings="", absent=""):
    """A study of the 22 published cities with one flow, given for each pair by a function of the two ranks."""
    report = load_study("bri22")
    cities = pd.DataFrame(report.cities.drop(columns="geometry"))
    cities["lon"], cities["lat"] = report.cities.geometry.x, report.cities.geometry.y
    cities[["name", "name_zh", "country", "lon", "lat"]].to_csv(tmp_path / "cities.csv", index_label="city")
    rank = report.cities["rank_overall"].astype(float)
    rows = [
        (one, other, flow(rank[one], rank[other]))
        for one, other in zip(report.corridors["origin"], report.corridors["destination"], strict=True)
    ]
    table = pd.DataFrame(rows, columns=["origin", "destination", "trips"]).dropna()
    table.to_csv(tmp_path / "flows.csv", index=False)
    (tmp_path / "study.toml").write_text(
        f'title = "Trips"\ntitle_zh = "出行"\nvalidate_against = "bri22"\n{settings}\n'
        f'[[measure]]\ncolumn = "trips"\nlabel = "Trips"\nlabel_zh = "出行人次"\nkind = "count"\n{absent}\n',
        encoding="utf-8",
    )
    return load_study(tmp_path)


def _overall(study, level):
    results = validate_study(study, n_permutations=999, n_bootstrap=199)
    result = next(one for one in results if one.choices["level"] == level)
    at = result.choices["ranks"].index("rank_overall")
    rho = result.terms[2 * at]
    return result, rho, give_verdict(rho.estimate, rho.p_adjusted)


@pytest.mark.parametrize(
    ("sign", "verdict", "en", "zh"),
    [
        (1, "agrees", "it agrees with Overall (rho +1.00)", "一致：综合（rho +1.00）"),
        (-1, "contradicts", "it contradicts Overall (rho -1.00)", "相反：综合（rho -1.00）"),
    ],
)
def test_a_planted_order_is_found_and_said_in_both_languages(tmp_path, sign, verdict, en, zh):
    strength = (lambda rank: 23 - rank) if sign > 0 else (lambda rank: rank)
    study = _folder(tmp_path, lambda one, other: round(1000 * strength(one) * strength(other) ** 0.999))
    sums = sum_over_partners(study, study.measure("trips", "corridors"))
    rank = study.cities.index.map(load_study("bri22").cities["rank_overall"].astype(float))
    expected = pd.Series(sums.to_numpy()).corr(pd.Series(-rank.to_numpy()), method="spearman")
    result, rho, said = _overall(study, "cities")
    assert rho.estimate == pytest.approx(expected, abs=1e-12)
    assert said == verdict
    assert result.sentence.startswith("Trips, cities, against the ranks of ")
    assert result.sentence_zh.startswith("出行人次（城市）与《")
    if abs(expected) == 1:
        assert en in result.sentence
        assert zh in result.sentence_zh


def test_what_chance_could_have_made_is_not_called_agreement(tmp_path):
    draw = np.random.default_rng(5)
    study = _folder(tmp_path, lambda _one, _other: int(draw.integers(1, 1000)))
    result, rho, said = _overall(study, "cities")
    assert abs(rho.estimate) < 0.5
    assert said == "not shown"
    assert "agreement is not shown with Overall" in result.sentence
    assert "未显示一致：综合" in result.sentence_zh


def test_a_pair_without_a_row_is_a_zero_where_the_flow_says_so(tmp_path):
    sparse = _folder(
        tmp_path, lambda one, other: 5 if one + other < 12 else float("nan"), absent='absent = "zero"'
    )
    measure = sparse.measure("trips", "corridors")
    sums = sum_over_partners(sparse, measure)
    listed = pd.read_csv(tmp_path / "flows.csv")
    assert sums.notna().all()
    assert sums.sum() == 2 * listed["trips"].sum()
    assert (sums == 0).any()


def test_published_ranks_are_audited_whatever_their_columns_are_called(tmp_path):
    report = load_study("bri22")
    dimensions = ["policy", "trade", "people"]
    columns = {"overall": "place", "policy": "p1", "trade": "t_place", "people": "third"}
    cities = pd.DataFrame(report.cities.drop(columns="geometry"))
    cities["lon"], cities["lat"] = report.cities.geometry.x, report.cities.geometry.y
    order = cities[[f"rank_{one}" for one in dimensions]].astype(float).mean(axis=1).rank(method="first")
    table = cities[["name", "name_zh", "country", "lon", "lat"]].assign(
        place=order.astype(int), **{columns[one]: cities[f"rank_{one}"] for one in dimensions}
    )
    table.to_csv(tmp_path / "cities.csv", index_label="city")
    nodes = "".join(f'[[dimension]]\nname = "{one}"\ntitle = "{one}"\n' for one in dimensions)
    leaves = "".join(
        f'[[indicator]]\nname = "{one}_a"\ndimension = "{one}"\ntitle = "{one}"\nkind = "city"\n'
        for one in dimensions
    )
    said = "".join(
        f'[[measure]]\ncolumn = "{column}"\nof = "cities"\nkind = "rank"\nranks = "{node}"\n'
        for node, column in columns.items()
    )
    (tmp_path / "study.toml").write_text(f'title = "Places"\n{said}', encoding="utf-8")
    (tmp_path / "index.toml").write_text(
        f'[index]\nname = "x"\ntitle = "X"\noutline = true\n{nodes}{leaves}', encoding="utf-8"
    )
    audit = audit_study(load_study(tmp_path))
    assert audit is not None
    assert set(audit.bounds["node"]) == {*dimensions, "index"}
    assert audit.bounds["city"].nunique() == len(report.cities)
