"""What places are called: cities unless a study says otherwise, and names stay names."""

import pandas as pd
import pytest

from geobri.words import CITY, PlaceWords, Words


@pytest.mark.parametrize(
    ("word", "text", "told"),
    [
        ("zone", "The 5 cities of a city; Cities near a City.", "The 5 zones of a zone; Zones near a Zone."),
        ("area", "A city and a city.", "An area and an area."),
        ("county", "Cities with capacity", "Counties with capacity"),
        ("box", "two cities", "two boxes"),
        ("city", "two cities", "two cities"),
    ],
)
def test_english(word, text, told):
    assert PlaceWords(word).tell(Words(text)).en == told


def test_chinese():
    said = PlaceWords("county", zh="县").tell(Words("x", "22 座城市之间有 195 条城市通路；城市点"))
    assert said.zh == "22 个县之间有 195 条通路；县点"


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("“三通”指数", "“‘三通’指数”居首；“乙”“丙”其次"),
        ("甲的“三通”", "“甲的‘三通’”居首；“乙”“丙”其次"),
        ("“三通”", "“‘三通’”居首；“乙”“丙”其次"),
        ("甲", "“甲”居首；“乙”“丙”其次"),
    ],
)
def test_quotation_marks_within_others_are_single_ones(label, said):
    assert Words("x", f"“{label}”居首；“乙”“丙”其次").zh == said


def test_names_stay():
    told = PlaceWords("station").tell(
        Words("Kansas City is a city near Union City."), ["Kansas City", "Union City"]
    )
    assert told.en == "Kansas City is a station near Union City."


def test_settings():
    assert PlaceWords.from_settings({}) == CITY
    assert PlaceWords.from_settings({"place": "person", "places": "people"}).many == "people"
    assert PlaceWords("place").zh == "地点"


def test_yes_and_no_are_the_same_words_wherever_a_table_or_a_question_says_them():
    from geobri.cities import parse_flags
    from geobri.study.query import FLAGS
    from geobri.study.reading.signs import _FLAGS
    from geobri.words import NO, YES

    said = sorted(YES) + sorted(NO)
    assert parse_flags(pd.Series(said)).tolist() == [True] * len(YES) + [False] * len(NO)
    assert all(FLAGS[word] is (word in YES) for word in said)
    assert {word: _FLAGS[word] == "1" for word in said} == {word: word in YES for word in said}
