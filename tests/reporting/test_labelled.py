"""Labels and units in the place of names, everywhere in a document."""

import re

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError
from stattools.reporting.document import Bullets, Document, Listing, Paragraph, Section, Table
from stattools.reporting.labelled import labelled
from stattools.reporting.labels import label_of
from stattools.reporting.markdown import markdown
from stattools.reporting.report import compose

RNG = np.random.default_rng(0)
DATA = pd.DataFrame({"age": RNG.integers(20, 60, 80), "race": RNG.integers(1, 4, 80)})
DATA["bwt"] = 3.0 * DATA.age + RNG.normal(size=80)
FIT = st.fit(st.ols("bwt ~ age + log(age) + C(race)", DATA))
LABELS = {"age": "Age [years]", "race": "Race", "bwt": "Birth *weight* [g]"}


def test_every_block_has_the_labels_but_what_is_code_itself():
    words = {"age": label_of("Age [years]")}
    blocks = (
        Section(
            "Of `age`", (Bullets(("**one unit more of `age`**",)), Table(("`age`", "n"), (("`log(age)`", "1"),), "lr"))
        ),
        Paragraph("`age`, `agent` and `` `age` ``: $age$"),
        Listing("y ~ age"),
    )
    found = labelled(Document("On `age`", blocks), words, [FIT.model])
    section, paragraph, listing = found.blocks
    assert found.title == "On Age"
    assert section.title == "Of Age"
    assert section.blocks[0].items == ("**one year more of Age**",)
    assert section.blocks[1] == Table(("Age (years)", "n"), (("log(Age)", "1"),), "lr")
    assert paragraph.text == "Age, `agent` and `` `age` ``: $age$"
    assert listing is blocks[2]


def test_a_report_has_labels_in_sentences_tables_and_figures():
    document = compose(FIT, labels=LABELS, author="Ada", date="2026-11-27")
    text = markdown(document, figures="f")
    assert text.startswith("# Linear regression of Birth \\*weight\\*\n\nAda, 2026-11-27\n")
    data, *rest = text.split("## Likelihood")[0], *text.split("## Likelihood")[1:]
    assert "| Age (years) " in data
    for said in ("| Race: 2 ", "| log(Age) ", "log(Age)"):
        assert said in rest[0]
    code = text.replace("`bwt ~ age + log(age) + C(race)`", "")
    assert "`age`" not in code
    assert "race[T" not in code
    drawn = {figure.name: figure.draw() for figure in document.figures()}
    (axes,) = drawn["coefficients"].axes
    ticks = axes.yaxis.get_major_formatter()
    assert [ticks(at, None) for at in axes.get_yticks()] == ["Age (years)", "log(Age)", "Race: 2", "Race: 3"]
    assert "Birth *weight* (g)" in axes.get_xlabel().replace("\n", " ")


@pytest.mark.parametrize(
    "text, said",
    [
        (
            "the mean of `bwt` is 402 lower (95 % interval: 173 to 631 lower)",
            "402 g lower (95 % interval: 173 to 631 g lower)",
        ),
        (
            "the mean of `bwt` by 3.2, between 1 lower and 2 higher per unit",
            "by 3.2 g, between 1 g lower and 2 g higher per unit",
        ),
        ("the mean of `bwt` is 53 % higher per 7 of `age`", "is 53 % higher per 7 years of Age"),
        ("The mean of bwt, not of bwt2", r"The mean of Birth \*weight\*, not of bwt2"),
    ],
)
def test_sizes_have_the_unit_of_the_outcome(text, said):
    words = {name: label_of(word) for name, word in LABELS.items()}
    (found,) = labelled(Document("", (Paragraph(text),)), words, [FIT.model]).blocks
    assert said in found.text


def test_headings_have_the_unit_of_the_outcome():
    words = {name: label_of(word) for name, word in LABELS.items()}
    table = Table(("mean of bwt", "difference", "p"), (("1", "2", "3"),), "rrr")
    (found,) = labelled(Document("", (table,)), words, [FIT.model]).blocks
    assert found.header == (r"mean of Birth \*weight\* (g)", "difference (g)", "p")


def test_a_regression_of_times_has_them_too():
    frame = DATA.assign(died=1)
    fit = st.fit(st.cox("survival(age, died) ~ C(race) + bwt", frame))
    text = markdown(compose(fit, labels={"race": "Race", "bwt": "Birth weight [g]", "age": "Age"}), figures="f")
    for said in ("| Race: 2 ", "| Birth weight (g) ", "survival(Age, died)", "| Race  "):
        assert said in text


def test_a_label_of_no_column_is_refused():
    with pytest.raises(DomainError, match=r"'agee', which is no column of the data\. Did you mean 'age'"):
        compose(FIT, labels={"agee": "Age"})


def test_a_file_may_have_the_labels_of_other_tables(tmp_path):
    (tmp_path / "a.csv").write_text("name,label\nage,Age\nnobody,Nobody\n")
    assert "Age" in str(compose(FIT, labels=tmp_path / "a.csv").blocks)


def test_products_and_a_mean_alone_have_labels_and_units():
    product = st.fit(st.ols("bwt ~ age * C(race)", DATA))
    text = markdown(compose(product, labels=LABELS), figures="f").split("## Data")[0]
    assert "Age × Race" in text
    assert "`age:C(race)`" not in text
    alone = markdown(compose(st.fit(st.ols("bwt ~ 1", DATA)), labels={"bwt": "Weight [g]"}), figures="f")
    assert re.search(r"the mean of Weight is [\d.]+ g \(95 % interval: [\d.]+ to [\d.]+ g\); ", alone)
