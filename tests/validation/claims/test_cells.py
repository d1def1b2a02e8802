from stattools.validation.claims.printed import Cells


def test_the_title_of_a_column_is_its_headings_from_above():
    cells = Cells("a", (("", "A", "A"), ("", "b", "A")), ())
    assert [cells.title(place) for place in range(3)] == ["''", "'A b'", "'A'"]
