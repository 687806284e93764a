import geopandas as gpd
import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def towns():
    """120 places on the whole globe, in shuffled order, a few without region or coast."""
    rng = np.random.default_rng(5)
    n = 120
    lat, lon = np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)
    frame = gpd.GeoDataFrame(
        {
            "name": [f"Town {i}" for i in range(n)],
            "country": rng.choice(["CHN", "FRA", "BRA", "KEN", "USA"], n),
            "region": rng.choice(["Asia", "Europe", "Africa"], n).astype(object),
            "coastal": pd.array(rng.random(n) < 0.4, dtype="boolean"),
            "people": rng.lognormal(11, 1, n),
            "green": rng.normal(50, 10, n),
        },
        index=pd.Index([f"t{i:03d}" for i in rng.permutation(n)], name="city"),
        geometry=gpd.points_from_xy(lon, lat),
        crs=4326,
    )
    frame.loc[frame.index[7], "region"] = None
    frame.loc[frame.index[9], "coastal"] = pd.NA
    return frame


@pytest.fixture(scope="session")
def trade(towns):
    """Directed flows of a third of all ordered pairs, counts with a friction of 1.2."""
    rng = np.random.default_rng(6)
    slugs = np.sort(towns.index.to_numpy(dtype=object))
    place = towns.loc[slugs]
    origin, destination = np.nonzero(~np.eye(len(slugs), dtype=bool))
    from geobri.geodesy import distance_km

    x, y = place.geometry.x.to_numpy(), place.geometry.y.to_numpy()
    km = distance_km(x[origin], y[origin], x[destination], y[destination])
    mass = place["people"].to_numpy()
    value = rng.poisson(mass[origin] * mass[destination] * km**-1.2 / 3e5).astype(float)
    rows = pd.DataFrame(
        {"indicator": "trade", "origin": slugs[origin], "destination": slugs[destination], "value": value}
    )
    return rows[value > 0].sample(frac=1.0, random_state=1).reset_index(drop=True)
