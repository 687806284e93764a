"""Reference numbers from pyfixest and statsmodels.

Run from the repository root: ``python tests/reference/gravity/oracles.py``. Writes oracles.json. The table with
separated pairs is made here from directed.csv: city c02 sends nothing, and one covariate holds for empty pairs only.
"""

import json
import warnings

import numpy as np
import pandas as pd
import pyfixest as pf
import statsmodels
import statsmodels.api as sm

HERE = "tests/reference/gravity"


def separated():
    table = pd.read_csv(f"{HERE}/directed.csv")
    table.loc[table["origin"] == "c02", "flow"] = 0
    empty = table.index[(table["flow"] == 0) & (table["origin"] != "c02")]
    table["only_empty"] = 0
    table.loc[empty[:4], "only_empty"] = 1
    return table


def record(fit, names):
    return {
        "coefficient": {name: float(fit.coef()[name]) for name in names},
        "naive": {name: float(fit.vcov("iid").se()[name]) for name in names},
        "n": int(fit._N),
    }


def main():
    warnings.simplefilter("ignore")
    exact = {
        "iwls_tol": 1e-13,
        "fixef_tol": 1e-13,
        "iwls_maxiter": 200,
        "ssc": pf.ssc(k_adj=False, G_adj=False),
    }
    names = ["log(distance_km)", "same_region"]
    directed = pd.read_csv(f"{HERE}/directed.csv")
    two_way = pf.fepois("flow ~ log(distance_km) + same_region | origin + destination", directed, **exact)
    gaps = pf.fepois(
        "flow ~ log(distance_km) + same_region + only_empty | origin + destination",
        separated(),
        separation_check=["fe", "ir"],
        **exact,
    )
    undirected = pd.read_csv(f"{HERE}/undirected.csv")
    x = sm.add_constant(np.column_stack([np.log(undirected["distance_km"]), undirected["same_region"]]))
    poisson = sm.GLM(undirected["flow"], x, family=sm.families.Poisson()).fit(tol=1e-14, maxiter=200)
    start = np.r_[np.asarray(poisson.params), 1.0]
    rough = sm.NegativeBinomial(undirected["flow"], x).fit(
        method="bfgs", start_params=start, maxiter=500, disp=0
    )
    negbin = sm.NegativeBinomial(undirected["flow"], x).fit(
        method="newton", start_params=rough.params, maxiter=200, disp=0, tol=1e-14
    )
    probit = sm.Probit(undirected["linked"], x).fit(method="newton", disp=0, tol=1e-14)
    found = {
        "versions": {"pyfixest": pf.__version__, "statsmodels": statsmodels.__version__},
        "pyfixest-two-way": record(two_way, names),
        "pyfixest-separated": record(gaps, names),
        "statsmodels-poisson": {
            "coefficient": [float(b) for b in np.asarray(poisson.params)[1:]],
            "llf": float(poisson.llf),
        },
        "statsmodels-negbin": {
            "coefficient": [float(b) for b in np.asarray(negbin.params)[1:3]],
            "alpha": float(np.asarray(negbin.params)[3]),
            "llf": float(negbin.llf),
        },
        "statsmodels-probit": {
            "coefficient": [float(b) for b in np.asarray(probit.params)[1:]],
            "llf": float(probit.llf),
        },
    }
    with open(f"{HERE}/oracles.json", "w", encoding="utf-8") as file:  # noqa: PTH123 - a plain script
        json.dump(found, file, indent=1)


if __name__ == "__main__":
    main()
