"""One Chromium for all tests that look at pages (two of them in one process would not get along); the same examples each time."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.register_profile("other", derandomize=False)
settings.load_profile(
    "other" if os.environ.get("GEOBRI_FUZZ") else "same"
)  # a change is blamed for its own faults only

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM.exists() and not os.environ.get("CI"):
        pytest.skip("no Chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A test that asks for the browser is one of the browser's, whether or not it says so."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
