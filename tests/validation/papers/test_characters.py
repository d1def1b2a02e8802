from stattools.validation.papers.text import KEPT, PARAGRAPH, SIGNS


def test_no_sign_is_both_kept_and_read_as_another():
    assert not {sign for sign, read in SIGNS.items() if sign in KEPT and read != sign}
    assert all(len(sign) == 1 for sign in SIGNS)
    assert PARAGRAPH in KEPT
