"""Hostile strings in every field of a study, through every output; pages and drawings are opened in Chromium, where a canary would sing."""

import csv
import json
import os
import xml.etree.ElementTree as ET
import zipfile
from itertools import product

import geopandas as gpd
import pytest

from geobri import cli
from geobri.exchange import from_kepler, read_layer
from geobri.figures import draw_print_map, save_figure
from geobri.study import load_study
from geobri.study.reading import read_table

STARTS = [0, 3, 6, 9, 12] if os.environ.get("GEOBRI_FAULTS") == "all" else [0]
"""From where the strings are dealt out to the fields: each field meets several with `make faults`."""
STRINGS = [
    '<script>window.canary="script"</script>',
    "<img src=x onerror='window.canary=\"image\"'>",
    '"><svg onload="window.canary=1">',
    '</script><script>window.canary="closed"</script>',
    "${window.canary='template'} {{7*7}} {% raw %} #{1}",
    "javascript:window.canary=1",
    '=HYPERLINK("http://canary.invalid/","x")',
    "<!--<script> ]]> &lt;b&gt; <b>",
    "__proto__",
    "constructor",
    "'; DROP TABLE cities; --",
    "<style>*{background:url(http://canary.invalid/x)}</style>",
    "$x^{ in $ per $\\frac{1}$ _a_",
    "\u202eabc\u2066\u2028\ufeff",
    "../../etc/passwd",
    "%s %(name)s {0} {name} \\ \\n",
]


def _hostile(turn):
    """One of the strings, told apart by its number."""
    return f"{STRINGS[turn % len(STRINGS)]} {turn}"


class _Fields:
    """Gives another string at each call, so that every field gets its own and all strings are used."""

    def __init__(self, start=0):
        self.turn, self.given = start, []

    def __call__(self):
        self.turn += 1
        self.given.append(_hostile(self.turn))
        return self.given[-1]


def _toml(text):
    return json.dumps(text, ensure_ascii=True)


def _measure(column, field, *, of, more=""):
    names = ("label", "label_zh", "unit", "unit_zh", "description", "description_zh", "source", "licence")
    lines = [f"{name} = {_toml(field())}" for name in names]
    return f'[[measure]]\ncolumn = {_toml(column)}\nof = "{of}"\n' + "\n".join(lines) + f"\n{more}\n"


PLACES = [("PRT", -9.14, 38.72), ("IND", 72.88, 19.08), ("UZB", 69.24, 41.30), ("GRC", 23.73, 37.98),
          ("SGP", 103.82, 1.35), ("RUS", 37.62, 55.75), ("FRA", 2.35, 48.86), ("EGY", 31.24, 30.04)]  # fmt: skip


def _lay_study(folder, start):
    """A study of eight cities in which every text is hostile."""
    field = _Fields(start)
    air, gdp, kind = field(), field(), field()
    names = [field() for _ in PLACES]
    slugs = [f"c{at}" for at in range(len(PLACES))]

    def cells(*texts):
        return ",".join('"' + str(text).replace('"', '""') + '"' for text in texts)

    rows = [cells("city", "name", "name_zh", "country", "region", "coastal", "lon", "lat", gdp, kind)]
    for at, (slug, name, (country, lon, lat)) in enumerate(zip(slugs, names, PLACES, strict=True)):
        coastal = "yes" if at % 2 else "no"
        rows.append(cells(slug, name, field(), country, field(), coastal, lon, lat, at + 1.5, field()))
    (folder / "cities.csv").write_text("\n".join(rows), encoding="utf-8", newline="")
    rows = [cells("indicator", "origin", "destination", "value", "year")]
    for indicator, year in product((air, "ships"), (2019, 2020)):
        for at, origin in enumerate(slugs):
            rows += [cells(indicator, origin, slugs[to], 5 + at * 7 + to * 3 + year % 3, year) for to in range(at + 1, 8)]  # fmt: skip
    (folder / "flows.csv").write_text("\n".join(rows), encoding="utf-8", newline="")
    texts = "\n".join(f"{key} = {_toml(field())}" for key in ("title", "title_zh", "attribution", "licence"))
    (folder / "study.toml").write_text(
        f'index = "index.toml"\nnotes = [{_toml(field())}, {_toml(field())}]\n{texts}\n'
        + _measure(air, field, of="corridors", more='kind = "count"\nabsent = "zero"')
        + _measure(gdp, field, of="cities", more='kind = "amount"')
        + _measure(kind, field, of="cities", more='kind = "category"'),
        encoding="utf-8",
    )
    (folder / "index.toml").write_text(
        f'[index]\nname = "index"\ntitle = {_toml(field())}\ntitle_zh = {_toml(field())}\n'
        f'[[dimension]]\nname = "transport"\nimportance = "1"\ntitle = {_toml(field())}\ntitle_zh = {_toml(field())}\n'
        f'[[indicator]]\nname = "ships"\ndimension = "transport"\nimportance = "1"\nkind = "stock"\nabsent = "zero"\n'
        f"title = {_toml(field())}\ntitle_zh = {_toml(field())}\nunit = {_toml(field())}\nsource = {_toml(field())}\n",
        encoding="utf-8",
    )
    (folder / "claims.toml").write_text(
        f'report = "mine"\n[groups]\nmine = "assumed(c1, c3, c5, c7)"\n[[claim]]\nid = "one"\nwhere = {_toml(field())}\nen = {_toml(field())}\nzh = {_toml(field())}\n'
        'kind = "lookup"\ntest = "same_cities(flagged(coastal, True), mine)"\n',
        encoding="utf-8",
    )
    return {"air": air, "gdp": gdp, "kind": kind, "names": names}


@pytest.fixture(scope="module", params=STARTS, ids=lambda start: f"from {start}")
def hostile(request, tmp_path_factory):
    """The folder, what stands in it, and all outputs of every command."""
    folder = tmp_path_factory.mktemp("hostile")
    out = tmp_path_factory.mktemp("outputs")
    texts = _lay_study(folder, request.param)
    return folder, texts, out


def _run(*words):
    with pytest.raises(SystemExit) as ended:
        cli.main([str(word) for word in words])
    assert ended.value.code == 0, words


def test_no_command_stumbles_and_no_page_sings(hostile, chromium, capsys):
    folder, texts, out = hostile
    for words in (
        ("check", folder),
        ("report", folder, "--out", out / "report"),
        ("map", folder, "--out", out / "map.html"),
        ("decay", folder, "--value", texts["air"], "--out", out / "decay"),
        ("proximity", folder, "--value", texts["air"], "--out", out / "proximity"),
        ("coastal", folder, "--value", texts["gdp"], "--out", out / "coastal"),
        ("moran", folder, "--value", texts["gdp"], "--out", out / "moran"),
        ("findings", folder, "--out", out / "findings"),
        ("score", folder, "--runs", "5", "--out", out / "score"),
        ("query", folder, "--count", texts["kind"], "--out", out / "count.csv"),
        ("history", folder, "--out", out / "history.csv"),
        ("groups", folder, "coastal=true", "--out", out / "groups.csv"),
        ("changes", folder, folder, "--value", texts["gdp"], "--out", out / "changes.csv"),
    ):
        _run(*words)
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert {path.name for path in out.iterdir()} == {"report", "map.html", "decay", "proximity", "coastal", "moran", "findings", "score", "count.csv", "history.csv", "groups.csv", "changes.csv"}  # fmt: skip
    for drawing in sorted(out.rglob("*.svg")):
        _only_drawn(drawing)
    pages = sorted([*out.rglob("*.html"), *out.rglob("*.svg")])
    assert len(pages) >= 8
    for page in pages:
        assert _open(chromium, page) == [], page.name


def _only_drawn(drawing):
    found = {node.tag.split("}")[-1] for node in ET.parse(drawing).iter()}
    assert not found & {"script", "foreignObject", "image", "a"}, drawing.name


LOOK = """() => [
    typeof window.canary === "undefined" ? "" : "the canary sang: " + window.canary,
    document.querySelector("img[src='x'], svg[onload], [onerror], [onclick]") ? "an element was injected" : "",
    [...document.querySelectorAll("a[href]")].some((link) => link.href.startsWith("javascript:")) ? "a link runs" : "",
].filter(Boolean)"""
DRIVE = """() => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
    for (const button of document.querySelectorAll("button, [role=tab], th")) { try { button.click(); } catch (error) { throw error; } }
    for (const list of document.querySelectorAll("select")) {
        list.selectedIndex = list.options.length - 1;
        list.dispatchEvent(new Event("change", { bubbles: true }));
    }
    for (const field of document.querySelectorAll("input[type=search], input[type=text]")) {
        field.value = "canary";
        field.dispatchEvent(new Event("input", { bubbles: true }));
    }
}"""


def _open(chromium, path):
    """Open a file without a network, push every button twice, choose and search; gives what went wrong."""
    context = chromium.new_context(offline=True, accept_downloads=True)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda asked: wrong.append(f"asked for {asked.url}") if not asked.url.startswith(("file:", "data:", "blob:", "about:")) else None)  # fmt: skip
    page.on("popup", lambda _: wrong.append("opened a window"))
    page.add_init_script("window.print = () => {}")
    page.goto(path.as_uri())
    page.wait_for_timeout(300)
    if path.suffix == ".html":
        for _ in range(2):
            page.evaluate(DRIVE)
            page.wait_for_timeout(200)
        wrong += page.evaluate(LOOK)
    else:
        wrong += page.evaluate("() => (typeof window.canary === 'undefined' ? [] : ['the canary sang'])")
    context.close()
    return wrong


def test_the_canary_sings_where_a_page_lets_it(chromium, tmp_path):
    for text in (STRINGS[0], STRINGS[1], STRINGS[11]):
        page = tmp_path / "open.html"
        page.write_text(f"<!doctype html><main>{text}</main>", encoding="utf-8")
        assert _open(chromium, page) != [], text


@pytest.mark.parametrize("ending", ["csv", "geojson", "fgb", "gpkg", "parquet", "xlsx"])
def test_names_come_back_as_they_were_written(hostile, tmp_path, ending):
    folder, texts, _ = hostile
    path = tmp_path / f"x.{ending}"
    _run("export", folder, "--layer", "cities", "--to", path)
    read = gpd.read_file(path, layer="cities") if ending == "gpkg" else read_layer(path)
    assert read["name"].tolist() == texts["names"]
    assert {texts["gdp"], texts["kind"]} <= set(map(str, read.columns))


def _rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_of_other_programs_hold_the_texts(hostile, tmp_path):
    import duckdb

    folder, texts, _ = hostile
    _run("export", folder, "--to", tmp_path / "kepler.csv")
    read, _ = from_kepler(read_table(tmp_path / "kepler.csv"))
    assert dict(zip(read.index, read["name"], strict=True)) == {
        f"c{at}": name for at, name in enumerate(texts["names"])
    }
    assert texts["air"] in _rows(tmp_path / "kepler.csv")[0]
    _run("export", folder, "--to", tmp_path / "flows", "--format", "flowmap", "--value", texts["air"])
    assert [row["name"] for row in _rows(tmp_path / "flows" / "locations.csv")] == texts["names"]
    _run("export", folder, "--to", tmp_path / "x.duckdb")
    with duckdb.connect(str(tmp_path / "x.duckdb"), read_only=True) as database:
        said = database.execute("SELECT name FROM cities ORDER BY city").fetchall()
        columns = [row[0] for row in database.execute("DESCRIBE cities").fetchall()]
    assert [name for (name,) in said] == texts["names"]
    assert {texts["gdp"], texts["kind"]} <= set(columns)


def test_a_project_for_qgis_stays_a_project(hostile, tmp_path):
    folder, texts, _ = hostile
    _run("export", folder, "--to", tmp_path / "x.qgz")
    with zipfile.ZipFile(tmp_path / "x.qgz") as archive:
        assert [name for name in archive.namelist() if name != "x.qgs"] == []
        project = ET.fromstring(archive.read("x.qgs"))
    tags = {node.tag for node in project.iter()}
    assert not tags & {"script", "img", "svg", "style", "b"}
    sources = {node.text for node in project.iter("datasource")}
    assert all(source.startswith("./x.gpkg|layername=") for source in sources)
    assert not any(node.get("name") == "pythonInit" for node in project.iter())
    styles = gpd.read_file(tmp_path / "x.gpkg", layer="layer_styles")
    for style in styles["styleQML"]:
        ET.fromstring(style)
    assert texts["air"] in set(gpd.read_file(tmp_path / "x.gpkg", layer="corridors").columns)


def test_questions_and_their_tables_hold_the_texts(hostile, tmp_path):
    folder, texts, _ = hostile
    _run("compare", folder, "c0", texts["names"][1], "--out", tmp_path / "c.csv")
    assert len(_rows(tmp_path / "c.csv")) >= 2
    _run("rankings", folder, texts["gdp"], "ships_both", "--out", tmp_path / "r.csv")
    assert {row["name"] for row in _rows(tmp_path / "r.csv")} == set(texts["names"])
    _run("query", folder, f"name={texts['names'][2]}", "--out", tmp_path / "q.csv")
    assert [row["name"] for row in _rows(tmp_path / "q.csv")] == [texts["names"][2]]


def test_names_that_are_looked_up_stay_texts(hostile, tmp_path, capsys):
    _, texts, _ = hostile
    lines = [["name"], *([name] for name in texts["names"])]
    with (tmp_path / "names.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    with pytest.raises(SystemExit) as ended:
        cli.main(["geocode", "--file", str(tmp_path / "names.csv"), "--out", str(tmp_path / "p.csv"), "--undecided", str(tmp_path / "places.csv")])  # fmt: skip
    assert ended.value.code == 1
    assert "Traceback" not in capsys.readouterr().err
    asked = read_table(tmp_path / "names.csv")["name"].tolist()
    assert [row["query"] for row in _rows(tmp_path / "p.csv")] == asked
    assert [row["name"] for row in _rows(tmp_path / "places.csv")] == asked


def test_settled_names_a_saved_study_and_their_map_stay_texts(hostile, tmp_path, chromium):
    _, texts, _ = hostile
    names = [
        name.replace("--", "-") for name in texts["names"]
    ]  # joins two places to a corridor, and is refused
    places = [
        ["name", "lon", "lat"],
        *([name, lon, lat] for name, (_, lon, lat) in zip(names, PLACES, strict=True)),
    ]
    pairs = [["from", "to", texts["air"]], *([names[at], names[at - 1], at + 2] for at in range(1, 8))]
    for file, rows in (("places.csv", places), ("pairs.csv", pairs)):
        with (tmp_path / file).open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerows(rows)
    kept = tmp_path / "kept"
    _run("map", tmp_path / "pairs.csv", "--places", tmp_path / "places.csv", "--title", texts["kind"], "--out", tmp_path / "m.html", "--save", kept)  # fmt: skip
    assert _open(chromium, tmp_path / "m.html") == []
    saved = load_study(kept)
    told = {" ".join(str(name).split()) for name in saved.cities["name"]}
    assert told == {" ".join(name.split()) for name in read_table(tmp_path / "places.csv")["name"]}
    assert saved.title == texts["kind"]
    assert sorted(saved.corridors[saved.corridor_measures[0].column]) == list(range(3, 10))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_map_for_print_draws_the_texts(hostile, tmp_path, chromium, lang):
    folder, texts, _ = hostile
    study = load_study(folder)
    axes = draw_print_map(study.cities, study.corridors, study.measure(texts["air"], "corridors"), lang=lang)
    save_figure(axes, tmp_path / "map.svg", close=True)
    _only_drawn(tmp_path / "map.svg")
    assert _open(chromium, tmp_path / "map.svg") == []
