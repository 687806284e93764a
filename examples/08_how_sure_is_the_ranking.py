"""How sure is the ranking?

Every index rests on choices that could have been made otherwise. Here the cities of Southeast Asia are ranked two thousand
times by their direct flights, all of them and for their size, with the choices left to chance that nothing decides.
The bars hold 90 % of the ranks that each city took.

What this does not show: errors in the data, and choices that were not declared. These are not confidence intervals.
Populations are those of a gazetteer, and cities near one airport share it: Chonburi leads because Bangkok's airport is near.
"""

from pathlib import Path

from geobri.score import build_index, measure_uncertainty, suggest_choices
from geobri.study import load_study

study = load_study(Path(__file__).parent / "studies" / "southeast-asia-air")
result = build_index(study.specification, study.cities, study.flows)
compiled = result.compiled("cities")
found = measure_uncertainty(compiled, suggest_choices(compiled), n_runs=2000, rng=1)
print(found.summary())

found.plot()
