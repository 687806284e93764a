"""Pages whose data were damaged on their way: each says so in the place of what it would have shown, and none hangs or shows other numbers.

The suite damages each block a few times; ``GEOBRI_FUZZ=10000`` (`make fuzz`) a hundred times. A case is made from its number alone.
"""

import os
import random
import re

import pytest

from geobri import cli

N_CASES = 100 if "GEOBRI_FUZZ" in os.environ else 5
BLOCK = re.compile(
    r'(<script type="(?:application/json|text/plain)"[^>]*data-sum="[0-9a-f]{8}"[^>]*>)(.*?)(</script>)',
    re.DOTALL,
)
TEXTS = ["", "{}", "null", "[", '"', "9" * 400, "\u0000", "NaN", "1e999", "<b>", "北京", "\ufffd"]
LOOK = """() => ({
    said: [...document.querySelectorAll(".geobri-damaged")].map((one) => [one.offsetHeight > 0, one.textContent]),
    started: [...document.querySelectorAll(".geobri")].filter((one) => one.geobri).length,
    rows: document.querySelectorAll("tbody tr").length,
})"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory, request):
    """A map and a report of one study, with their blocks of data."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "study").mkdir()
    names = [f"c{at}" for at in range(14)]
    rows = [
        f"{name},{'FRA' if at % 2 else 'DEU'},{at * 1.5},{45 + at % 5},{at + 1}"
        for at, name in enumerate(names)
    ]
    (folder / "study" / "cities.csv").write_text("\n".join(["city,country,lon,lat,size", *rows]))
    flows = [f"{a},{b},{3 + i * 5 + j}" for i, a in enumerate(names) for j, b in enumerate(names) if i < j]
    (folder / "study" / "flows_air.csv").write_text("\n".join(["origin,destination,value", *flows]))
    for words in (
        ["map", str(folder / "study"), "--out", str(folder / "map.html")],
        ["report", str(folder / "study"), "--without", "tests", "--out", str(folder / "report")],
    ):
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        assert ended.value.code == 0
    return {
        name: (folder / path).read_text(encoding="utf-8")
        for name, path in (("map", "map.html"), ("report", "report/report.html"))
    }


def _damage(text, rng):
    """Change a text, by letters, stretches or numbers."""
    for _ in range(rng.choice([1, 1, 3, 20])):
        at = rng.randrange(len(text)) if text else 0
        how = rng.choice(["letter", "cut", "insert", "turn", "end", "number", "swap"])
        if how == "letter":
            text = text[:at] + rng.choice('ABCxyz019+/={}[],:"') + text[at + 1 :]
        elif how == "cut":
            text = text[:at] + text[at + rng.choice([1, 10, 1000]) :]
        elif how == "insert":
            text = text[:at] + rng.choice(TEXTS) + text[at:]
        elif how == "turn":
            text = text[:at] + text[at : at + 40][::-1] + text[at + 40 :]
        elif how == "end":
            text = text[:at]
        elif how == "number":
            text = re.sub(r"\d+", lambda _: str(rng.choice([-1, 0, 10**12])), text, count=rng.choice([1, 5]))
        else:
            text = text[at:] + text[:at]
    return text.replace("</script", "<x/script").replace("<!--", "<x--")


def _look(chromium, path):
    """Open a page; what it says, what it started, and what it asked for."""
    context = chromium.new_context(offline=True)
    page, wrong = context.new_page(), []
    page.set_default_timeout(20_000)
    page.on(
        "request",
        lambda asked: (
            wrong.append(asked.url) if not asked.url.startswith(("file:", "data:", "blob:")) else None
        ),
    )
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri())
    found = page.evaluate(LOOK)
    context.close()
    return found, wrong


def test_a_whole_page_says_nothing(pages, tmp_path, chromium):
    for name, text in pages.items():
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
        found, wrong = _look(chromium, tmp_path / f"{name}.html")
        assert (found["said"], found["started"], wrong) == ([], 1, [])
        assert len(BLOCK.findall(text)) >= 2


@pytest.mark.parametrize("case", range(N_CASES))
@pytest.mark.parametrize("name", ["map", "report"])
def test_damaged_data_are_said_and_not_shown(pages, tmp_path, chromium, name, case):
    rng, text = random.Random(f"{name} {case}"), pages[name]
    blocks = list(BLOCK.finditer(text))
    hit = blocks[case % len(blocks)]
    damaged = _damage(hit[2], rng)
    if damaged.replace("\u0000", "\ufffd") == hit[2]:
        damaged = hit[2][1:]
    path = tmp_path / "page.html"
    path.write_text(text[: hit.start(2)] + damaged + text[hit.end(2) :], encoding="utf-8")
    found, wrong = _look(chromium, path)
    assert wrong == []
    assert found["said"], f"{hit[1]}: nothing said"
    assert all(is_seen and "Get the file again" in said for is_seen, said in found["said"])
    of_map = "geobri-data" in hit[1] or "geobri_base" in hit[1]
    assert found["started"] == (0 if of_map else 1)


# What the page consists of besides its data


def _say_at_top(chromium, path, text):
    path.write_text(text, encoding="utf-8")
    found, wrong = _look(chromium, path)
    assert wrong == []
    assert any(is_seen and "Get the file again" in said for is_seen, said in found["said"]), found
    return found


@pytest.mark.parametrize("case", range(N_CASES))
@pytest.mark.parametrize("name", ["map", "report"])
def test_a_page_that_was_cut_says_so(pages, tmp_path, chromium, name, case):
    """Anywhere behind its first script: in the code, in the data, in the text, in the last lines."""
    text = pages[name]
    first = text.index(".guard();</script>") + len(".guard();</script>")
    last = text.index('id="geobri-end"')
    starts = [
        hit.start() for hit in re.finditer("<(?:script|section|svg|table|style)", text) if first < hit.start()
    ]
    places = [first + 1, last - 5, *(start + 30 for start in starts)]
    at = (
        places[case]
        if case < 2
        else random.Random(f"{name} {case}").choice([*places, *range(first, last, 997)])
    )
    _say_at_top(chromium, tmp_path / "page.html", text[: min(at, last)])


@pytest.mark.parametrize("kind", ["style", "script"])
@pytest.mark.parametrize("name", ["map", "report"])
def test_damaged_code_is_not_run_and_said(pages, tmp_path, chromium, name, kind):
    text = pages[name]
    at = text.index(f'<script>geobriUnpack("{kind}"') + 2000
    damaged = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
    found = _say_at_top(chromium, tmp_path / "page.html", damaged)
    assert found["started"] == (0 if kind == "script" else 1)


def test_the_damaged_script_of_a_report_is_said(pages, tmp_path, chromium):
    text = pages["report"]
    at = text.rindex("<script data-sum") + 3000
    for damage in ("", "~", text[at : at + 1] * 2):
        _say_at_top(chromium, tmp_path / "page.html", text[:at] + damage + text[at + 1 :])
