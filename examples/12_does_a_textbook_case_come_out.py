"""Does a textbook case come out?

Dennett's primer on spatial interaction (2012) fits Wilson's four models to migration between the nine states of Austria.
geobri's fit of the doubly constrained model gives the published friction, 0.00792 per km, from the same
numbers, here as a study folder of its own. The plot sets fitted against observed migrants.

What this does not show: that people mind kilometres. Nine states make 72 pairs of nine places, centres stand for whole
states, and friction takes in whatever else grows with distance. An exponential was assumed, not found.
"""

from pathlib import Path

import matplotlib.pyplot as plt

from geobri.stats.flows import fit_wilson
from geobri.study import load_study

study = load_study(Path(__file__).parent / "studies" / "austria-migration")
fit = fit_wilson(study.corridors, flow="migrants", impedance="centre_km", constraint="doubly")
print(f"friction {fit.friction[0]:.5f} per km (published: 0.00792)")

axes = plt.subplots(figsize=(5, 5), layout="constrained")[1]
axes.set(xscale="log", yscale="log", xlabel="observed migrants", ylabel="fitted migrants")
axes.plot([5, 20000], [5, 20000], color="#999999", linewidth=0.8)
axes.scatter(study.corridors["migrants"], fit.fitted, color="#26547c", s=18)
axes
