"""A disk that can be watched and broken: every step of the program that touches a folder is a point to look, stop or fail at."""

import hashlib
import os
import sys

import pytest

_STEPS = {"os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "geobri.exchange"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_disks = []


def _hook(event, arguments):
    """Python tells its audit hooks of every file it opens, renames or removes, before it does so."""
    if not _disks or not (event in _STEPS or (event == "open" and _is_write(arguments))):
        return
    touched = [os.fsdecode(one) for one in arguments[:2] if isinstance(one, str | bytes | os.PathLike)]
    for disk in _disks:
        inside = [path for path in touched if path.startswith(str(disk.folder))]
        if inside:
            disk.step(event, inside[0])


def _is_write(arguments):
    _, mode, flags = arguments
    return any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags & _WRITES)


def _content(path):
    if path.suffix != ".duckdb" or not path.read_bytes().count(b"DUCK"):
        return path.read_bytes()
    import duckdb  # numbers its blocks anew each time: what counts is the rows

    with duckdb.connect(str(path), read_only=True) as database:
        return repr(database.execute("SELECT * FROM corridors").fetchall()).encode()


class Disk:
    """A folder whose steps are counted; at the step `stop` (from there on, with `stays`) `act` is called."""

    def __init__(self, folder):
        self.folder, self.stop, self.act, self.stays = folder, None, None, False
        self.steps, self.path, self._busy = [], "", False

    def step(self, event, path):
        if self._busy:
            return
        self._busy = True
        try:
            at = len(self.steps)
            self.steps.append(event)
            self.path = path
            reached = self.stop is not None and (at >= self.stop if self.stays else at == self.stop)
            if self.act is not None and (self.stop is None or reached):
                self.act(self)
        finally:
            self._busy = False

    def break_at(self, stop, act, *, stays=False):
        self.stop, self.act, self.stays, self.steps = stop, act, stays, []

    def was_reached(self):
        return len(self.steps) > self.stop

    def heal(self):
        self.stop = self.act = None

    def state(self, folder=None):
        """What a reader finds: every file with its content, without what is hidden."""
        top = folder or self.folder
        return {
            str(path.relative_to(top)): hashlib.sha256(_content(path)).hexdigest()
            for path in sorted(top.rglob("*"))
            if path.is_file() and ".geobri-" not in str(path.relative_to(top))
        }

    def leftovers(self, folder=None):
        return sorted(path.name for path in (folder or self.folder).rglob(".geobri-*"))


@pytest.fixture(autouse=True)
def _no_waiting_for_the_real_disk(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def disk(tmp_path):
    if _hook not in getattr(sys, "_geobri_hooks", ()):
        sys._geobri_hooks = (_hook,)
        sys.addaudithook(_hook)
    folder = tmp_path / "disk"
    folder.mkdir()
    made = Disk(folder)
    _disks.append(made)
    yield made
    _disks.remove(made)


CITIES = """city,name,name_zh,country,region,coastal,lon,lat,gdp
lis,Lisbon,里斯本,PRT,Europe,yes,-9.14,38.72,{a}
bom,Mumbai,孟买,IND,South Asia,yes,72.88,19.08,{b}
tas,Tashkent,塔什干,UZB,Central Asia,no,69.24,41.30,3
ath,Athens,雅典,GRC,Europe,yes,23.73,37.98,{a}
sin,Singapore,新加坡,SGP,Southeast Asia,yes,103.82,1.35,{b}
mow,Moscow,莫斯科,RUS,Europe,no,37.62,55.75,9
"""
INDEX = """[index]
name = "test"
[[dimension]]
name = "transport"
importance = "1/2"
[[indicator]]
name = "air"
dimension = "transport"
importance = "1"
kind = "stock"
[[dimension]]
name = "wealth"
importance = "1/2"
[[indicator]]
name = "gdp"
dimension = "wealth"
importance = "1"
kind = "city"
"""
CLAIMS = """[[claim]]
id = "{first}-is-there"
where = "p. 1"
en = "It is among the cities."
zh = "它在城市之列。"
kind = "lookup"
test = "same_cities(flagged(coastal, True), {first})"
"""


@pytest.fixture(scope="session")
def two_studies(tmp_path_factory):
    """Two small studies of the same cities with other numbers, for the old and the new outputs."""
    folders = []
    for name, numbers in (("first", (3, 5)), ("second", (70, 11))):
        folder = tmp_path_factory.mktemp("studies") / name
        folder.mkdir()
        text = CITIES.format(a=numbers[0], b=numbers[1])
        slugs = [line.split(",")[0] for line in text.splitlines()[1:]]
        rows = [
            f"air,{origin},{destination},{numbers[0] * (at + 1) + numbers[1] * further},{year}"
            for year in (2019, 2020)
            for at, origin in enumerate(slugs)
            for further, destination in enumerate(slugs[at + 1 :])
        ]
        (folder / "cities.csv").write_text(text, encoding="utf-8")
        (folder / "flows.csv").write_text(
            "indicator,origin,destination,value,year\n" + "\n".join(rows) + "\n"
        )
        (folder / "index.toml").write_text(INDEX)
        (folder / "study.toml").write_text('title = "A study"\nindex = "index.toml"\n')
        (folder / "claims.toml").write_text(CLAIMS.format(first="lis" if numbers[0] == 3 else "bom"))
        names = folder.parent / f"names-{name}.csv"
        names.write_text(
            "name,country\n" + ("Lisbon,PRT\n" if numbers[0] == 3 else "Mumbai,IND\nAthens,GRC\n")
        )
        folders.append(folder)
    return folders
