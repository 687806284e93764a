"""The verbs of the statistics take their arguments in one order, and call one thing by one word."""

import inspect

import pytest

from geobri import stats
from geobri.stats import groups
from geobri.stats.places import Column

ORDER = ("cities", "corridors", "value")
MEASURES = {"value", "flow", "presence"}
"""What is tested: a value; a flow where it cannot be negative; a presence where it is yes or no."""
OTHER_WORDS = {
    "n_permutations": {
        "permutations",
        "n_perm",
        "nperm",
        "n_simulations",
        "n_draws",
        "draws",
        "n_maps",
        "n_randomisations",
    },
    "alternative": {"direction", "tail", "tails", "side", "greater", "one_sided"},
    "confidence": {"conf_level", "ci_level", "interval_level", "coverage"},
    "rng": {"seed", "random_state", "generator"},
    "group": {"groups", "label", "treatment"},
    "graph": {"w", "neighbors"},
    "impedance": {"cost", "separation"},
}
VERBS = [*stats._VERBS, *stats._NEAR, "corridor_regression_test", "corridor_interaction_test"]


def parameters(verb):
    return inspect.signature(getattr(stats, verb, None) or getattr(groups, verb)).parameters


@pytest.mark.parametrize("verb", VERBS)
def test_cities_come_before_corridors_and_corridors_before_the_measure(verb):
    positional = [
        "value" if name in MEASURES else name
        for name, one in parameters(verb).items()
        if one.kind is not one.KEYWORD_ONLY
    ]
    known = [name for name in positional if name in ORDER]
    assert known == sorted(known, key=ORDER.index)
    assert positional[: len(known)] == known  # nothing stands before them


@pytest.mark.parametrize("verb", VERBS)
def test_one_thing_has_one_word(verb):
    strange = {
        name: word for word, others in OTHER_WORDS.items() for name in parameters(verb) if name in others
    }
    assert strange == {}


@pytest.mark.parametrize("verb", VERBS)
def test_choices_are_named_and_chance_is_reproducible(verb):
    choices = ("alternative", "confidence", "n_permutations", "two_sided", "blocks", "rng", "directed")
    given = parameters(verb)
    loose = [
        name for name in choices if name in given and given[name].kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    assert loose == ([] if verb != "permutation_p_value" else ["alternative"])
    assert "rng" in given or "n_permutations" not in given


@pytest.mark.parametrize(
    "verb", ["decay_test", "fit_gravity", "presence_test", "dyadic_tests", "pair_regression_test"]
)
def test_tests_of_pairs_take_measures(verb):
    measure = next(name for name in parameters(verb) if name in MEASURES)
    assert parameters(verb)[measure].annotation in ("Column", Column)


def test_a_confidence_is_the_level_of_intervals_and_a_level_that_of_a_verdict():
    for verb in VERBS:
        for name, wanted in (("confidence", 0.95), ("level", 0.05)):
            if name in parameters(verb):
                assert parameters(verb)[name].default == wanted, verb


CHAPTERS = ("dyads", "flows", "groups", "null", "proximity", "spatial")
BY_DISTRIBUTION = {"monte_carlo_error", "normal_p_value", "build_form"}
"""What takes a side, but counts no tails."""


def functions_of(chapter):
    for name in getattr(stats, chapter).__all__:
        one = getattr(getattr(stats, chapter), name)
        if inspect.isfunction(one) and name not in BY_DISTRIBUTION:
            yield name, set(inspect.signature(one).parameters), " ".join((one.__doc__ or "").split())


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_test_says_what_two_sided_means(chapter):
    silent = [
        name
        for name, asked, said in functions_of(chapter)
        if "alternative" in asked and "twice the smaller tail" not in said
    ]
    assert silent == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_who_counts_absolute_values_says_whose_count_that_is(chapter):
    silent = [
        name
        for name, asked, said in functions_of(chapter)
        if "two_sided" in asked and not ("absolute" in said and "sna and asnipe" in said)
    ]
    assert silent == []
