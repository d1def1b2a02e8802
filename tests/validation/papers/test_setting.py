from stattools.validation.papers.mentions import setting
from stattools.validation.papers.text import flat


def test_what_a_paper_says():
    said = setting(
        flat(
            "All tests are two-tailed. P-values are Holm adjusted. n = 8. Confidence intervals are profile intervals."
        ),
        alpha=0.05,
        whole=False,
    )
    assert said.holds == {"two-sided", "multiplied", "another interval"}
    assert said.least_df == 3.0
    assert said.said("one-sided", "a one-tailed test")
    assert not said.said("one-sided", "a test")
