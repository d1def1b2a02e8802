import pytest

from stattools.validation.papers.tables import kinds, size_of


@pytest.mark.parametrize(
    "head, found",
    [
        ("B (SE)", "estimate se"),
        ("OR (95% CI)", "ratio interval"),
        ("aOR [95% CI]", "ratio interval"),
        ("n (%)", "count share"),
        ("M (SD)", "mean sd"),
        ("Mean ± SD", "mean sd"),
        ("Control (n = 28) M (SD)", "mean sd"),
        ("Pr(>|t|)", "p"),
        ("Model 1 B", "estimate"),
        ("95% CI LL", "lower"),
        ("[0.025", "lower"),
        ("z value", "z"),
        ("χ2", "chi-square"),
        ("Sum Sq", "squares"),
        ("Treatment (n = 90)", ""),
        ("", ""),
    ],
)
def test_what_headings_say(head, found):
    assert " ".join(kinds(head)) == found


def test_sizes():
    assert size_of("Treatment (N = 1,204)") == 1204
    assert size_of("Treatment") is None
