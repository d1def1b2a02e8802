import pytest

from stattools.validation.papers.audit_paper import audit_paper

OTHER = "z = 0, p = 1. "


def verdicts(text, **options):
    return [
        f"{one.kind} {one.verdict}" for one in audit_paper(OTHER + text, "a paper", **options).checks if one.kind != "p"
    ]


@pytest.mark.parametrize(
    "text, found",
    [
        ("Answers were whole numbers. M = 3.45, SD = 1.20, n = 28", ["mean of whole numbers wrong"]),
        (
            "Answers were whole numbers. M = 3.46, SD = 1.20, n = 28",
            ["mean of whole numbers right", "sd of whole numbers right"],
        ),
        ("Integers: M = 2.0, SD = 0.2, n = 5", ["mean of whole numbers right", "sd of whole numbers wrong"]),
        ("Three items were averaged. M = 3.45, n = 28", ["mean of whole numbers right"]),
        ("M = 3.45, SD = 1.20, n = 28", []),
        ("Latencies were M = 523.4, SD = 31.2, n = 28", []),
        ("On a scale from 1 to 7 it was M = 7.40, SD = 1.2", ["mean in its range wrong"]),
        ("On a scale from 1 (never) to 7 (always), M = 4.40", ["mean in its range right"]),
        ("Ratings from 1 to 5, M = 3.0, SD = 3.2, n = 20", ["mean in its range right", "sd in its range wrong"]),
    ],
)
def test_means(text, found):
    assert verdicts(text) == found


def test_all_means_where_the_caller_says_so():
    assert verdicts("M = 3.45, n = 28", whole=True) == ["mean of whole numbers wrong"]
