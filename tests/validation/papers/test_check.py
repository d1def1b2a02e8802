from stattools.validation.papers.checks import between, shown


def test_numbers_have_four_digits():
    assert [shown(value) for value in (0.035814, 12345.6, 2.0)] == ["0.03581", "12346", "2"]
    assert between((0.1, 0.2)) == "between 0.1 and 0.2"
