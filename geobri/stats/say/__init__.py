"""Sentences from numbers, in English and Chinese: the only place of the statistics that writes prose.

Every function takes numbers and measures and gives a `Words`. A sentence names its test, its strata and what was left to
chance; it uses labels, not names of columns; and where p is above 5 % it asserts no direction.
"""

from geobri.stats.say.agreement import Verdict, say_agreement
from geobri.stats.say.classes import say_classes, say_curve
from geobri.stats.say.closeness import say_list
from geobri.stats.say.definitions import say_definitions, say_omitted
from geobri.stats.say.fits import say_fit
from geobri.stats.say.flows import (
    CORRELATIONS,
    say_correlation,
    say_decay,
    say_gravity,
    say_levels_alike,
    say_maps_correlation,
    say_presence,
    say_regression,
)
from geobri.stats.say.groups import (
    GroupNames,
    say_bounds,
    say_covariates,
    say_difference,
    say_dimensions,
    say_interaction,
    say_smoothness,
)
from geobri.stats.say.names import DISTANCE, called
from geobri.stats.say.neighbours import (
    say_bands,
    say_bivariate,
    say_corridor_dependence,
    say_dependence,
    say_joins,
    say_local,
    say_spatial_model,
    say_two_measures,
)
from geobri.stats.say.numbers import (
    LEVEL,
    bare_p,
    chance,
    interval,
    number,
    p_value,
    percent,
    say_impossible,
    say_refusal,
)
from geobri.stats.say.types import say_types, say_types_and_distance

__all__ = [
    "CORRELATIONS",
    "DISTANCE",
    "LEVEL",
    "GroupNames",
    "Verdict",
    "bare_p",
    "called",
    "chance",
    "interval",
    "number",
    "p_value",
    "percent",
    "say_agreement",
    "say_bands",
    "say_bivariate",
    "say_bounds",
    "say_classes",
    "say_correlation",
    "say_corridor_dependence",
    "say_covariates",
    "say_curve",
    "say_decay",
    "say_definitions",
    "say_dependence",
    "say_difference",
    "say_dimensions",
    "say_fit",
    "say_gravity",
    "say_impossible",
    "say_interaction",
    "say_joins",
    "say_levels_alike",
    "say_list",
    "say_local",
    "say_maps_correlation",
    "say_omitted",
    "say_presence",
    "say_refusal",
    "say_regression",
    "say_smoothness",
    "say_spatial_model",
    "say_two_measures",
    "say_types",
    "say_types_and_distance",
]
