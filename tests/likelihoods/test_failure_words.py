from stattools.likelihoods.times import EDGE, WORDS, equation_of


def test_the_scale_is_written_where_it_is_estimated():
    assert WORDS.exponential == "time ratio"
    assert "phi" in equation_of("W", True).distribution
    assert "phi" not in equation_of("W", False).distribution + equation_of("W", False).beside
    assert EDGE.lower < 0.0 < EDGE.upper
