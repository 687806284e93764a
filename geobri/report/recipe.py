"""Recipes: one TOML file says which map to draw, so that a published map can be made again with one command."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from geobri.errors import InputError, SpecificationError, mould
from geobri.inputs import read_toml
from geobri.report.maps import draw_layer_map, draw_map
from geobri.stats.spatial import KIND_COLOURS, LocalResult
from geobri.study import Study, load_study
from geobri.study.questions import run_moran
from geobri.webmap import CorridorMap
from geobri.webmap.config import check_views
from geobri.webmap.zones import is_vector_file

__all__ = ["Recipe", "draw_recipe", "load_recipe"]

_KEYS: Final[dict[str, type]] = {
    "study": str,
    "value": str,
    "city_value": str,
    "clusters": str,
    "title": str,
    "title_zh": str,
    "lang": str,
    "theme": str,
    "basemap": str,
    "worldview": str,
    "attribution": str,
    "approval": str,
    "approval_zh": str,
    "panel": str,
    "state": dict,
    "view": list,
}
_CHOICES: Final = {
    "lang": ("en", "zh"),
    "theme": ("auto", "light", "dark"),
    "worldview": ("ne", "china"),
    "panel": ("open", "closed"),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a recipe says.

    Attributes
    ----------
    study
        Built-in name, or a study folder (relative to the recipe).
    settings
        The remaining keys: `value, city_value, clusters, title, title_zh, lang, theme, basemap, worldview, attribution, approval,
        approval_zh, panel, state`, and `views` of every `[[view]]`.
    """

    study: str | Path
    settings: dict[str, Any] = field(default_factory=dict)


def load_recipe(path: str | Path) -> Recipe:
    """Read a recipe.

    Parameters
    ----------
    path
        A TOML file, such as those in `maps/`.

    Returns
    -------
    Recipe
        What to draw.

    Raises
    ------
    SpecificationError
        If the file is no TOML or says something unknown; all faults at once.
    """
    path = Path(path)
    try:
        said = read_toml(path, caller="geobri map")
    except InputError as error:
        raise SpecificationError(str(error)) from error
    faults = [_fault(name, value) for name, value in said.items()]
    found = [fault for fault in faults if fault] + (
        [] if "study" in said else ["a recipe must name its 'study'"]
    )
    if found:
        raise SpecificationError(
            f"geobri map: the recipe {path.name} has {len(found)} faults: " + "; ".join(found) + "."
        )
    study = said.pop("study")
    if "view" in said:
        said["views"] = said.pop("view")
    if is_vector_file(said.get("basemap")):
        said["basemap"] = str(path.parent / said["basemap"])
    folder = path.parent / study
    return Recipe(folder if folder.is_dir() else study, said)


def _fault(name: str, value: object) -> str:
    if name not in _KEYS:
        return f"unknown key '{name}' (known: {', '.join(_KEYS)})"
    if not isinstance(value, _KEYS[name]):
        return f"'{name}' must be a {_KEYS[name].__name__}, got {value!r}"
    if name == "view":
        try:
            check_views(value, caller="view")
        except SpecificationError as error:
            return str(error).removesuffix(".")
    if name in _CHOICES and value not in _CHOICES[name]:
        return f"'{name}' must be one of {', '.join(_CHOICES[name])}, got {value!r}"
    return ""


def draw_recipe(recipe: Recipe, **overrides: Any) -> CorridorMap:
    """Draw the map of a recipe.

    Parameters
    ----------
    recipe
        From `load_recipe`.
    **overrides
        Choices that win over the recipe's, where they are not None.

    Returns
    -------
    CorridorMap
        A folium map.

    Raises
    ------
    SpecificationError
        If the recipe names a value that its study does not have.
    """
    study = load_study(recipe.study)
    settings = recipe.settings | {name: value for name, value in overrides.items() if value is not None}
    _check_values(study, settings)
    if "clusters" in settings:
        return _draw_clusters(study, settings.pop("clusters"), settings)
    return draw_map(study, **settings)


def _draw_clusters(study: Study, column: str, settings: dict[str, Any]) -> CorridorMap:
    """Colour the cities by what kind of place each is: a high among highs, a low among lows, or neither."""
    local = next(result for result in run_moran(study, column) if isinstance(result, LocalResult))
    layer = local.to_layer(study.cities)
    return draw_layer_map(study, layer, "kind", colours=KIND_COLOURS, **settings)


def _check_values(study: Study, settings: dict[str, Any]) -> None:
    offers = {
        "value": study.corridor_measures,
        "city_value": study.city_measures,
        "clusters": study.city_measures,
    }
    for name, offered in offers.items():
        columns = [one.column for one in offered]
        if name in settings and settings[name] not in columns:
            wanted = f"'{name}' must be one of the study's: {', '.join(columns) or 'none'}"
            raise SpecificationError(
                mould("geobri map", wanted, repr(settings[name]), "Choose one of them, or leave it out")
            )
