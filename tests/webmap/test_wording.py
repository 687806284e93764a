import json

import pytest

from geobri.errors import SpecificationError
from geobri.webmap.wording import bilingual, clean, to_safe_json


def test_one_string_serves_both_languages():
    assert bilingual("Index") == {"en": "Index", "zh": "Index"}
    assert bilingual({"zh": "指数"}) == {"en": "指数", "zh": "指数"}
    assert bilingual(None) == {"en": "", "zh": ""}


def test_unknown_language_is_refused():
    with pytest.raises(SpecificationError, match=r"title must be .*'fr'.*Use 'en' and 'zh'"):
        bilingual({"en": "a", "fr": "b"}, what="title")


def test_what_no_file_can_hold_is_replaced():
    assert clean("a\ud800b\x00") == "a\ufffdb\ufffd"
    assert clean(float("nan")) == ""
    assert clean("𠮷林") == "𠮷林"


def test_json_cannot_leave_its_script():
    text = to_safe_json({"a": "</script><!--&\u2028\u2029"})
    assert not set(text) & set("<&\u2028\u2029")
    assert json.loads(text) == {"a": "</script><!--&\u2028\u2029"}


def test_json_refuses_what_is_no_json():
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_safe_json(float("nan"))
