"""A page on paper: no heading ends a sheet whose picture stands on the next."""

import re
from importlib import resources

HEAD = "Where it runs"


def _page(fill):
    """A sheet filled down to its foot, then a section in the form of the page, with a heading in its picture to find it by."""
    style = resources.files("geobri.report").joinpath("static", "report.css").read_text(encoding="utf-8")
    said = "It runs along the coast. " * 12
    return (
        f'<!doctype html><html lang="en" data-lang="en"><meta charset="utf-8"><style>{style}</style><main>'
        f'<section class="part"><div style="height:{fill}px"></div></section>'
        f'<section class="part"><h2>{HEAD}</h2><p>{said}</p><p class="answer">{said}</p><div class="drawings single">'
        '<figure class="drawing"><div style="height:380px"></div><figcaption><h3>Picture</h3></figcaption></figure>'
        "</div></section></main></html>"
    )


def _sheets(pdf):
    """Give the sheet of every heading by the outline that Chromium writes."""
    objects = {int(n): body for n, body in re.findall(rb"(\d+) 0 obj\n?(.*?)endobj", pdf, re.DOTALL)}
    tree = next(body for body in objects.values() if b"/Type /Pages" in body and b"/Parent" not in body)
    numbers = [int(n) for n in re.findall(rb"(\d+) 0 R", re.search(rb"/Kids \[(.*?)\]", tree, re.DOTALL)[1])]
    found = {}
    for body in objects.values():
        to, title = re.search(rb"/Dest \[(\d+) 0 R", body), re.search(rb"/Title \((.*?)\)", body)
        if to and title:
            found[title[1].decode()] = numbers.index(int(to[1]))
    return found


def test_no_heading_ends_a_sheet_without_its_picture(chromium):
    opened = chromium.new_page()
    try:
        apart = []
        for fill in (420, 840):
            opened.set_content(_page(fill))
            sheets = _sheets(opened.pdf(prefer_css_page_size=True, outline=True, tagged=True))
            assert set(sheets) == {HEAD, "Picture"}
            apart.append(sheets["Picture"] - sheets[HEAD])
        assert apart == [0] * len(apart)
    finally:
        opened.close()
