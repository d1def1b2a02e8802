"""Names that break tables, pages and papers when they are not escaped."""

from hypothesis import strategies as st

NAMES = (
    "a|b",
    "`tick` ``two``",
    "<script>alert(1)</script>",
    "</td></table><img src=x onerror=alert(1)>",
    "two\nlines",
    "\r\ncarriage",
    "$x_1$",
    "_under_ *star*",
    "[link](javascript:alert)",
    "[",
    "AT&T &lt; &#36;",
    "- dash",
    "-- two",
    "# hash",
    "--- rule",
    "100% of {braces} ~ ^ \\end{tabular}",
    "\\|",
    'say "so"',
    "שלום עולם",
    "abc\u202edcba",
    "👩‍🔬 emoji",
    "漢字",
    "\x00\x1b[31m",
    "x" * 500,
    " ",
    "",
)
TEXT = st.text(alphabet=st.one_of(st.sampled_from("`$*\\|[]()_<>a b\n\r#-&;~{}^%\"'"), st.characters()), max_size=30)


def shown(text):
    """What a reader sees of a text: one line, single spaces, unprintable characters replaced."""
    from stattools.text.printing import printable

    return " ".join(printable(text, " ").split())
