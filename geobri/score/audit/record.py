"""What an audit of a published ranking found, how it is said, tabulated and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from geobri.charts import draw_intervals
from geobri.fonts import use_letters
from geobri.notebooks import Told
from geobri.score.audit.bounds import INDEX_NODE
from geobri.score.audit.feasibility import (
    NearestWeights,
)
from geobri.score.audit.polytope import (
    RankPolytope,
)
from geobri.score.audit.reversals import FewestReversals
from geobri.score.plotting import to_html
from geobri.words import Words

__all__ = ["AUDIT_COLUMNS", "RankingAudit"]

AUDIT_COLUMNS = ("question", "quantity", "node", "city", "other_city", "value", "lower", "upper", "note")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RankingAudit(Told):
    """What the ranks of an index say about the index.

    Attributes
    ----------
    weights
        The answer for weighted means of the dimension *ranks*; None where a dimension rank is missing, or
        shared by cities between which nothing is known.
    weights_possible
        Whether some weights on the dimension ranks give the overall order.
    scores_possible
        Whether some scores, in the order of every dimension's ranks, give the overall order under
        the published weights.
    scores_margin
        The largest gap, in points of 0 to 100, that neighbours in every ranking, of the dimensions and overall, can keep at
        once; not positive if no scores exist.
    overall_margin
        The largest gap that neighbours in the overall ranking can keep, while neighbours in a dimension may come as close as
        they like; not a number if no scores exist.
    anchored
        Dimensions that were taken to run from 0 (the worst city) to 100 (the best).
    fewest
        The weights on dimension ranks that reverse or tie the fewest pairs, where no weights give the order and there are at
        most 500 pairs; else None.
    example
        Scores that reach the margin, or the nearest ones if none exist; cities by dimensions.
    violations
        Pairs that stay in the wrong order under the nearest scores: `better, worse, violation`.
    contradictions
        Relations that cannot all hold: `kind, name, better, worse, multiplier`; empty if scores exist.
    bounds
        Exact bounds of every score: `city, node, lower, upper`; None if there are none.
    polytope
        The consistent scores as inequalities, for `sample_scores`; without the overall orders where
        those contradict the dimensions.
    importance
        The weights that were taken as published.
    choices
        Ties, anchors and least gap.
    """

    weights: NearestWeights | None
    weights_possible: bool | None
    scores_possible: bool
    scores_margin: float
    overall_margin: float
    anchored: tuple[str, ...]
    fewest: FewestReversals | None
    example: pd.DataFrame
    violations: pd.DataFrame
    contradictions: pd.DataFrame
    bounds: pd.DataFrame | None
    polytope: RankPolytope
    importance: pd.Series
    choices: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Freeze what the record holds."""
        object.__setattr__(self, "choices", MappingProxyType(dict(self.choices)))

    def summary(self, language: Literal["en", "zh"] = "en", *, names: Mapping[str, str] | None = None) -> str:
        """Say the findings in three sentences: weights on ranks, scores behind ranks, and what was assumed.

        Parameters
        ----------
        language
            English or Chinese.
        names
            What to call the dimensions; their labels by default.

        Returns
        -------
        str
            The answers to both questions with their margins, and the assumption on the scale.
        """
        assumption = self.assumption(language, names=names)
        if language == "zh":
            return f"{self._say_weights_zh()}{self._say_scores_zh()}{assumption}"
        return f"{self._say_weights()} {self._say_scores()} {assumption}"

    def assumption(
        self, language: Literal["en", "zh"] = "en", *, names: Mapping[str, str] | None = None
    ) -> str:
        """Say what was assumed of the scale, on which bounds and draws rest.

        Parameters
        ----------
        language
            English or Chinese.
        names
            What to call the dimensions; their labels by default.

        Returns
        -------
        str
            A sentence.
        """
        called = [str((names or {}).get(name, name)) for name in self.anchored]
        if language == "zh":
            if not called:
                return "未假定任何维度的得分范围为 0 至 100。"
            return f"假定下列维度最差城市得 0 分、最优城市得 100 分：{'、'.join(called)}。"
        if not called:
            return "No dimension was taken to run from 0 to 100."
        return f"Taken to run from 0 (the worst city) to 100 (the best): {', '.join(called)}."

    def _say_weights(self) -> str:
        found = self.weights
        if found is None:
            return (
                "Dimension ranks are incomplete or lists of the top, so weighted mean ranks were not tried."
            )
        if self.weights_possible:
            return f"Some weights on the dimension ranks give the overall order (largest margin {found.margin:.3g} ranks)."
        fewest = self.fewest
        least = (
            "" if fewest is None else f" at least {fewest.least_possible} pairs stay reversed or tied, and"
        )
        return (
            f"No weights on the dimension ranks give the overall order:{least} the weights with the smallest total violation "
            f"({found.total_violation:.3g} ranks) reverse {len(found.pairs)} and tie {found.n_tied}."
        )

    def _say_weights_zh(self) -> str:
        found = self.weights
        if found is None:
            return "维度排序不完整或仅列出前若干名，故未检验加权平均排序。"
        if self.weights_possible:
            return f"存在一组权重，使维度排序的加权平均得到综合排序（最大间隔 {found.margin:.3g} 位）。"
        least = "" if self.fewest is None else f"至少有 {self.fewest.least_possible} 对城市次序相反或并列；"
        return (
            f"没有任何权重能使维度排序的加权平均得到综合排序：{least}总偏差最小的一组权重（{found.total_violation:.3g} 位）"
            f"使 {len(found.pairs)} 对次序相反、{found.n_tied} 对并列。"
        )

    def _say_scores(self) -> str:
        if self.scores_possible:
            return (
                "Scores in the order of every dimension's ranks exist that give the overall order under the published weights: "
                f"neighbours in every ranking can stay {self.scores_margin:.3g} points apart at once, neighbours in the overall "
                f"ranking alone {self.overall_margin:.3g}."
            )
        return (
            "No scores in the order of every dimension's ranks give the overall order under the published "
            f"weights: {len(self.contradictions)} relations contradict each other, and the nearest scores "
            f"leave {len(self.violations)} pairs reversed."
        )

    def _say_scores_zh(self) -> str:
        if self.scores_possible:
            return (
                "存在与各维度排序一致的得分，在已发布权重下得到综合排序："
                f"若要求各项排序中的相邻城市同时拉开差距，最多可相差 {self.scores_margin:.3g} 分；"
                f"仅要求综合排序的相邻城市拉开差距，最多可相差 {self.overall_margin:.3g} 分。"
            )
        return (
            "没有任何与各维度排序一致的得分能在已发布权重下得到综合排序："
            f"{len(self.contradictions)} 项关系相互矛盾，最接近的得分仍使 {len(self.violations)} 对城市次序相反。"
        )

    def to_frame(self) -> pd.DataFrame:
        """Give the audit as tidy rows, the content of `audit.csv`.

        Returns
        -------
        pandas.DataFrame
            Columns `AUDIT_COLUMNS`; `question` is "weights on ranks", "scores behind ranks", "assumption" or "bounds".
            Of an assumption, `value` is 1 for a dimension that was taken to run from 0 to 100, and 0 for the others.
        """
        rows = [*self._weight_rows(), *self._score_rows(), *self._assumption_rows()]
        if self.bounds is not None:
            rows.extend(
                {
                    "question": "bounds",
                    "quantity": "score",
                    "node": one.node,
                    "city": one.city,
                    "lower": one.lower,
                    "upper": one.upper,
                }
                for one in self.bounds.itertuples(index=False)
            )
        return pd.DataFrame(rows, columns=list(AUDIT_COLUMNS))

    def _weight_rows(self) -> list[dict[str, Any]]:
        found, question = self.weights, "weights on ranks"
        if found is None:
            return [{"question": question, "quantity": "possible", "note": self._say_weights()}]
        rows: list[dict[str, Any]] = [
            {
                "question": question,
                "quantity": "possible",
                "value": float(bool(self.weights_possible)),
                "note": self._say_weights(),
            },
            {"question": question, "quantity": "margin", "value": found.margin},
            {"question": question, "quantity": "total violation", "value": found.total_violation},
            {"question": question, "quantity": "pairs reversed", "value": float(len(found.pairs))},
            {"question": question, "quantity": "pairs tied", "value": float(found.n_tied)},
        ]
        if self.fewest is not None:
            least = float(self.fewest.least_possible)
            rows.append({"question": question, "quantity": "least pairs reversed or tied", "value": least})
        for quantity, weights in (("best weight", found.best), ("nearest weight", found.nearest)):
            rows += [
                {"question": question, "quantity": quantity, "node": n, "value": v}
                for n, v in weights.items()
            ]
        return rows + _pair_rows(question, "reversed pair", found.pairs, "violation")

    def _score_rows(self) -> list[dict[str, Any]]:
        question = "scores behind ranks"
        rows: list[dict[str, Any]] = [
            {
                "question": question,
                "quantity": "possible",
                "value": float(self.scores_possible),
                "note": self._say_scores(),
            },
            {
                "question": question,
                "quantity": "margin",
                "value": self.scores_margin,
                "note": "neighbours in every ranking apart at once",
            },
            {
                "question": question,
                "quantity": "overall margin",
                "value": self.overall_margin,
                "note": "neighbours in the overall ranking apart",
            },
        ]
        rows += _pair_rows(question, "reversed pair", self.violations, "violation")
        return rows + _pair_rows(question, "contradiction", self.contradictions, "multiplier")

    def _assumption_rows(self) -> list[dict[str, Any]]:
        note = self.assumption()
        return [
            {
                "question": "assumption",
                "quantity": "runs from 0 to 100",
                "node": str(name),
                "value": float(name in self.anchored),
                "note": note,
            }
            for name in self.example.columns
        ]

    def plot(self, ax: Any = None, *, lang: Literal["en", "zh"] = "en") -> Any:
        """Draw the bounds of the index with the example scores as points.

        Parameters
        ----------
        ax
            Matplotlib axes to draw into; new ones by default.
        lang
            Language of the labels; Chinese needs a font that has its letters.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn into.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        """
        total = self.example @ self.importance
        if self.bounds is None:
            table = pd.DataFrame({"city": total.index, "lower": total, "upper": total, "value": total})
        else:
            own = self.bounds[self.bounds["node"] == INDEX_NODE]
            table = own.assign(value=total.reindex(own["city"]).to_numpy())
        table = table.sort_values("value", ascending=False)
        axis = Words("index, points: bounds, and one example", "指数得分：上下界与一个示例")
        with use_letters(lang):
            return draw_intervals(
                table["city"].astype(str).to_list(),
                table["lower"],
                table["upper"],
                table["value"],
                x_label=f"{axis.say(lang)}\n{self.assumption(lang)}",
                ax=ax,
            )

    def _repr_html_(self) -> str:
        return to_html(self.summary(), self.to_frame())


def _pair_rows(question: str, quantity: str, pairs: pd.DataFrame, value: str) -> list[dict[str, Any]]:
    named = "name" in pairs.columns
    return [
        {
            "question": question,
            "quantity": quantity,
            "node": one["name"] if named else INDEX_NODE,
            "city": one["better"],
            "other_city": one["worse"],
            "value": one[value],
        }
        for one in pairs.to_dict("records")
    ]
