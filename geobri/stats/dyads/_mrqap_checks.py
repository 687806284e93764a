"""What MRQAP refuses: choices that do not go together, and responses that do not suit their family."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from geobri.errors import DataError, SpecificationError, mould
from geobri.stats.dyads.inputs import Matrix
from geobri.stats.models.separation import check_not_separated, find_separated_pairs
from geobri.stats.results import FloatArray
from geobri.words import Words

__all__ = ["SCHEMES", "STATISTICS", "check_choices", "check_degrees", "check_overlap", "check_response"]

STATISTICS: dict[str, tuple[str, ...]] = {
    "gaussian": ("t", "coefficient"),
    "logit": ("score", "wald", "coefficient"),
    "probit": ("score", "wald", "coefficient"),
    "poisson": ("score", "wald", "coefficient"),
}


SCHEMES = {
    "double-semi-partialling": Words("double semi-partialling", "双重半偏置换"),
    "x": Words("X-permutation", "置换 X"),
    "y": Words("Y-permutation", "置换 Y"),
}


def check_choices(family: str, scheme: str, statistic: str, x: Mapping[str, Matrix], response: str) -> None:
    """Refuse a family, a scheme and a statistic that do not go together, and covariates that are none."""
    caller = "mrqap_test"
    if family not in STATISTICS:
        remedy = f"Say one of {', '.join(STATISTICS)}"
        raise SpecificationError(
            mould(
                caller,
                Words("family must be known", "分布族（family）须为已知的名称"),
                Words(repr(family)),
                remedy,
            )
        )
    if scheme not in SCHEMES:
        remedy = f"Say one of {', '.join(SCHEMES)}"
        raise SpecificationError(
            mould(
                caller,
                Words("scheme must be known", "置换方案（scheme）须为已知的名称"),
                Words(repr(scheme)),
                remedy,
            )
        )
    if statistic not in STATISTICS[family] or (statistic == "score" and scheme == "y"):
        possible = [one for one in STATISTICS[family] if one != "score" or scheme != "y"]
        wanted = Words(
            f"statistic must suit family={family!r} and scheme={scheme!r}",
            f"统计量须与family={family!r}和scheme={scheme!r}相配",
        )
        raise SpecificationError(
            mould(caller, wanted, Words(repr(statistic)), f"Say one of {', '.join(possible)}")
        )
    if response in x:
        came = f"a covariate {response!r} too"
        remedy = "Pass name=, or call the covariate something else"
        raise SpecificationError(
            mould(
                caller,
                Words(f"y is called {response!r}", f"因变量名为{response!r}，协变量不得同名"),
                came,
                remedy,
            )
        )
    if not x:
        remedy = "Pass pair matrices by name"
        raise SpecificationError(
            mould(caller, Words("at least one covariate is needed", "至少需要一个协变量"), "none", remedy)
        )


def check_response(y: FloatArray, family: str, name: str) -> None:
    """Refuse a response that does not suit its family."""
    if family in ("logit", "probit") and not np.isin(y, (0.0, 1.0)).all():
        came = f"{int((~np.isin(y, (0.0, 1.0))).sum())} other values"
        raise DataError(
            mould("mrqap_test", f"{name} must be 0 or 1 for {family}", came, "Make it a yes-no matrix"),
            zh="此模型的响应变量只能为0或1。",
        )
    if family == "poisson" and (y < 0).any():
        came = f"{int((y < 0).sum())} negative values"
        raise DataError(
            mould("mrqap_test", f"{name} must be at least 0 for poisson", came, "Check the flows"),
            zh=f"泊松模型的响应变量不得为负：{int((y < 0).sum())}个为负。",
        )


def check_degrees(pairs: int, covariates: int) -> None:
    """Refuse more coefficients than there are pairs."""
    if pairs <= covariates + 1:
        came = f"{pairs} pairs for {covariates + 1} coefficients"
        raise DataError(
            mould("mrqap_test", "more pairs than coefficients are needed", came, "Use fewer covariates"),
            zh=f"城市对须多于系数：{pairs}对，{covariates + 1}个系数。",
        )


def check_overlap(y: FloatArray, design: FloatArray, family: str) -> None:
    """Refuse covariates that tell zeros from the rest without error."""
    if family != "poisson":
        check_not_separated(y, design, caller="mrqap_test")
        return
    count = int(find_separated_pairs(y, design, None).sum())
    if count:
        remedy = "Leave out the covariate that tells zeros from the rest without error"
        came = f"{count} of {len(y)} pairs whose zeros are predicted without error"
        raise DataError(
            mould("mrqap_test", "the response must not be separated", came, remedy),
            zh=f"响应变量不得被完全分离：{len(y)}对中有{count}对的零可被完全预测。",
        )
