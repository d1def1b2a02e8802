import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError
from stattools.reporting.files import ENDINGS, is_one_file

DATA = pd.DataFrame({"x": np.arange(30.0), "y": np.sin(np.arange(30.0))})
FIT = st.fit(st.ols("y ~ x", DATA))


def test_html_is_one_file_the_same_as_beside_the_markdown(tmp_path):
    path = st.report(FIT, to=tmp_path / "new" / "a.html")
    assert path == tmp_path / "new" / "a.html"
    assert [each.name for each in path.parent.iterdir()] == ["a.html"]
    st.report(FIT, to=tmp_path / "b", html=True)
    assert path.read_bytes() == (tmp_path / "b.html").read_bytes()


@pytest.mark.slow
def test_a_markdown_report_beside_it_stays(tmp_path):
    st.report(FIT, to=tmp_path / "a", html=False)
    before = (tmp_path / "a.md").read_bytes()
    st.report(FIT, to=tmp_path / "a.html")
    assert (tmp_path / "a.md").read_bytes() == before
    assert (tmp_path / "a" / "residuals.svg").is_file()


@pytest.mark.parametrize("options", [{"html": True}, {"png": True}])
def test_faces_of_markdown_do_not_go_with_one_file(tmp_path, options):
    with pytest.raises(DomainError, match="html= and png= are faces of Markdown"):
        st.report(FIT, to=tmp_path / "a.pdf", **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_name_that_is_an_ending_alone(tmp_path, ending):
    assert is_one_file(tmp_path / f"a{ending}")
    assert not is_one_file(tmp_path / ending[1:])
