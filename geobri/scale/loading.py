"""From a study folder to a recipe: which pairs there are, what is computed of them, and what orders them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from geobri.errors import StudyError, mould
from geobri.scale.blocks import Block
from geobri.scale.city_index import score_cities
from geobri.scale.index import check_scalable, prepare_scorer
from geobri.scale.places import BANDS_KM, Gravity, PairDomain, build_inputs
from geobri.scale.recipe import Recipe
from geobri.score.spec import IndexSpec
from geobri.study.loading import load_undrawn
from geobri.study.model import Study
from geobri.study.pairs import choose_year

__all__ = ["ScaleStudy", "load_scale_study"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScaleStudy:
    """A study that is computed block by block.

    Attributes
    ----------
    study
        Cities, flows and what they mean; its table of corridors is empty.
    spec
        The index; None without.
    flows
        The rows of the year that each measure shows.
    recipe
        What is computed of every pair; the index is not in it before `with_index`.
    """

    study: Study
    spec: IndexSpec | None
    flows: pd.DataFrame | None
    recipe: Recipe

    def with_index(self, *, done: Callable[[Block], None] | None = None, **choices: Any) -> ScaleStudy:
        """Find the scale of the index of corridors, the first of two passes.

        Parameters
        ----------
        done
            Called after every block.
        **choices
            `workers`, `scheduler` and `blocks`, as for `reduce_pairs`.

        Returns
        -------
        ScaleStudy
            With the index in its recipe, which then orders the corridors unless another measure was named.
        """
        if self.spec is None or not self.spec.choices.corridors:
            return self
        scorer = prepare_scorer(
            self.spec, self.study.cities, self.flows, self.recipe.inputs, done=done, **choices
        )
        rank_by = self.recipe.rank_by or scorer.nodes[0]
        return replace(self, recipe=replace(self.recipe, scorer=scorer, rank_by=rank_by))

    def city_scores(self) -> pd.DataFrame | None:
        """Score the cities.

        Returns
        -------
        pandas.DataFrame or None
            Every node and its rank; None without an index.
        """
        if self.spec is None:
            return None
        return score_cities(self.spec, self.study.cities, self.flows, self.recipe.inputs)


def load_scale_study(
    study: str | Path,
    *,
    year: int | None = None,
    gravity: Gravity | None = None,
    distance: Literal["sphere", "geodesic"] = "sphere",
    edges_km: tuple[float, ...] = BANDS_KM,
    rank_by: str | None = None,
    top: int = 1000,
) -> ScaleStudy:
    """Read a study folder for blocks of pairs.

    Parameters
    ----------
    study
        The folder.
    year
        The year to show; the latest of each measure by default.
    gravity
        A score from masses of the cities.
    distance, edges_km
        How distances are measured, and where their bands begin.
    rank_by
        The measure that orders corridors; by default the index, else gravity, else the first flow.
    top
        How many corridors are kept.

    Returns
    -------
    ScaleStudy
        Ready to be run.

    Raises
    ------
    StudyError
        If the folder has faults, or there is nothing to order corridors by that is named.
    SpecificationError
        If the index needs all pairs at once.
    """
    loaded, spec = load_undrawn(study, year=year)
    if spec is not None:
        check_scalable(spec)
    flows = None if loaded.flows is None else choose_year(loaded.flows, loaded.corridor_measures)
    inputs = build_inputs(
        loaded.cities,
        flows=flows,
        measures=loaded.corridor_measures,
        directed=loaded.directed if spec is None else spec.choices.directed,
        domain=_domain(loaded, spec),
        distance=distance,
        edges_km=edges_km,
        gravity=gravity,
    )
    recipe = Recipe(inputs=inputs, top=top)
    known = [one.column for one in recipe.measures]
    nodes = (
        []
        if spec is None or not spec.choices.corridors
        else [name for name in spec.nodes if name not in {leaf.name for leaf in spec.indicators}]
    )
    if rank_by is not None and rank_by not in [*known, *nodes]:
        came = f"{rank_by!r}, and of the study {', '.join([*known, *nodes]) or 'nothing'}"
        raise StudyError(
            mould("geobri scale", "--rank-by names a measure of pairs", came, "Choose one of these")
        )
    chosen = rank_by or ("" if nodes else next(iter(known), ""))
    return ScaleStudy(study=loaded, spec=spec, flows=flows, recipe=replace(recipe, rank_by=chosen))


def _domain(study: Study, spec: IndexSpec | None) -> PairDomain:
    if spec is not None:
        return "international" if spec.choices.domestic == "exclude" else "all"
    return "international" if study.domain == "international" else "all"
