"""A page in its three faces."""

from stattools.text.page import Grid, Page


def test_a_page_as_text_markdown_and_html():
    page = Page("Title", "two   facts", "", Grid(["", "n"], [["<a>", "1"]], "lr"), "", "- an item")
    assert page.text().split("\n") == ["Title", "two   facts", "", "     n", "──────", "<a>  1", "", "- an item"]
    assert page.markdown() == (
        "Title  \ntwo&nbsp;&nbsp; facts\n\n|      |   n |\n| :--- | --: |\n| \\<a> |   1 |\n\n\\- an item"
    )
    assert "<p>Title<br>two&nbsp;&nbsp; facts</p>" in page.html()
    assert '<th scope="row" style="text-align: left">&lt;a&gt;</th><td style="text-align: right' in page.html()
    assert page.html().endswith("<p>- an item</p>\n</div>")


def test_the_second_line_of_an_item_stands_below_the_first():
    lines = Page("- " + "word " * 20).text().split("\n")
    assert [line[:6] for line in lines] == ["- word", "  word"]


def test_a_table_without_a_head_has_no_rule():
    grid = Grid((), [["Rows", "12"], ["Stopped", "a sentence that goes on " * 6]], "lp")
    assert "─" not in grid.text()
    assert all(len(line) <= 80 for line in grid.text().split("\n"))
    assert grid.markdown().startswith("|         |  ")
    assert "<thead>" not in grid.html()


def test_numbers_of_a_frame_have_the_decimals_of_their_errors():
    rows = [{"term": "x", "estimate": 1.23456, "se": 0.05}, {"term": "y", "estimate": float("nan"), "se": float("inf")}]
    assert Grid.of(rows, like="se").rows == [["x", "1.23456", "0.05000"], ["y", "—", "∞"]]
