"""What every report of the gallery owes its reader."""

import re
from pathlib import Path

import pytest

from stattools.errors import DomainError
from stattools.gallery import ANALYSES, command


@pytest.mark.parametrize("name", ANALYSES)
def test_every_report_asks_first_and_ends_in_one_sentence_and_its_provenance(name, text_of, gallery):
    text = text_of(name)
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings[0] == "Question"
    assert {"Data", "Likelihood", "Fit", "Validation"} <= set(headings)
    assert headings[-2:] == ["Conclusion", "Provenance"]
    assert len(gallery.document(name).quotes()) == 1
    assert f"```sh\n{command(name)}\n```" in text
    assert "agrees**" in text
    assert not re.search(r"\bnan\b|\binf\b|None|Traceback", text)
    assert str(Path.cwd()) not in text


@pytest.mark.parametrize("name", ANALYSES)
def test_every_figure_is_linked_and_told_in_words(name, reports, text_of):
    links = re.findall(rf"^!\[(.+)\]\(({name}/.+\.svg)\)$", text_of(name), re.MULTILINE)
    assert len(links) == 2
    for words, target in links:
        assert len(words) > 30
        assert (reports / target).read_bytes().startswith(b"<?xml")


def test_an_unknown_name_is_refused(gallery):
    with pytest.raises(DomainError, match="the gallery has coin, ols, logistic; got 'dice'"):
        gallery.document("dice")
