"""Debian's Chromium, as every browser test drives it."""

import os

import pytest
from playwright.sync_api import expect

# A loaded machine is slow, not wrong; what is to be there sooner says so itself.
expect.set_options(timeout=10_000)
# Playwright's loop runs in this thread; the tests touch the database before and after, not within.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {
        "executable_path": "/usr/bin/chromium",
        "args": ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
    }


@pytest.fixture(autouse=True)
def _no_page_outlives_its_test(browser):
    """One that a failed test left open would go on asking the server of the next ones."""
    yield
    for each in browser.contexts:
        each.close()
