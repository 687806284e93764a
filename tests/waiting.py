"""Waiting for a page: asked from outside, because a page of ours lets nobody evaluate text inside it."""

import time


def wait_until(page, expression: str, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < end, f"never came true: {expression}"
        page.wait_for_timeout(20)
