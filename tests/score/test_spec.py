"""Specifications: exact, complete, refused with all faults at once, and written back as they were."""

from __future__ import annotations

import csv
import tomllib
from fractions import Fraction
from importlib import resources

import pytest

from geobri.errors import SpecificationError
from geobri.score import Choices, Dimension, IndexSpec, Indicator, list_specs, load_spec
from geobri.score.tomltext import to_toml


def faults_of(raw):
    with pytest.raises(SpecificationError) as caught:
        load_spec(raw)
    return str(caught.value)


def raw(**changes):
    base = {
        "index": {"name": "x"},
        "dimension": [{"name": "d", "importance": "1/3"}, {"name": "e", "importance": "2/3"}],
        "indicator": [{"name": "u", "dimension": "d"}, {"name": "v", "dimension": "e"}],
    }
    return base | changes


class TestBuiltIn:
    def test_names(self):
        assert list_specs() == ("bri22", "global_dynamic_cities", "potential_cities")

    def test_the_first_report(self):
        spec = load_spec("bri22")
        assert len(spec.dimensions) == 6
        assert len(spec.indicators) == 10
        assert set(spec.importance("overall").values()) == {Fraction(1, 6)}
        assert list(spec.importance("policy").values()) == [Fraction(1, 3)] * 3
        assert spec.importance("facility") == {
            "flights": Fraction(1, 4),
            "shipping": Fraction(1, 2),
            "rail": Fraction(1, 4),
        }
        assert sum(spec.effective_importance().values()) == 1  # exactly
        assert [d.title_zh for d in spec.dimensions] == [
            "政策沟通",
            "设施联通",
            "贸易畅通",
            "资金融通",
            "民心相通",
            "信息互联",
        ]

    def test_direct_rail_is_there_or_not(self):
        (rail,) = [leaf for leaf in load_spec("bri22").indicators if leaf.name == "rail"]
        assert (rail.kind, rail.unit) == ("presence", "")
        assert "有无直达班列" in rail.note

    def test_it_agrees_with_the_published_table(self):
        with (resources.files("geobri") / "data" / "published" / "bri22_indicators.csv").open(
            encoding="utf-8"
        ) as file:
            printed = list(csv.DictReader(file))
        spec = load_spec("bri22")
        own = {"trade": "trade_value"}  # there the indicator is called as its dimension
        assert [own.get(row["indicator"], row["indicator"]) for row in printed] == [
            leaf.name for leaf in spec.indicators
        ]
        for row, leaf in zip(printed, spec.indicators, strict=True):
            assert (leaf.dimension, leaf.title_zh) == (row["dimension"], row["name_zh"])
            assert spec.importance(leaf.dimension)[leaf.name] == Fraction(row["weight_in_dimension"])
            assert spec.effective_importance()[leaf.name] == Fraction(row["weight_in_index"])

    def test_the_second_report_prints_no_indicators_and_none_are_made_up(self):
        for name, roots in (("global_dynamic_cities", 3), ("potential_cities", 5)):
            spec = load_spec(name)
            assert spec.outline
            assert spec.indicators == ()
            assert len(spec.children("overall")) == roots
            assert all(d.importance is None for d in spec.dimensions)
        networks = load_spec("global_dynamic_cities")
        assert [len(networks.children(node)) for node in networks.children("overall")] == [3, 2, 3]

    @pytest.mark.parametrize("name", ["bri22", "global_dynamic_cities", "potential_cities"])
    def test_round_trip(self, name):
        spec = load_spec(name)
        assert load_spec(tomllib.loads(spec.to_toml())) == spec


class TestFaults:
    def test_all_at_once(self):
        said = faults_of(
            {
                "index": {"name": "x", "colour": "red"},
                "choices": {"normaliser": "minmaxx", "min_coverage": 2},
                "dimension": [
                    {"name": "a", "parent": "b", "importance": "-1/2"},
                    {"name": "b", "parent": "a", "importance": "1/3"},
                    {"name": "c", "parent": "nowhere"},
                    {"name": "rank_c"},
                ],
                "indicator": [
                    {"name": "u", "dimension": "zz", "kind": "foo", "direction": 0, "top_k": 0},
                    {"name": "u", "dimension": "rank_c", "importance": "a third"},
                    {"name": "with space", "dimension": "rank_c", "kind": "city", "imputer": "gravity"},
                ],
            }
        )
        for part in (
            "key 'colour' is unknown",
            "normaliser = 'minmaxx' is unknown. Use one of minmax",
            "min_coverage = 2 must lie between 0 and 1",
            "negative importance of 'a'",
            "under 'a': importances must sum to 1, but 1/3",
            "a -> b -> a",
            "parent 'nowhere' is unknown",
            "dimension 'zz' is unknown",
            "doubled: 'u'",
            "use themselves: 'rank_c'",
            "kind = 'foo' is unknown",
            "direction = 0",
            "top_k = 0",
            "'a third' is not a number",
            "state the importance of all children or of none",
            "plain identifiers (letters, digits, _): 'with space'",
            "imputer = 'gravity' fills pairs, not attributes of cities. Use one of none, mean, median, group, panel",
        ):
            assert part in said, part

    def test_weights_that_do_not_sum(self):
        entries = [{"name": f"d{i}", "importance": "16.7 %"} for i in range(6)]  # the rounded print: 100.2 %
        leaves = [{"name": f"u{i}", "dimension": f"d{i}"} for i in range(6)]
        assert "must sum to 1" in faults_of(raw(dimension=entries, indicator=leaves))
        assert "= 1.002" in faults_of(raw(dimension=entries, indicator=leaves))

    def test_percentages_and_decimals_are_exact(self):
        spec = load_spec(
            raw(dimension=[{"name": "d", "importance": "25 %"}, {"name": "e", "importance": 0.75}])
        )
        assert spec.importance("overall") == {"d": Fraction(1, 4), "e": Fraction(3, 4)}

    def test_a_long_circle(self):
        ring = [{"name": n, "parent": p} for n, p in [("d", "f"), ("e", "d"), ("f", "e")]]
        assert "d -> f -> e -> d" in faults_of(raw(dimension=ring))

    def test_a_dimension_that_is_its_own_parent(self):
        assert "d -> d" in faults_of(raw(dimension=[{"name": "d", "parent": "d"}, {"name": "e"}]))

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"indicator": []}, "no [[indicator]]"),
            ({"indicator": [{"name": "u", "dimension": "d"}]}, "dimensions without children: 'e'"),
            ({"index": {}}, "key 'name' is missing"),
            ({"index": "x"}, "[index] must be one table"),
            ({"indicator": {"name": "u"}}, "must be a list of tables"),
            ({"extra": 1}, "table 'extra' is unknown"),
            ({"choices": {"directed": "yes"}}, "wrong type"),
            ({"choices": {"tolerance": -1}}, "must not be negative"),
            ({"dimension": [{"name": "d", "importance": True}, {"name": "e"}]}, "wrong type"),
            (
                {"dimension": [{"name": "d", "importance": "1/0"}, {"name": "e", "importance": 1}]},
                "is not a number",
            ),
        ],
    )
    def test_single_faults(self, changes, said):
        assert said in faults_of(raw(**changes))

    @pytest.mark.parametrize(
        ("entry", "said"),
        [
            ({"pair_rule": "min"}, "pair_rule is for kind = 'city'"),
            ({"side": "out"}, "needs directed = true"),
            ({"kind": "city", "pair_rule": "min", "directed": True}, "cannot be directed"),
        ],
    )
    def test_contradictions_within_an_indicator(self, entry, said):
        leaf = {"name": "u", "dimension": "d", **entry}
        assert said in faults_of(raw(indicator=[leaf, {"name": "v", "dimension": "e"}]))

    def test_records_are_checked_too(self):
        with pytest.raises(SpecificationError, match=r"sum to 1"):
            IndexSpec(name="x", indicators=(Indicator(name="u", dimension="overall", importance="1/2"),))
        with pytest.raises(SpecificationError, match=r"not a number"):
            IndexSpec(name="x", indicators=(Indicator(name="u", dimension="overall", importance="half"),))


class TestFiles:
    def test_a_file_may_extend_an_outline(self, tmp_path):
        path = tmp_path / "mine.toml"
        leaves = "".join(
            f'[[indicator]]\nname = "i_{d}"\ndimension = "{d}"\n'
            for d in ("policy", "facility", "trade", "finance", "people")
        )
        path.write_text(
            f'[index]\nname = "mine"\nextends = "potential_cities"\n[choices]\naggregator = "geometric"\n{leaves}'
        )
        spec = load_spec(path)
        assert (spec.name, spec.outline, len(spec.indicators)) == ("mine", False, 5)
        assert spec.choices.aggregator == "geometric"
        assert set(spec.effective_importance().values()) == {Fraction(1, 5)}

    def test_neither_built_in_nor_a_file(self):
        with pytest.raises(SpecificationError, match=r"Got 'bri23'. Use one of \['bri22'"):
            load_spec("bri23")

    def test_only_built_in_indices_can_be_extended(self, tmp_path):
        path = tmp_path / "round.toml"
        path.write_text(f'[index]\nname = "round"\nextends = "{path}"\n')
        with pytest.raises(SpecificationError, match=r"extends must name a built-in index"):
            load_spec(path)

    def test_a_file_that_is_no_text(self, tmp_path):
        path = tmp_path / "picture.toml"
        path.write_bytes(b"\xff\xd8\xff\xe0")
        with pytest.raises(SpecificationError, match=r"must be TOML"):
            load_spec(path)

    def test_not_toml(self, tmp_path):
        path = tmp_path / "broken.toml"
        path.write_text("[index\nname = 1")
        with pytest.raises(SpecificationError, match=r"must be TOML"):
            load_spec(path)

    def test_text_that_toml_must_escape(self):
        nasty = 'a "quote", a \\ backslash,\na line,\ta tab, \x7f and \x01, “一带一路”'
        assert tomllib.loads(to_toml({"t": {"text": nasty, "map": {"a b": [1, 2.5, True]}}})) == {
            "t": {"text": nasty, "map": {"a b": [1, 2.5, True]}}
        }


def test_choices_can_be_replaced_but_not_invented():
    spec = load_spec("bri22").with_choices(aggregator="geometric")
    assert spec.choices.aggregator == "geometric"
    assert load_spec("bri22").choices == Choices(domestic="exclude")
    with pytest.raises(SpecificationError, match=r"'agregator'"):
        spec.with_choices(agregator="geometric")
    with pytest.raises(SpecificationError, match=r"aggregator = 'mean' is unknown"):
        spec.with_choices(aggregator="mean")


def test_an_outline_can_be_completed():
    leaves = [
        Indicator(name=f"i_{d}", dimension=d) for d in load_spec("potential_cities").children("overall")
    ]
    assert not load_spec("potential_cities").with_indicators(leaves).outline
    with pytest.raises(SpecificationError, match=r"without children: 'people'"):
        load_spec("potential_cities").with_indicators(leaves[:-1])


def test_equal_shares_where_none_is_stated():
    spec = IndexSpec(
        name="x",
        dimensions=(Dimension(name="d"), Dimension(name="e"), Dimension(name="f")),
        indicators=tuple(Indicator(name=f"i{d}", dimension=d) for d in "def"),
    )
    assert set(spec.importance("overall").values()) == {Fraction(1, 3)}


def test_importances_can_be_replaced():
    spec = load_spec("bri22")
    other = spec.with_importance({"shipping": "2/3", "flights": "1/6", "rail": Fraction(1, 6)})
    assert list(other.importance("facility").values()) == [Fraction(1, 6), Fraction(2, 3), Fraction(1, 6)]
    assert other.importance("policy") == spec.importance("policy")
    thirds = spec.with_importance(
        dict.fromkeys(("sister_cities", "cooperation", "conferences"), 1 / 3)
    )  # floats, as AHP gives
    assert float(sum(thirds.importance("policy").values())) == pytest.approx(1)
    with pytest.raises(SpecificationError, match=r"under 'facility': importances must sum to 1"):
        spec.with_importance({"shipping": "2/3"})
    with pytest.raises(SpecificationError, match=r"\['sea_lanes'\]"):
        spec.with_importance({"sea_lanes": "2/3"})
    with pytest.raises(SpecificationError, match=r"negative importance of 'shipping'"):
        spec.with_importance({"shipping": "-1/2", "flights": "3/4", "rail": "3/4"})
