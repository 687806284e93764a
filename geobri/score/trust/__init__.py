"""How far to believe an index: what is left to chance, what weights decide, what one indicator is worth.

`measure_uncertainty` and `measure_sensitivity` run an index again and again with its choices left to chance; `weightspace`
and `dominance` ask what holds whatever the weights; `removal` takes a node out; `variants` prepares the values otherwise.
"""
