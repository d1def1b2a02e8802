import pytest

from stattools.validation.papers.audit_paper import audit_paper


@pytest.mark.parametrize(
    "text, verdict",
    [
        ("t(28) = 2.20, p = .036, N = 30", "right"),
        ("t(38) = 2.20, p = .034, N = 30", "wrong"),
        ("An independent-samples t test, t(27) = 2.20, p = .037, N = 30", "wrong"),
        ("An independent-samples t test, t(28) = 2.20, p = .036, N = 30", "right"),
        ("r(48) = .31, p = .03, n = 50", "right"),
        ("r(49) = .31, p = .03, n = 50", "wrong"),
        ("χ2(1, N = 90) = 94.2, p < .001", "wrong"),
        ("χ2(1, N = 90) = 4.2, p = .04", "right"),
        ("F(2, 57) = 3.9, p = .03, N = 50", "wrong"),
        ("With repeated measures, F(2, 57) = 3.9, p = .03, N = 20", None),
    ],
)
def test_degrees_of_freedom_and_rows(text, verdict):
    found = [one.verdict for one in audit_paper(text, "a").checks if one.kind in ("degrees of freedom", "statistic")]
    assert found == ([verdict] if verdict else [])
