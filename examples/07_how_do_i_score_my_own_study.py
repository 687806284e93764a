"""How do I score my own study?

A study is a folder: cities.csv, flows.csv, index.toml and study.toml. `geobri new FOLDER` makes a commented one to
start from; here it is made, checked, loaded and mapped: the index is a measure like any other. Not every pair has a trade figure: the
sum over partners is taken over those that are known, as `city_missing = "observed"` in index.toml asks. On the command line: `geobri new`, `check`, `score`, `report`.

What this does not show: anything about the world. The numbers of the template are invented, to show the form. And a sum
over known partners puts cities with gaps lower than they are; the result warns of that.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import geobri
from geobri.score import list_contributions
from geobri.study import check_study, load_study
from geobri.study.template import create_study

with TemporaryDirectory() as place:
    folder = Path(place) / "my-study"
    create_study(folder)
    print("faults:", check_study(folder))
    study = load_study(folder)

print(study.scores.cities[["overall", "rank_overall"]].sort_values("rank_overall").round(1))
print(list_contributions(study.scores, "singapore").head())

measures = study.shown("corridors")  # the index first, its dimensions, then what stands in flows.csv
geobri.corridor_map(study.cities, study.corridors, measures[0], values=measures, title=study.title)
