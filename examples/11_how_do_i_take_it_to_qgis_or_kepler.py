"""How do I take it to QGIS or kepler.gl?

One study, three ways out: a GeoPackage for QGIS (`geobri report` writes a styled one), GeoParquet for data work, and a table of arcs
for kepler.gl. What is read back is what was written; the last line draws it from the file. On the command line:
`geobri export bri22 --to corridors.gpkg`, `geobri export bri22 --to arcs.csv --format kepler`.

What this does not show: lines across 180°. They are cut there in every file, as RFC 7946 asks; a program that wraps the
world draws both halves, and a program that simplifies lines may not.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from geobri.exchange import read_layer, to_kepler, write_layer
from geobri.figures import draw_print_map
from geobri.study import load_study

study = load_study("bri22")
with TemporaryDirectory() as folder:
    package = write_layer(study.corridors, Path(folder) / "corridors.gpkg")
    parquet = write_layer(study.corridors, Path(folder) / "corridors.parquet")
    print({path.name: path.stat().st_size for path in (package, parquet)})
    corridors = read_layer(parquet)

print(to_kepler(study.cities, study.corridors).head(3).T)
draw_print_map(study.cities, corridors, "rank_facility")
