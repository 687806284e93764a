"""Every public name stands in the reference once, at its home, and says what it takes; façades show their menus."""

import inspect
import re
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

import geobri

DOCS = Path(__file__).parents[2] / "docs"
sys.path.insert(0, str(DOCS))
import reference_pages  # noqa: E402 - found by the line above

ROOMS = reference_pages.find_rooms()
HOMES = reference_pages.find_homes(ROOMS)
AT_HOME = sorted({(home, name) for (room, name), home in HOMES.items() if home == room})
SHOWN = re.compile(r"^\.\. (?:auto(?:function|class):: ([\w.]+)::|py:data:: ([\w.]+)\.)(\w+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs") / "reference"
    folder.mkdir()
    (folder / "geobri.gone.rst").write_text("a room that is no more", encoding="utf-8")
    reference_pages.write(folder)
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.rst")}


def test_rooms_are_those_of_the_menus():
    wanted = "score stats webmap figures exchange study findings datasets gazetteer measures words neighbours"
    assert {"geobri", *(f"geobri.{room}" for room in wanted.split())} <= {room.__name__ for room in ROOMS}


def test_every_public_name_is_in_the_reference_once(pages):
    assert set(pages) == {"index", *(room.__name__ for room in ROOMS)}
    shown = Counter(
        (module or data, name) for page in pages.values() for module, data, name in SHOWN.findall(page)
    )
    assert set(shown.values()) == {1}
    for room in ROOMS:
        for name in room.__all__:
            home = HOMES[room.__name__, name]
            if not inspect.ismodule(getattr(room, name)):
                assert (home, name) in shown
                assert home == room.__name__ or f"<{home}.{name}>`" in pages[room.__name__]
    assert len(shown) > 300


def test_a_name_is_at_home_where_it_is_defined():
    assert HOMES["geobri", "build_cities"] == "geobri.cities"
    assert HOMES["geobri.stats", "moran_test"] == "geobri.stats.spatial"
    assert HOMES["geobri.webmap", "Measure"] == "geobri.measures"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__)
def test_rooms_show_their_menu(room):
    assert len(set(room.__all__)) == len(room.__all__)
    assert all(getattr(room, name) is not None for name in room.__all__)
    assert {name for name in dir(room) if not name.startswith("__")} == set(room.__all__)


@pytest.mark.parametrize(("home", "name"), AT_HOME)
def test_public_names_say_what_they_are(home, name):
    room = import_module(home)
    thing = getattr(room, name)
    if inspect.ismodule(thing):
        assert inspect.getdoc(thing)
        return
    if not inspect.isroutine(thing) and not inspect.isclass(thing):
        assert reference_pages.find_text(room, name), "a constant needs a string below it"
        return
    text = inspect.getdoc(thing) or ""
    assert text
    if inspect.isroutine(thing):
        taken = set(inspect.signature(thing).parameters)
        assert not taken or taken <= set(_documented(text)), taken - set(_documented(text))
        assert re.search(r"^(Returns|Yields)\n---", text, re.MULTILINE) or inspect.signature(
            thing
        ).return_annotation in ("None", None)


def test_what_left_the_menu_can_still_be_taken_from_where_it_was():
    from geobri import errors, figures, findings, gazetteer, scale, score, stats, tables

    for room, names in (
        (errors, "mould first_offenders shorten"),
        (figures, "find_font title_figure use_colours"),
        (findings, "find_claim_file parse_claims LEDGER_COLUMNS"),
        (gazetteer, "load_country_table load_report_cities"),
        (scale, "Block cut_tiles plan_blocks prepare_scorer"),
        (score, "CompiledIndex compile_index score_compiled build_tables name_totals"),
        (stats.flows, "build_form DecayForm fold_cities"),
        (stats.groups, "read_groups GroupSample to_delta"),
        (tables, "Fault find_city_faults mark_repeated"),
    ):
        for name in names.split():
            assert getattr(room, name) is not None
            assert name not in dir(room)


def _documented(text):
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[\w ]*\n-+$|\Z)", text, re.DOTALL | re.MULTILINE)
    names = re.findall(r"^(\*{0,2}\w[^\n:]*)", section[1] if section else "", re.MULTILINE)
    return [one.strip().lstrip("*") for line in names for one in line.split(",")]


def test_the_package_knows_its_rooms():
    assert {"exchange", "measures", "words"} <= set(dir(geobri))
