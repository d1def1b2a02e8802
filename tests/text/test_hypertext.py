"""Tables in HTML."""

from stattools.text.markup import table


def test_a_table_without_a_head():
    assert table((), [["a", "1"]], ["", ""], labels=0, opening='<table class="x">') == (
        '<table class="x">\n<tbody>\n<tr><td>a</td><td>1</td></tr>\n</tbody>\n</table>'
    )
