import re

from stattools.gallery import ANALYSES, INDEX


def test_the_index_shows_each_report_with_its_sentence_and_a_figure(reports, text_of, gallery):
    text = text_of(INDEX)
    for name in ANALYSES:
        assert f"]({name}.md)" in text
        assert f"> {gallery.document(name).quotes()[0]}" in text
        assert re.search(rf"!\[.+\]\({name}/.+\.svg\)", text)
