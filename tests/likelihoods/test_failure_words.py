from stattools.likelihoods.times import equation_of
from stattools.likelihoods.words import edge_of, words_of


def test_the_scale_is_written_where_it_is_estimated():
    assert words_of("FailureTime").exponential == "time ratio"
    assert "phi" in equation_of("W", True).distribution
    assert "phi" not in equation_of("W", False).distribution + equation_of("W", False).beside
    assert edge_of("FailureTime").lower < 0.0 < edge_of("FailureTime").upper
