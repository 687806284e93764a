"""A composite index as it is quoted from its makers: the Human Development Index of 2010."""

import numpy as np
import pandas as pd
import pytest

from geobri.score import aggregate, normalise


def human_development():
    """Each step of the example in technical note 1 of the Human Development Report 2010: as quoted, and ours."""
    china = pd.DataFrame({"life": [73.5], "mean years": [7.5], "expected years": [11.4], "income": [7263.0]})
    posts = {"life": (20, 83.2), "mean years": (0, 13.2), "expected years": (0, 20.6)}
    parts = pd.DataFrame(
        {
            name: normalise(china[name], "goalposts", low=low, high=high, scale=(0.0, 1.0))
            for name, (low, high) in posts.items()
        }
    )
    income = normalise(
        np.log(china["income"]), "goalposts", low=np.log(163), high=np.log(108211), scale=(0.0, 1.0)
    )
    years = aggregate(parts[["mean years", "expected years"]], [0.5, 0.5], "geometric")
    education = normalise(years, "goalposts", low=0.0, high=0.951, scale=(0.0, 1.0))
    three = pd.DataFrame({"life": parts["life"], "education": education, "income": income})
    index = aggregate(three, [1 / 3, 1 / 3, 1 / 3], "geometric")
    quoted = [0.847, 0.568, 0.553, 0.589, 0.584, 0.663]
    ours = [*parts.iloc[0], np.ravel(education)[0], income.iloc[0], np.ravel(index)[0]]
    return list(zip(quoted, ours, strict=True))


def test_the_human_development_index_of_china_as_quoted():
    for quoted, ours in human_development():
        assert ours == pytest.approx(quoted, abs=0.0007)  # the note rounds at every step
