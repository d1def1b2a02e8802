"""The committed reports, and the gallery that makes them.

That a report is still what the gallery makes is asked by `stattools verify` in CI, once for all: tests of what a report
says read the committed text.
"""

import re
from pathlib import Path

import pytest

from stattools.gallery import Gallery

REPORTS = Path(__file__).parents[2] / "reports"


@pytest.fixture(scope="session")
def gallery():
    return Gallery()


@pytest.fixture(scope="session")
def text_of():
    return lambda name: (REPORTS / f"{name}.md").read_text("utf-8")


@pytest.fixture(scope="session")
def quotes_of(text_of):
    """The sentences of a report that are made to be quoted."""
    return lambda name: re.findall(r"^> (.*)$", text_of(name), re.MULTILINE)
