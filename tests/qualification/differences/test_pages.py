from stattools.qualification.differences import DIFFERENCES
from stattools.qualification.differences.pages import PAGES


def test_a_page_differs_just_where_a_difference_of_it_is_recomputed():
    compared = {one.page for one in DIFFERENCES if "/Comp/" in one.page}
    assert compared == {page.address for page in PAGES if page.standing == "differs"}


def test_every_page_says_something():
    assert all(page.subject and page.note for page in PAGES)
