"""What pairs mean where nobody said it: whether there and back may differ, and what a pair without a row is."""

from __future__ import annotations

from typing import Final

import pandas as pd

from geobri.measures import Taken
from geobri.study.reading.hints import Hints
from geobri.study.reading.parts import FolderParts
from geobri.words import Words

__all__ = ["say_choices"]

_PAIRS: Final = Words("pairs", "城市对")


def say_choices(hints: Hints, parts: FolderParts) -> None:
    """Choose what pairs mean where the user did not, and say it: direction, pairs without a row, the measure to open with.

    Parameters
    ----------
    hints
        What the user said.
    parts
        The flows; what was chosen is noted here.
    """
    if parts.flows is None:
        return
    if hints.directed is None and isinstance(parts.described.get("directed"), bool):
        parts.settings["directed"] = parts.described["directed"]
    elif hints.directed is None:
        parts.settings["directed"], because = _infer_directed(parts.flows)
        taken = Words("directed", "有方向") if parts.settings["directed"] else Words("undirected", "不分方向")
        other = "--undirected" if parts.settings["directed"] else "--directed"
        because += Words(f" (else: {other})", f"（若不然：{other}）")
        parts.taken.append(Taken(column=_PAIRS, taken=taken, because=because))
    else:
        parts.settings["directed"] = hints.directed
    is_flow = parts.flows["indicator"] != hints.impedance
    names = [str(name) for name in parts.flows.loc[is_flow, "indicator"].unique()]
    if hints.value in names:
        parts.said.insert(0, {"column": hints.value})
    if names and not is_flow.all():  # a separation is no flow: never the first measure, never added up
        parts.said += [{"column": names[0]}, {"column": hints.impedance, "of": "corridors", "better": "low"}]
    if (
        hints.absent is None
        and not parts.described
        and _leaves_pairs_out(parts.flows[is_flow], directed=parts.settings["directed"])
    ):
        because = Words(
            "tables do not say whether a pair without a row is unknown or none (else: --absent zero)",
            "表中未说明无记录是未知还是没有（若为没有：--absent zero）",
        )
        taken = Words("without a row, missing", "无记录者按缺失计")
        parts.taken.append(Taken(column=_PAIRS, taken=taken, because=because))
    if hints.absent is not None:
        parts.said += [{"column": name, "of": "corridors", "absent": hints.absent} for name in names]


def _leaves_pairs_out(flows: pd.DataFrame, *, directed: bool) -> bool:
    """Whether some pair of places has no row of some measure."""
    apart = flows[flows["origin"] != flows["destination"]]
    n_places = len(set(flows["origin"]) | set(flows["destination"]))
    possible = n_places * (n_places - 1) // (1 if directed else 2)
    listed = (
        apart.drop_duplicates(["indicator", "origin", "destination"])
        .groupby("indicator", observed=True)
        .size()
    )
    return bool((listed < possible).any())


def _infer_directed(flows: pd.DataFrame) -> tuple[bool, Words]:
    """Say whether there and back differ in any pair."""
    apart = flows[flows["origin"] != flows["destination"]]
    years = ["year"] if "year" in apart.columns else []
    key = ["indicator", "origin", "destination", *years]
    there = apart[[*key, "value"]]
    back = there.rename(columns={"origin": "destination", "destination": "origin", "value": "back"})
    both = there.merge(back, on=key)
    differ = (both["value"] != both["back"]) & ~(both["value"].isna() & both["back"].isna())
    n_pairs = len(both.loc[differ, ["origin", "destination"]].drop_duplicates()) // 2
    if n_pairs:
        verb = "say" if n_pairs > 1 else "says"
        return True, Words(
            f"{n_pairs:,} pair{'s' if n_pairs > 1 else ''} {verb} something else in the other direction",
            f"有 {n_pairs:,} 对地点往返数值不同",
        )
    if len(both):
        return False, Words("every pair that stands both ways says the same", "往返都列出的各对数值相同")
    return False, Words("no pair stands both ways", "没有往返都列出的地点对")
