"""What every report of the gallery owes its reader."""

import re
from pathlib import Path

import pytest

from stattools.errors import DomainError
from stattools.gallery import ANALYSES, command
from tests.gallery.conftest import REPORTS

OF_MANY = ("tests",)
"""Reports of many likelihoods, whose sections say each with its answer."""


@pytest.mark.parametrize("name", ANALYSES)
def test_every_report_answers_first_and_ends_in_its_provenance(name, text_of, quotes_of):
    text = text_of(name)
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings[:2] == ["Answer", "Question"]
    assert {"Data", "Validation"} <= set(headings)
    assert name in OF_MANY or ("Likelihood" in headings and {"Fit", "Posterior"} & set(headings))
    assert headings[-1] == "Provenance"
    assert len(quotes_of(name)) == 1
    assert f"```sh\n{command(name)}\n```" in text
    assert "agrees**" in text
    # A message quoted as it is may say inf; the report's own words and tables have ∞.
    own = re.sub(r"^```text\n.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r"\bnan\b|\binf\b|\bNone\b(?! of)|Traceback", own)
    assert str(Path.cwd()) not in text


@pytest.mark.parametrize("name", ANALYSES)
def test_every_figure_is_linked_and_told_in_words(name, text_of):
    links = re.findall(rf"^!\[(.+)\]\(({name}/.+\.svg)\)$", text_of(name), re.MULTILINE)
    assert 1 <= len(links) <= 3
    assert len(links) == len(set(links))
    for words, target in links:
        assert len(words) > 30
        assert (REPORTS / target).read_bytes().startswith(b"<?xml")


def test_an_unknown_name_is_refused(gallery):
    with pytest.raises(DomainError, match=f"the gallery has {', '.join(ANALYSES)}; got 'dice'"):
        gallery.document("dice")
