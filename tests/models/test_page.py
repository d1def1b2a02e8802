"""What print shows of a model."""

import pandas as pd

import stattools as st


def test_a_page_says_what_was_counted_and_which_parameters_there_are():
    table = pd.DataFrame({"c": ["u", "v", "w", "u", "v", None], "x": [1.0, 2, 2, 3, 1, 5]})
    assert str(st.softmax("c ~ x", table)).split("\n") == [
        "Softmax regression",
        "c ~ x",
        "log odds against the reference c = 'u'",
        "5 rows, 1 dropped for missing values (c 1)",
        "",
        "parameter",
        "────────────",
        "v: Intercept",
        "v: x",
        "w: Intercept",
        "w: x",
        "",
        "st.fit(model) estimates them.",
    ]


def test_many_parameters_are_counted():
    page = str(st.coin([0, 1] * 30, by=[f"arm {k}" for k in range(30)] * 2))
    assert "\nand 10 more; see model.names" in page
    assert page.count("\narm ") == 20


def test_a_network_names_its_layers_and_not_its_thousand_parameters():
    page = str(st.network("y ~ x", {"y": [0, 1, 1], "x": [1.0, 2, 3]}, hidden=[300]))
    assert "Layers      dense - sigmoid - dense" in page
    assert len(page.split("\n")) == 6
