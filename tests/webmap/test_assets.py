"""What can be said of our scripts without running them."""

import re
from importlib import resources

import pytest

from geobri.webmap.assets import module_order, packed_code, runtime_css, runtime_js
from geobri.webmap.modules import order_modules

STATIC = resources.files("geobri.webmap") / "static"
MODULES = [
    f"{name}.js"
    for name in dict.fromkeys(
        (*module_order(), *order_modules("geobri.webmap", "unpack"), *order_modules("geobri.webmap", "guard"))
    )
]


def words_of(language: str) -> dict[str, str]:
    text = (STATIC / f"words_{language}.js").read_text(encoding="utf-8")
    return dict(re.findall(r'^ {2}"?([\w-]+)"?: "(.*)",$', text, flags=re.MULTILINE))


def test_both_languages_have_the_same_words_with_the_same_gaps():
    english, chinese = words_of("en"), words_of("zh")
    assert len(english) > 50
    assert english.keys() == chinese.keys()
    for key, words in english.items():
        assert set(re.findall(r"\{\w+\}", words)) == set(re.findall(r"\{\w+\}", chinese[key])), key


def test_every_word_is_used_and_every_use_has_a_word():
    code = "".join(
        (STATIC / name).read_text(encoding="utf-8") for name in MODULES if not name.startswith("words_")
    )
    for key in words_of("en"):
        stem = key.split("_")[0] + "_" if "_" in key else key
        assert f'"{key}"' in code or f"`{stem}" in code, f"{key} is never said"
    for key in re.findall(r'app\.say\("([\w-]+)"', code):
        assert key in words_of("en"), f"{key} has no words"


def test_every_script_is_shipped_and_short():
    assert sorted(path.name for path in STATIC.iterdir() if path.name.endswith(".js")) == sorted(MODULES)
    for name in MODULES:
        assert len((STATIC / name).read_text(encoding="utf-8").splitlines()) < 250, name


@pytest.mark.parametrize("name", MODULES)
def test_every_script_says_what_it_is_for_and_what_it_gives(name):
    text = (STATIC / name).read_text(encoding="utf-8")
    assert text.startswith("/* ")
    assert len(re.findall(r"^export ", text, flags=re.MULTILINE)) == 1
    assert re.search(r"^export \{[^}]*\};\n\Z", text, flags=re.MULTILINE)


def test_modules_stand_after_those_that_they_import():
    for place, name in enumerate(MODULES):
        text = (STATIC / name).read_text(encoding="utf-8")
        imported = set(re.findall(r'from "\./(\w+\.js)";', text))
        assert imported <= set(MODULES[:place]), name


def test_nothing_of_the_module_syntax_is_left_in_the_page():
    code = runtime_js()
    assert not re.findall(r"^(?:import|export)\b.*", code, flags=re.MULTILINE)
    assert code.count("modules.map = ") == 1


def test_styles_touch_nothing_but_our_frame():
    without_media = re.sub(r"@media[^{]*\{((?:[^{}]|\{[^{}]*\})*)\}", r"\1", runtime_css())
    selectors = [rule.split("{")[0].strip() for rule in without_media.split("}") if "{" in rule]
    assert len(selectors) > 80
    for selector in selectors:
        for part in re.split(r",(?![^(]*\))", selector):
            assert part.strip().startswith(".geobri"), part


def test_the_code_is_small():
    assert len((runtime_js() + runtime_css()).encode()) < 250_000
    assert sum(map(len, packed_code())) < 160_000


def test_packed_code_says_whose_it_is_and_nothing_of_it_ends_its_script():
    first, *packed = packed_code()
    assert first.startswith("<script>window.geobriUnpack = ")
    assert "Leaflet 1.9.4" in packed[-1]
    for block in packed:
        assert block.count("</script>") == 1
