import pytest

from stattools.validation.papers.audit_paper import audit_paper


@pytest.mark.parametrize(
    "text, verdicts",
    [
        ("45 of 192 (23.4%)", ["right"]),
        ("45 of the 192 patients (23.4%)", ["right"]),
        ("45/192 (24.3%)", ["wrong"]),
        ("45 out of 192 (23%)", ["right"]),
        ("23.4% (45/192)", ["right"]),
        ("24.4% (45 of 192)", ["wrong"]),
        ("1,045 of 4,192 (24.9%)", ["right"]),
        ("Of 192 patients, 45 (23.4%) were ill and 30 (16.6%) died.", ["right", "wrong"]),
        ("Of the 192 women, 45 (23.4%) came; of these, 9 (20%) left.", ["right"]),
        ("12 of 20 patients (60% female), 2 of 3 trials (95% CI 0.3 to 0.9)", []),
        ("200 of 192 (104.2%)", ["wrong"]),
        ("45 von 192 (23,4%); p = ,04", ["right"]),
    ],
)
def test_percentages(text, verdicts):
    found = [one.verdict for one in audit_paper("z = 0, p = 1. " + text, "a").checks if one.kind == "percentage"]
    assert found == verdicts
