import re

import stattools as st


def test_the_coin_tells_the_sequence_from_the_count(text_of):
    text = text_of("coin")
    assert re.search(r"\| +0.2 \| +2.62144e-05 \| +0.005505024 \| +210 \|", text)
    low, high = st.posterior(st.binomial(6, 10), prior=st.Beta(1, 1)).interval(0.94)
    assert f"{low:.3f} to {high:.3f}" in text
    assert "Beta(7, 5)" in text
