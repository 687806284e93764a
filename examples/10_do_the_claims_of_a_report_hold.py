"""Do the claims of a report hold?

Every checkable sentence of the report is written down as data, with the test that its own tables allow. The verdicts are
computed: "contradicted" means that printed values of the same report deny the sentence, "partly" that an effect has
the claimed direction and chance could give it as well.

What this does not show: the truth of claims that need data nobody printed. They are counted as untestable, and
they are many. A claim that holds in the tables is as good as the tables.
"""

import matplotlib.pyplot as plt

from geobri.datasets import bri22
from geobri.findings import VERDICTS, evaluate_claims

ledger = evaluate_claims(bri22(), rng=2021)
print(ledger.summary())
for entry in ledger.headline:
    if entry.verdict in {"fails", "contradicted"}:
        print(f"{entry.verdict:12s} {entry.claim.en} {entry.figures}")

verdicts = [entry.verdict for entry in ledger.headline]
axes = plt.subplots(figsize=(7, 3), layout="constrained")[1]
axes.set_xlabel("claims")
axes.barh(list(VERDICTS)[::-1], [verdicts.count(name) for name in VERDICTS][::-1], color="#26547c")
axes
