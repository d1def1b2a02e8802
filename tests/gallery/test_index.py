import re

from stattools.gallery import ANALYSES, INDEX


def test_the_index_shows_each_report_with_its_sentence_and_a_figure(text_of, quotes_of):
    text = text_of(INDEX)
    for name in ANALYSES:
        assert f"]({name}.md)" in text
        assert f"> {quotes_of(name)[0]}" in text
        assert re.search(rf"!\[.+\]\({name}/.+\.svg\)", text)


def test_the_index_links_what_other_commands_write(text_of):
    for name in ("validation", "benchmarks"):
        assert f"]({name}.md), by `stattools " in text_of(INDEX)
