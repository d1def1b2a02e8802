import pytest

import stattools as st
from tests.latent.certified import table


@pytest.mark.parametrize("reml", [True, False])
def test_the_page_says_what_varies_and_which_likelihood(reml):
    fit = st.fit(st.linear_mixed("Reaction ~ Days + (Days | Subject)", table("sleepstudy")), reml=reml)
    page = str(fit)
    assert max(map(len, page.splitlines())) <= 80
    assert page.startswith(f"Linear mixed model by {'restricted ' if reml else ''}maximum likelihood")
    assert ("restricted log-likelihood -871.8141" if reml else "log-likelihood -875.9697") in page
    assert "Subject   Intercept" in page
    assert "180 rows, 18 levels of Subject" in page
