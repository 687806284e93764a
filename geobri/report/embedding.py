"""A page as a piece of another page: a frame that grows with what is in it, so that neither's style reaches the other."""

from __future__ import annotations

from html import escape
from typing import Final

__all__ = ["wrap_fragment"]

_FIT: Final = """
(() => {
  const frame = document.currentScript.previousElementSibling;
  const fit = () => { frame.style.height = `${frame.contentDocument.documentElement.offsetHeight}px`; };
  const start = () => { new ResizeObserver(fit).observe(frame.contentDocument.documentElement); fit(); };
  if (frame.contentDocument?.readyState === "complete" && frame.contentDocument.body?.childElementCount) start();
  else frame.addEventListener("load", start);
})();
"""


def wrap_fragment(page: str, title: str) -> str:
    """Wrap a whole page into a piece of HTML that can be pasted into another page.

    Parameters
    ----------
    page
        HTML of the page.
    title
        What a screen reader calls the frame.

    Returns
    -------
    str
        A frame that holds the page itself, in ASCII whatever the host's charset, with a few lines of script that fit its height; where scripts are blocked it
        keeps a height and scrolls.
    """
    inside = page.replace("&", "&amp;").replace('"', "&quot;")
    inside = inside.encode("ascii", "xmlcharrefreplace").decode()  # whatever charset the host is read in
    look = "display:block;width:100%;height:800px;border:0"
    return (
        f'<iframe title="{escape(title)}" style="{look}" srcdoc="{inside}"></iframe><script>{_FIT}</script>\n'
    )
