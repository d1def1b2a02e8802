import re

import pytest

from stattools.gallery import ANALYSES, INDEX


@pytest.mark.slow  # all reports are written
def test_the_index_shows_each_report_with_its_sentence_and_a_figure(reports, text_of, gallery):
    text = text_of(INDEX)
    for name in ANALYSES:
        assert f"]({name}.md)" in text
        assert f"> {gallery.document(name).quotes()[0]}" in text
        assert re.search(rf"!\[.+\]\({name}/.+\.svg\)", text)


@pytest.mark.slow  # all reports are computed
def test_the_index_links_what_other_commands_write(text_of):
    for name in ("validation", "benchmarks"):
        assert f"]({name}.md), by `stattools " in text_of(INDEX)
