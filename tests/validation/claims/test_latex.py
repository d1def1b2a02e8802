import pytest

from stattools.errors import DomainError
from stattools.validation.claims.markup import is_head, latex_cells, plain
from stattools.validation.claims.reading import read_claim

SIDE = r"""\begin{table}[!htbp] \centering
\begin{tabular}{@{\extracolsep{5pt}}lcc}
\\[-1.8ex]\hline
 & \multicolumn{2}{c}{\textit{Dependent variable:}} \\
\cline{2-3}
\\[-1.8ex] & y & z \\
\\[-1.8ex] & (1) & (2)\\
\hline \\[-1.8ex]
 log\_x & 0.486$^{***}$ & 0.417$^{**}$ \\
  & (0.104) & (0.147) \\
  & & \\
 gb & $-$0.243 &  \\
  & (0.213) &  \\
\hline
Observations & 1{,}120 & 120 \\
R$^{2}$ & 0.173 & 0.189 \\
Residual Std. Error & 0.983 (df = 116) & 0.989 (df = 113) \\
\hline
\textit{Note:}  & \multicolumn{2}{r}{$^{*}$p$<$0.1; standard errors in parentheses} \\
\end{tabular}
\end{table}
"""
COLUMNS = r"""\begin{tabular}{l S S}
\toprule
 & {Estimate} & {Std.\ Error} & $\Pr(>|t|)$ \\ \midrule
$x_1$ & \num{1.5} & 0.2\tnote{a} & $<0.001$ \\
\bottomrule
\end{tabular}"""


def test_models_side_by_side():
    claim = read_claim(SIDE, column="Dependent variable: y (1)")
    assert claim.terms == ("log_x", "gb")
    assert claim.columns["estimate"].value.tolist() == [0.486, -0.243]
    assert claim.columns["se"].value.tolist() == [0.104, 0.213]
    assert {name: float(fact.value) for name, fact in claim.facts.items()} == {
        "n": 1120,
        "r_squared": 0.173,
        "scale": 0.983,
    }
    assert read_claim(SIDE, column="(2)").columns["estimate"].value.tolist() == [0.417]
    with pytest.raises(DomainError, match=r"2 columns that may be of estimates.*column="):
        read_claim(SIDE)


def test_headed_columns():
    claim = read_claim(COLUMNS)
    assert (claim.terms, claim.columns["estimate"].value, claim.columns["se"].value) == (("x_1",), [1.5], [0.2])
    assert claim.columns["p"].value == [0.0005]


def test_brackets_that_nobody_explains_are_asked_for():
    with pytest.raises(DomainError, match=r"nobody says what parentheses hold.*'Standard errors in parentheses'"):
        read_claim(SIDE.replace("standard errors in parentheses", ""), column=1)


def test_rows_of_headings():
    assert is_head(("", "(1)", "(2)"))
    assert is_head(("term", "[0.025", "97.5 \\%"))
    assert not is_head(("x", "0.5"))


def test_the_page_of_a_fit_is_its_table_of_coefficients():
    rows = "R$^2$ & 0.4 & n & 51 \\\\ Df & 48 & AIC & 250.0 \\\\ F & 20.7 & BIC & 255 \\\\"
    facts = f"\\begin{{tabular}}{{lclc}} {rows} \\end{{tabular}}"
    head = "& \\textbf{coef} & \\textbf{std err} \\\\ \\midrule"
    table = f"\\begin{{tabular}}{{lcc}} {head} x & 0.5 & 0.1 \\\\ \\end{{tabular}}"
    assert latex_cells(f"{facts}\n{table}", "a").rows == (("x", "0.5", "0.1"),)


def test_greek_letters_under_a_hat_are_headings():
    table = r"\begin{tabular}{lrr} Term & $\hat\beta$ & HC3 s.e. \\ \hline x & 0.5 & 0.1 \\ \end{tabular}"
    claim = read_claim(table + "\n")
    assert claim.columns["se"].value.tolist() == [0.1]
    assert claim.said["covariance"] == "HC3"
    assert plain(r"$\widehat{\alpha}$") == "alpha"
