"""Proximity of a published list: measures, null models against brute force, size, bad input."""

import itertools
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom, mannwhitneyu

from geobri.errors import DataError, SchemaError, SpecificationError
from geobri.measures import Measure
from geobri.stats.proximity import NULLS, build_top_list, proximity_test, proximity_tests
from geobri.stats.proximity.measures import curve_of, measures_of, running_sums, strongest_lead
from geobri.stats.proximity.placements import (
    count_distinct,
    draw_placements,
    enumerate_placements,
    pattern_of,
)
from geobri.stats.proximity.switching import enumerate_degree_lists, switch_lists


def world(n=8, domestic=3, seed=0, *, directed=False):
    """Cities, and all corridors between them but those inside the first country."""
    rng = np.random.default_rng(seed)
    place = rng.random((n, 2)) * 5000
    names = [f"c{k}" for k in range(n)]
    cities = pd.DataFrame({"region": ["east"] * (n // 2) + ["west"] * (n - n // 2)}, index=names)
    pairs = itertools.permutations(range(n), 2) if directed else itertools.combinations(range(n), 2)
    rows = [
        (names[a], names[b], math.dist(place[a], place[b]))
        for a, b in pairs
        if a >= domestic or b >= domestic
    ]
    return cities, pd.DataFrame(rows, columns=["origin", "destination", "distance_km"])


def ranked(corridors, pairs):
    """Give the listed pairs ranks; a pair may carry its rank."""
    table = corridors.assign(rank=np.nan)
    for place, pair in enumerate(pairs, start=1):
        a, b, rank = (*pair, place)[:3]
        row = (table["origin"] == f"c{a}") & (table["destination"] == f"c{b}")
        assert row.sum() == 1
        table.loc[row, "rank"] = rank
    return table


STAR = [(0, 5), (1, 5), (2, 5), (4, 5), (5, 7)]
MIXED = [(0, 5), (1, 5), (4, 5), (4, 6), (1, 6)]


class TestList:
    def test_all_with_a_rank_are_listed(self):
        top = build_top_list(*_named(ranked(world()[1], STAR)), "rank")
        assert top.k == 5
        assert len(top.listed) == 5
        assert [top.labels[city] for city in top.active] == ["c0", "c1", "c2", "c4", "c5", "c7"]
        assert top.ties.en == ""

    def test_shared_last_places(self):
        table = ranked(world()[1], [(0, 5, 1), (1, 5, 2), (2, 5, 3), (4, 5, 3), (5, 7, 3)])
        shared = build_top_list(*_named(table), "rank", k=4, best="smallest")
        assert sorted(shared.weights[shared.listed]) == pytest.approx([2 / 3, 2 / 3, 2 / 3, 1, 1])
        assert shared.k == pytest.approx(4)
        assert shared.ties.en == "3 corridors share the last 2 of 4 places; each counts 2/3"
        every = build_top_list(*_named(table), "rank", k=4, best="smallest", ties="all")
        assert every.k == 5
        assert build_top_list(*_named(table), "rank", k=5, best="smallest").ties.en == ""

    def test_scores_and_ranks_are_the_same_list(self):
        table = ranked(world()[1], STAR).assign(score=lambda t: 100 - t["rank"])
        one = build_top_list(*_named(table), "rank", k=3, best="smallest")
        other = build_top_list(*_named(table), "score", k=3, best="largest")
        np.testing.assert_array_equal(one.weights, other.weights)

    @pytest.mark.parametrize(
        ("change", "options", "error", "fault"),
        [
            ({}, {"value": "score"}, SchemaError, "'score'"),
            ({"rank": np.nan}, {}, DataError, "0 of 25 candidates"),
            ({"rank": 1.0}, {}, DataError, "25 of 25 candidates"),
            ({}, {"k": 6, "best": "smallest"}, DataError, "6 of 25 candidates, 5 of them with a value"),
            ({"distance_km": 7.0}, {}, DataError, "25 equal values"),
            ({"distance_km": np.nan}, {}, DataError, "25 of 25 that are missing"),
            ({"rank": "first"}, {}, SchemaError, "numeric"),
        ],
    )
    def test_faults(self, change, options, error, fault):
        cities, corridors = world()
        with pytest.raises(error, match=fault):
            build_top_list(
                cities, ranked(corridors, STAR).assign(**change), options.pop("value", "rank"), **options
            )

    def test_duplicated_pairs_unknown_cities_and_few_cities(self):
        cities, corridors = world()
        table = ranked(corridors, STAR)
        with pytest.raises(SchemaError, match="1 duplicated pairs"):
            build_top_list(cities, pd.concat([table, table[:1]]), "rank")
        with pytest.raises(SchemaError, match="'c7'"):
            build_top_list(cities[:-1], table, "rank")
        small, few = world(3, 0)
        with pytest.raises(DataError, match="at least 4 cities"):
            build_top_list(small, few.assign(rank=[1, None, None]), "rank")


def _named(table):
    return world()[0], table


class TestMeasures:
    def test_equal_literal_definitions(self):
        cities, corridors = world(seed=3)
        corridors.loc[3, "distance_km"] = corridors.loc[9, "distance_km"]  # a tie in length
        top = build_top_list(cities, ranked(corridors, MIXED), "rank")
        found = {name: float(one.of(top.weights @ one.column)) for name, one in measures_of(top).items()}
        inside = top.weights > 0
        listed, others = top.km[inside], top.km[~inside]
        assert found["mean_km"] == pytest.approx(listed.mean())
        assert found["mean_log_km"] == pytest.approx(np.log(listed).mean())
        auc = np.mean([(a < b) + 0.5 * (a == b) for a in listed for b in others])
        assert found["auc"] == pytest.approx(auc)
        assert found["auc"] == pytest.approx(
            1 - mannwhitneyu(listed, others).statistic / (listed.size * others.size)
        )
        assert found["rank_biserial"] == pytest.approx(2 * auc - 1)
        nearest = set(np.argsort(top.km)[:3])  # a tenth of 25 candidates, rounded up
        assert found["precision_nearest"] == pytest.approx(np.mean([one in nearest for one in top.listed]))
        region = dict(zip(cities.index, cities["region"], strict=True))
        rows = corridors.iloc[top.listed]
        same = [region[a] == region[b] for a, b in zip(rows["origin"], rows["destination"], strict=True)]
        assert found["share_in_region"] == pytest.approx(np.mean(same))

    def test_shared_places_are_the_mean_over_ways_to_break_the_tie(self):
        cities, corridors = world(seed=4)
        table = ranked(corridors, [(0, 5, 1), (1, 5, 2), (2, 5, 3), (4, 5, 3), (5, 7, 3)])
        shared = build_top_list(cities, table, "rank", k=4, best="smallest")
        ways = []
        for lost in itertools.combinations(table.index[table["rank"] == 3], 1):
            broken = build_top_list(cities, table.assign(rank=table["rank"].drop(list(lost))), "rank")
            ways.append(
                {
                    name: float(one.of(broken.weights @ one.column))
                    for name, one in measures_of(broken).items()
                }
            )
        for name, one in measures_of(shared).items():
            assert float(one.of(shared.weights @ one.column)) == pytest.approx(
                np.mean([way[name] for way in ways])
            )

    def test_running_sum_is_the_literal_walk(self):
        cities, corridors = world(seed=5)
        corridors.loc[2, "distance_km"] = corridors.loc[7, "distance_km"]
        top = build_top_list(cities, ranked(corridors, STAR), "rank")
        order = np.argsort(top.km)
        lengths = top.km[order]
        walk = np.cumsum([1 / 5 if top.weights[one] else -1 / 20 for one in order])
        literal = [walk[np.flatnonzero(lengths == length)[-1]] for length in lengths]
        curve = curve_of(top)
        np.testing.assert_allclose(curve, literal, atol=1e-12)
        assert curve[-1] == pytest.approx(0)
        assert strongest_lead(curve[None])[0] == pytest.approx(max(0, *literal))

    def test_running_sums_of_other_lists(self):
        cities, corridors = world(seed=5)
        table = ranked(corridors, STAR)
        top = build_top_list(cities, table, "rank")
        other = build_top_list(cities, ranked(corridors, MIXED), "rank")
        np.testing.assert_allclose(running_sums(top, other.listed[None])[0], curve_of(other), atol=1e-12)

    def test_without_regions(self):
        cities, corridors = world()
        top = build_top_list(cities.drop(columns="region"), ranked(corridors, STAR), "rank")
        assert "share_in_region" not in measures_of(top)


def brute_force(top, columns, *, blocks, active_only=False):
    """Place the listed cities in every way, one by one; sums of every distinct list of ends."""
    active, lookup = top.active, top.lookup()
    pool = active if active_only else np.arange(len(top.labels))
    position = {city: k for k, city in enumerate(active)}
    sums = []
    for places in itertools.permutations(pool, len(active)):
        if all(blocks[a] == blocks[b] for a, b in zip(active, places, strict=True)):
            ends = [
                (places[position[a]], places[position[b]])
                for a, b in zip(top.origins[top.listed], top.destinations[top.listed], strict=True)
            ]
            sums.append(columns[:, [lookup[pair] for pair in ends]] @ top.weights[top.listed])
    return np.array(sums)


class TestExactPlacements:
    @pytest.mark.parametrize(
        "pairs", [STAR, MIXED, [(4, 5), (4, 6), (5, 6)], [(0, 5), (1, 6), (4, 7)], [(0, 6)]]
    )
    @pytest.mark.parametrize("active_only", [False, True])
    def test_equal_brute_force(self, pairs, active_only):
        cities, corridors = world(seed=6)
        top = build_top_list(cities, ranked(corridors, pairs), "rank")
        self.compare(top, active_only=active_only)

    def test_shared_places(self):
        cities, corridors = world(seed=7)
        table = ranked(corridors, [(0, 5, 1), (1, 5, 2), (2, 5, 2), (4, 5, 2), (5, 7, 2)])
        self.compare(build_top_list(cities, table, "rank", k=3, best="smallest"))

    def test_directed(self):
        cities, corridors = world(6, 2, seed=8, directed=True)
        corridors["distance_km"] *= np.linspace(0.5, 1.5, len(corridors))
        top = build_top_list(
            cities, ranked(corridors, [(0, 4), (4, 1), (3, 4), (5, 0)]), "rank", directed=True
        )
        self.compare(top, blocks=[0, 0, 1, 1, 1, 1])

    def test_a_table_with_pairs_there_and_back_is_directed_unasked(self):
        cities, corridors = world(6, 2, seed=8, directed=True)
        table = ranked(corridors, [(0, 4), (4, 1), (3, 4), (5, 0)])
        seen, told = (proximity_test(cities, table, "rank", rng=1, directed=one) for one in (None, True))
        assert seen.p_value == told.p_value
        assert seen.terms[0].n_pairs == len(table)
        with pytest.raises(SchemaError, match="directed=True"):
            proximity_test(cities, table, "rank", directed=False)

    @settings(deadline=None, max_examples=40)
    @given(st.sets(st.integers(0, 24), min_size=1, max_size=7), st.integers(0, 99))
    def test_any_list(self, chosen, seed):
        cities, corridors = world(seed=seed)
        table = corridors.assign(rank=np.where(np.isin(np.arange(25), list(chosen)), 1.0, np.nan))
        top = build_top_list(cities, table, "rank")
        if len(top.active) <= 7:
            self.compare(top)

    @staticmethod
    def compare(top, *, active_only=False, blocks=(0, 0, 0, 1, 1, 1, 1, 1)):
        pattern = pattern_of(top, active_only=active_only)
        columns = np.stack([one.column for one in measures_of(top).values()])
        tally = enumerate_placements(top, pattern, columns)
        every = brute_force(top, columns, blocks=blocks, active_only=active_only)
        twins = math.prod(math.factorial(len(one)) for one in pattern.twins)
        assert count_distinct(pattern) * twins == len(every)
        observed = columns[:, top.listed] @ top.weights[top.listed]
        slack = 1e-9 * np.abs(observed)  # of each measure, for kilometres and their logarithms differ in size
        np.testing.assert_array_equal(tally.above * twins, (every > observed + slack).sum(axis=0))
        np.testing.assert_array_equal(tally.below * twins, (every < observed - slack).sum(axis=0))
        assert tally.size * twins == len(every)
        for k in range(len(columns)):
            assert tally.moments(k) == pytest.approx((every[:, k].mean(), every[:, k].std()), abs=1e-6)

    def test_draws_come_from_the_same_distribution(self):
        cities, corridors = world(seed=6)
        top = build_top_list(cities, ranked(corridors, MIXED), "rank")
        pattern = pattern_of(top)
        drawn = top.km[draw_placements(top, pattern, 20_000, np.random.default_rng(1))].sum(axis=1)
        mean, deviation = enumerate_placements(top, pattern, top.km[None]).moments(0)
        assert drawn.mean() == pytest.approx(mean, abs=4 * deviation / math.sqrt(20_000))
        assert drawn.std() == pytest.approx(deviation, rel=0.03)


class TestHubs:
    @pytest.mark.parametrize("pairs", [STAR, MIXED, [(4, 5), (6, 7), (0, 3), (1, 4)]])
    def test_enumeration_is_complete(self, pairs):
        cities, corridors = world(seed=6)
        top = build_top_list(cities, ranked(corridors, pairs), "rank")
        found = enumerate_degree_lists(top)
        wanted = degrees(top, top.listed[None])[0]
        literal = {
            one
            for one in itertools.combinations(range(25), len(pairs))
            if (degrees(top, np.array([one]))[0] == wanted).all()
        }
        assert {tuple(sorted(one)) for one in found.tolist()} == literal
        assert len(found) == len(literal)

    def test_layers_of_shared_places_keep_their_own_numbers(self):
        cities, corridors = world(seed=6)
        table = ranked(corridors, [(0, 5, 1), (4, 6, 1), (1, 5, 2), (3, 6, 2), (4, 7, 2)])
        top = build_top_list(cities, table, "rank", k=3, best="smallest")
        found = enumerate_degree_lists(top)
        weights = top.weights[top.listed]
        for weight in np.unique(weights):
            layer = found[:, weights == weight]
            assert (degrees(top, layer) == degrees(top, top.listed[None, weights == weight])).all()
        assert len({tuple(sorted(one)) for one in found.tolist()}) > 1

    def test_switching_is_uniform_over_all_lists(self):
        cities, corridors = world(seed=6)
        top = build_top_list(cities, ranked(corridors, [(0, 5), (1, 6), (4, 7), (3, 4), (5, 6)]), "rank")
        every = {tuple(sorted(one)) for one in enumerate_degree_lists(top).tolist()}
        drawn = switch_lists(top, 6000, np.random.default_rng(2), n_steps=400)
        seen = pd.Series([tuple(sorted(one)) for one in drawn.lists.tolist()]).value_counts()
        assert set(seen.index) == every
        expected = 6000 / len(every)
        chi = ((seen - expected) ** 2 / expected).sum()
        assert chi < len(every) - 1 + 4 * math.sqrt(2 * (len(every) - 1))
        assert 0 < drawn.acceptance < 1
        assert drawn.overlap[0] == pytest.approx(drawn.overlap[1], abs=0.03)

    def test_switching_keeps_numbers_and_candidates(self):
        cities, corridors = world(14, 5, seed=9, directed=True)
        rng = np.random.default_rng(3)
        table = corridors.assign(rank=np.where(rng.random(len(corridors)) < 0.25, 1.0, np.nan))
        top = build_top_list(cities, table, "rank", directed=True)
        drawn = switch_lists(top, 50, rng)
        assert (drawn.lists >= 0).all()
        assert all(len(set(one)) == len(one) for one in drawn.lists.tolist())
        for ends in (top.origins, top.destinations):
            wanted = np.bincount(ends[top.listed], minlength=14)
            assert all((np.bincount(ends[one], minlength=14) == wanted).all() for one in drawn.lists)
        assert enumerate_degree_lists(top) is None

    def test_three_ends_reach_lists_that_two_cannot(self):
        # candidates form a six-ring with its long diagonals left out: only an exchange of three ends turns
        # one perfect matching of the ring into the other
        cities = pd.DataFrame(index=[f"c{k}" for k in range(6)])
        ring = [(k, (k + 1) % 6) for k in range(6)]
        rows = [(f"c{a}", f"c{b}", 10.0 + k) for k, (a, b) in enumerate(ring)]
        corridors = pd.DataFrame(rows, columns=["origin", "destination", "distance_km"])
        corridors["rank"] = [1, None, 1, None, 1, None]
        top = build_top_list(cities, corridors, "rank")
        drawn = switch_lists(top, 2000, np.random.default_rng(0))
        share = (np.sort(drawn.lists, axis=1) == [0, 2, 4]).all(axis=1).mean()
        assert share == pytest.approx(0.5, abs=0.06)


def degrees(top, lists):
    ends = np.concatenate([top.origins[lists], top.destinations[lists]], axis=1)
    return np.stack([np.bincount(one, minlength=len(top.labels)) for one in ends])


class TestCorridors:
    def test_share_in_a_region_is_hypergeometric(self):
        cities, corridors = world(12, 0, seed=1)
        rng = np.random.default_rng(0)
        table = corridors.assign(rank=np.where(rng.permutation(len(corridors)) < 8, 1.0, np.nan))
        result = proximity_test(
            cities, table, "rank", null="corridors", measure="share_in_region", alternative="less",
            n_permutations=20_000, rng=4,
        )  # fmt: skip
        same = (
            cities["region"].loc[table["origin"]].to_numpy()
            == cities["region"].loc[table["destination"]].to_numpy()
        )
        hits = int((same & table["rank"].notna()).sum())
        assert result.p_value == pytest.approx(
            hypergeom.sf(hits - 1, len(table), int(same.sum()), 8), abs=0.015
        )

    def test_auc_is_wilcoxon(self):
        cities, corridors = world(12, 0, seed=2)
        rng = np.random.default_rng(1)
        table = corridors.assign(rank=np.where(rng.permutation(len(corridors)) < 8, 1.0, np.nan))
        inside = table["rank"].notna()
        exact = mannwhitneyu(
            table.loc[inside, "distance_km"],
            table.loc[~inside, "distance_km"],
            alternative="less",
            method="exact",
        )
        result = proximity_test(
            cities,
            table,
            "rank",
            null="corridors",
            measure="auc",
            alternative="less",
            n_permutations=20_000,
            rng=4,
        )
        assert result.p_value == pytest.approx(exact.pvalue, abs=0.015)

    def test_many_candidates_are_drawn_without_shuffling(self, monkeypatch):
        cities, corridors = world(12, 0, seed=2)
        table = corridors.assign(rank=[1.0] * 6 + [np.nan] * 60)
        one = proximity_test(cities, table, "rank", null="corridors", n_permutations=4000, rng=1)
        monkeypatch.setattr("geobri.stats.proximity.nulls.MOST_SHUFFLED", 10)
        other = proximity_test(cities, table, "rank", null="corridors", n_permutations=4000, rng=1)
        assert one.p_value == pytest.approx(other.p_value, abs=0.05)
        assert one.null_distribution.mean() == pytest.approx(other.null_distribution.mean(), rel=0.02)


class TestVerdict:
    def test_every_null_says_its_question(self):
        cities, corridors = world(10, 3, seed=1)
        results = proximity_tests(cities, ranked(corridors, MIXED), "rank", rng=1, n_permutations=499)
        assert [one.null for one in results] == list(NULLS)
        assert len({one.asks for one in results}) == 4
        for one in results:
            assert NULLS[one.null].opening.en in one.summary()
            frame = one.to_frame()
            assert len(frame) == 7
            assert frame["null"].str.contains(NULLS[one.null].says.en, regex=False).all()
            assert frame["p_value"].between(0, 1).all()
        assert "naive" in results[3].to_frame()["note"][0]

    def test_exact_beats_monte_carlo_on_the_same_question(self):
        cities, corridors = world(9, 3, seed=2)
        table = ranked(corridors, MIXED)
        exact = proximity_test(cities, table, "rank", rng=0)
        drawn = proximity_test(cities, table, "rank", rng=0, most_exact=10, n_permutations=20_000)
        assert exact.exact
        assert not drawn.exact
        assert exact.p_value == pytest.approx(drawn.p_value, abs=5 * drawn.choices["Monte Carlo error of p"])
        assert exact.choices["Monte Carlo error of p"] == 0.0
        assert exact.n_arrangements == exact.diagnostics["distinct placements"]

    def test_directions(self):
        cities, corridors = world(9, 3, seed=2)
        table = ranked(corridors, MIXED)
        for measure in ("mean_km", "auc", "share_in_region"):
            closer, farther, both = (
                proximity_test(cities, table, "rank", measure=measure, alternative=one, rng=0).p_value
                for one in ("less", "greater", "two-sided")
            )
            assert both == pytest.approx(min(1, 2 * min(closer, farther)))
            assert closer + farther >= 1
        one, other = (
            proximity_test(cities, table, "rank", measure=measure, alternative="less", rng=0)
            for measure in ("auc", "rank_biserial")
        )
        assert one.p_value == other.p_value
        assert one.alternative == "greater"

    def test_few_lists_are_said_aloud(self):
        cities, corridors = world(8, 3, seed=1)
        result = proximity_test(cities, ranked(corridors, STAR), "rank", null="hubs", rng=0)
        assert result.n_arrangements == 1
        assert "only 1 arrangement:" in result.to_frame()["note"][0]
        assert result.p_value == 1.0

    def test_row_order_does_not_matter_and_nothing_is_changed(self):
        cities, corridors = world(9, 3, seed=2)
        table = ranked(corridors, MIXED)
        before = table.copy()
        one = proximity_test(cities, table, "rank", rng=0)
        pd.testing.assert_frame_equal(table, before)
        turned = table.sample(frac=1, random_state=1).rename(
            columns={"origin": "destination", "destination": "origin"}
        )
        other = proximity_test(cities.iloc[::-1], turned, "rank", rng=0)
        assert one.p_value == pytest.approx(other.p_value)
        assert one.statistic == pytest.approx(other.statistic)

    def test_plot(self):
        cities, corridors = world(9, 3, seed=2)
        axes = proximity_test(cities, ranked(corridors, MIXED), "rank", rng=0).plot()
        assert axes.get_title() == NULLS["blocks"].says.en

    @pytest.mark.parametrize(
        ("options", "fault"),
        [
            ({"null": "chance"}, "'chance'"),
            ({"measure": "median"}, "'median'"),
            ({"alternative": "nearer"}, "'nearer'"),
            ({"n_permutations": 0}, "positive"),
        ],
    )
    def test_choices(self, options, fault):
        cities, corridors = world()
        with pytest.raises(SpecificationError, match=fault):
            proximity_test(cities, ranked(corridors, STAR), "rank", **options)

    def test_blocks(self):
        cities, corridors = world()
        table = ranked(corridors, STAR)

        def labels(text):
            return dict(zip(cities.index, text, strict=False))

        with pytest.raises(DataError, match="1 of 8 without one: 'c7'"):
            proximity_test(cities, table, "rank", blocks=labels("aaaaaaa"))
        with pytest.raises(SpecificationError, match="does not say whose labels"):
            proximity_test(cities, table, "rank", blocks=list("aaabbccc"))
        for mixed in (labels("aaaaaaaa"), None):
            with pytest.raises(DataError, match="mix cities"):
                proximity_test(cities, table, "rank", blocks=mixed)
        with pytest.raises(DataError, match="change places"):
            proximity_test(cities, table, "rank", blocks=labels("abcdefgh"))
        shuffled = pd.Series(labels("aaabbccc")).sample(frac=1, random_state=3)
        finer = proximity_test(cities, table, "rank", blocks=shuffled, rng=0)
        assert finer.n_arrangements == 1 * 2 * 6


class TestMeasuresIn:
    def test_the_better_end_comes_from_the_measure(self):
        cities, corridors = world()
        table = ranked(corridors, STAR).assign(points=lambda t: 100 - t["rank"])
        place, points = (
            Measure(column="rank", kind="rank", label="Place"),
            Measure(column="points", label="Points"),
        )
        one, other = (proximity_test(cities, table, by, k=3, rng=0) for by in (place, points))
        assert one.p_value == other.p_value
        assert one.measure is place
        assert one.question == "closeness"
        assert "listed by “Place” are" in one.summary()
        assert "按“Points”有排序的3条通路" in other.summary("zh")
        with pytest.raises(SpecificationError, match="Pass best='smallest' for ranks"):
            proximity_test(cities, table, "rank", k=3)

    def test_directed_flows_of_which_every_pair_is_known(self):
        cities, corridors = world(9, 0, seed=4, directed=True)
        flows = corridors.assign(people=1e6 / corridors["distance_km"])
        result = proximity_test(
            cities, flows, Measure(column="people", kind="count", directed=True), null="active", rng=0
        )
        assert result.choices["k"] == 10
        assert result.to_frame()["n_pairs"][0] == 72
        assert result.statistic < flows["distance_km"].mean()
        with pytest.raises(DataError, match="72 of 72 candidates with the same value"):
            proximity_test(cities, flows.assign(people=1.0), "people", directed=True)

    def test_numbers_are_columns(self):
        cities, corridors = world(9, 3, seed=2)
        drawn = proximity_test(
            cities, ranked(corridors, MIXED), "rank", most_exact=10, n_permutations=499, rng=0
        )
        rows = drawn.to_frame()
        assert rows["null_mean"].notna().all()
        assert (rows["mc_error"] > 0).all()
        assert drawn.null_distribution.mean() == pytest.approx(rows["null_mean"][0])
        assert "±" in drawn.summary()

    def test_a_null_of_few_lists_says_the_least_p(self):
        cities, corridors = world(8, 3, seed=1)
        result = proximity_test(cities, ranked(corridors, STAR), "rank", null="hubs", rng=0)
        assert result.least_p == 1.0
        assert "p cannot fall below 1: nothing could have been found" in result.summary()
        assert "p不可能低于1" in result.summary("zh")

    def test_the_headline_keeps_its_size_where_hubs_gather(self):
        cities, corridors = world(20, 0, seed=3)
        rng = np.random.default_rng(1)
        lon = np.where(np.arange(20) < 7, rng.uniform(0, 8, 20), rng.uniform(40, 150, 20))
        points = gpd.points_from_xy(lon, rng.uniform(-10, 10, 20), crs=4326)
        near = ranked(corridors, [(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (3, 5), (4, 6)])
        gathered = proximity_tests(
            gpd.GeoDataFrame(cities, geometry=points), near, "rank", most_exact=1000, n_permutations=99, rng=0
        )
        assert [one.null for one in gathered] == ["active", "blocks", "hubs", "corridors"]
        assert [one.choices["headline"] for one in gathered] == [True, False, False, False]
        assert "The cities of the list gather on the map" in gathered[1].summary()
        told = gathered[0].summary(), gathered[0].summary("zh")
        assert "the listed cities stay where they are and change roles only among themselves" in told[0]
        assert "名单所及的城市留在原处，仅在彼此之间互换角色" in told[1]
        one = {"most_exact": 1000, "n_permutations": 99, "rng": 0}
        by_rule = proximity_test(gpd.GeoDataFrame(cities, geometry=points), near, "rank", **one)
        assert (by_rule.null, by_rule.p_value) == ("active", gathered[0].p_value)
        assert by_rule.choices["null chosen by"] == "rule"
        few = {**one, "n_permutations": 30}  # 1 in 31 on each side is too few to find anything
        assert proximity_test(gpd.GeoDataFrame(cities, geometry=points), near, "rank", **few).null == "blocks"
        scattered = points[rng.permutation(20)]
        others = proximity_tests(
            gpd.GeoDataFrame(cities, geometry=scattered),
            near,
            "rank",
            most_exact=1000,
            n_permutations=99,
            rng=0,
        )
        assert others[0].null == "blocks"
        assert proximity_test(cities, near, "rank", **one).null == "blocks"  # without points nobody knows
        assert "gather" not in others[0].summary()


class TestSize:
    @pytest.mark.rate
    def test_hubs_that_lie_anywhere(self):
        """Under lists made by hubs at random places the naive null finds too much, exchanging cities does not."""
        rng = np.random.default_rng(5)
        rejected = dict.fromkeys(("blocks", "corridors"), 0)
        for _ in range(400):
            cities, corridors = world(14, 0, seed=int(rng.integers(1e9)))
            hub = dict(zip(cities.index, rng.gumbel(size=14), strict=True))
            score = [
                2 * (hub[a] + hub[b]) + rng.normal()
                for a, b in zip(corridors["origin"], corridors["destination"], strict=True)
            ]
            table = corridors.assign(score=score)
            for null in rejected:
                result = proximity_test(
                    cities, table, "score", k=10, best="largest", null=null, measure="mean_km",
                    n_permutations=99, most_exact=0, rng=rng,
                )  # fmt: skip
                rejected[null] += result.p_value <= 0.05
        assert 0.018 <= rejected["blocks"] / 400 <= 0.09
        assert rejected["corridors"] > 1.5 * rejected["blocks"]

    @pytest.mark.rate
    def test_hub_preserving_null_where_partners_are_random(self):
        """Lists drawn at random among those with the same hubs: the p-value is uniform."""
        rng = np.random.default_rng(6)
        cities, corridors = world(10, 3, seed=4)
        start = build_top_list(
            cities, ranked(corridors, [(0, 5), (1, 6), (4, 7), (3, 4), (5, 6), (2, 9)]), "rank"
        )
        every = enumerate_degree_lists(start)
        rejected = 0
        for one in every[rng.integers(0, len(every), size=200)]:
            table = corridors.assign(rank=np.where(np.isin(np.arange(len(corridors)), one), 1.0, np.nan))
            rejected += proximity_test(cities, table, "rank", null="hubs", rng=rng).p_value <= 0.1
        assert 0.03 <= rejected / 200 <= 0.17
