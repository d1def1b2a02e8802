import re

import stattools as st


def test_the_coin_tells_the_sequence_from_the_count(text_of):
    text = text_of("coin")
    assert re.search(r"\| +0.2 \| +2.62144e-05 \| +0.005505024 \| +210 \|", text)
    low, high = st.posterior(st.binomial(6, 10), prior=st.Beta(1, 1)).interval(0.94)
    assert f"{low:.3f} to {high:.3f}" in text
    assert "Beta(7, 5)" in text


def test_the_coin_says_how_much_is_the_priors(text_of):
    text = text_of("coin")
    for prior, after in {"Haldane": st.Beta(6, 4), "Jeffreys": st.Beta(6.5, 4.5), "flat": st.Beta(7, 5)}.items():
        cells = [prior, f"`{after!r}`", f"{after.mean:.3f}", f"{after.probability(low=0.5):.3f}"]
        line = r"\| " + r" *\| +".join(map(re.escape, cells)) + r" \|"
        assert re.search(line, text)
    s = float(re.search(r"mean 0.4 that would turn this round is worth ([\d.]+) flips", text)[1])
    assert abs(st.Beta(0.4 * s + 6, 0.6 * s + 4).probability(low=0.5) - 0.5) < 0.002  # s has one decimal
    sure = float(re.search(r"prior of mean 1/2 worth (\d+) flips", text)[1])
    assert abs(st.Beta(sure / 2 + 6, sure / 2 + 4).probability(0.45, 0.55) - 0.95) < 0.001


def test_the_ledger_of_the_coin_adds_up(text_of):
    text = text_of("coin")
    evidence = st.posterior(st.coin([0, 1, 0, 1, 1, 1, 0, 0, 1, 1]), prior=st.Beta(1, 1)).log_evidence
    assert f"The evidences add up to {evidence:.4f}, that of all ten flips at once, " in text
    assert "the same posterior to the last bit, `Beta(7, 5)`" in text
    assert "without the second it is `Beta(5, 4)`" in text
