import numpy as np
import pytest

from stattools.validation.papers.mentions import meet, reported, writes_commas


@pytest.mark.parametrize(
    "text, comma, ends",
    [
        ("2.20", False, (2.195, 2.205)),
        (".036", False, (0.0355, 0.0365)),
        ("- 3", False, (-3.5, -2.5)),
        ("1,204", False, (1203.5, 1204.5)),
        ("1,204", True, (1.2035, 1.2045)),
        ("2,20", False, (2.195, 2.205)),
        ("0,204", False, (0.2035, 0.2045)),
        ("3.2e-5", False, (3.15e-5, 3.25e-5)),
    ],
)
def test_a_number_is_all_that_is_printed_so(text, comma, ends):
    np.testing.assert_allclose(reported(text, comma=comma).span, ends, rtol=1e-12)


def test_signs_bound():
    assert reported(".05", "<", least=0.0).span == (0.0, 0.05)
    assert reported(".05", "≥").span == (0.05, np.inf)
    assert reported(".05", "≈").span == (0.04, 0.06)


def test_sizes_and_whole_numbers():
    assert reported("-2.2").size == (2.15, 2.25)
    assert reported("0").size == (0.0, 0.5)
    assert reported("28").is_whole
    assert not reported("28.0").is_whole


def test_intervals_meet_at_their_ends():
    assert meet((0.1, 0.2), (0.2, 0.3))
    assert not meet((0.1, 0.2), (0.2001, 0.3))
    assert meet((0.0, np.inf), (5.0, 6.0))


@pytest.mark.parametrize(
    "text, comma",
    [("p = ,036", True), ("t(28)=2,2; P < 0,05", True), ("p < .05", False), ("M = 3,4", True), ("", False)],
)
def test_decimal_commas_are_seen(text, comma):
    assert writes_commas(text) is comma
