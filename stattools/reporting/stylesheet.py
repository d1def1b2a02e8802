"""How the HTML of a report looks: one column to read, tables that scroll inside it, light and dark, on paper.

The figures carry their own dark colors (`DARK_FIGURE`, put into each SVG): the ground becomes transparent, ink light,
and the blue, vermilion and green of the house take their lighter neighbors, which still differ for the color-blind.
"""

from __future__ import annotations

from stattools.figures.house_style import BLUE, FAINT, GREEN, INK, ORANGE, VERMILION

DARK = {
    BLUE: "#56B4E9",
    VERMILION: "#F28342",
    GREEN: "#8BD17C",
    ORANGE: "#F0C34E",
    INK: "#D8D8D8",
    FAINT: "#3A3F45",
}
"""Each color of the figures on a dark ground."""

GROUND = "#16191D"
"""The dark ground itself."""


def _recolored(light: str, dark: str) -> str:
    """Matplotlib writes colors in lower case into the style of each element."""
    light = light.lower()
    return "".join(f'[style*="{what}: {light}"]{{{what}:{dark}!important}}' for what in ("fill", "stroke"))


DARK_FIGURE = (
    "@media screen and (prefers-color-scheme: dark){"
    + "".join(_recolored(light, dark) for light, dark in DARK.items())
    + _recolored("#ffffff", GROUND)
    + "}"
)

PAGE = f"""\
:root {{ color-scheme: light dark; --ground: #ffffff; --ink: #22262b; --soft: #59616b; --line: #d8dce1;
  --shade: #f4f6f8; --link: #0060a0; }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ --ground: {GROUND}; --ink: #e2e4e7; --soft: #a3abb5;
  --line: #3a4048; --shade: #20252b; --link: #7cc0f0; }} }}
* {{ box-sizing: border-box; }}
html {{ -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }}
body {{ margin: 0; background: var(--ground); color: var(--ink); line-height: 1.6;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }}
main {{ max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: break-word; }}
h1 {{ font-size: 1.8rem; line-height: 1.25; margin: 0.5rem 0 1rem; }}
h2 {{ font-size: 1.35rem; margin: 2.2rem 0 0.6rem; padding-bottom: 0.25rem; border-bottom: 1px solid var(--line); }}
h3 {{ font-size: 1.1rem; margin: 1.6rem 0 0.4rem; }}
p, ul, ol, blockquote, figure {{ max-width: 46rem; }}
a {{ color: var(--link); }}
code, pre {{ font-family: ui-monospace, SFMono-Regular, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.9em; }}
code {{ background: var(--shade); border-radius: 3px; padding: 0.1em 0.3em; unicode-bidi: isolate; }}
pre {{ background: var(--shade); border-radius: 6px; padding: 0.8rem 1rem; white-space: pre-wrap;
  overflow-wrap: anywhere; line-height: 1.4; }}
pre code {{ background: none; padding: 0; }}
blockquote {{ margin: 1rem 0; padding: 0.4rem 1.1rem; border-left: 4px solid var(--link); background: var(--shade); }}
.box {{ margin: 1rem 0 1.4rem; padding: 0.3rem 1.1rem; border: 1px solid var(--link); border-left-width: 6px;
  border-radius: 6px; background: var(--shade); max-width: 48rem; }}
.box p {{ margin: 0.6rem 0; }}
details {{ margin: 1.6rem 0; border: 1px solid var(--line); border-radius: 6px; padding: 0 1rem; }}
details[open] {{ padding-bottom: 0.8rem; }}
summary {{ cursor: pointer; padding: 0.6rem 0; }}
summary > * {{ display: inline; margin: 0 0 0 0.3rem; padding: 0; border: 0; }}
.wide {{ overflow-x: auto; max-width: 100%; margin: 1rem 0; }}
.formula {{ padding: 0.2rem 0; text-align: center; max-width: 46rem; }}
math {{ font-size: 1.08em; }}
table {{ border-collapse: collapse; font-size: 0.88rem; font-variant-numeric: tabular-nums; line-height: 1.4; }}
caption {{ caption-side: bottom; text-align: left; color: var(--soft); padding-top: 0.5rem; }}
th, td {{ padding: 0.35rem 0.5rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }}
thead th {{ border-bottom: 2px solid var(--soft); vertical-align: bottom; }}
tbody th {{ font-weight: normal; max-width: 22rem; }}
.long {{ overflow-wrap: anywhere; }}
.r {{ text-align: right; white-space: nowrap; }}
.c {{ text-align: center; white-space: nowrap; }}
thead .r, thead .c {{ white-space: normal; }}
figure {{ margin: 1.4rem 0; }}
figure img {{ display: block; max-width: 100%; height: auto; }}
figcaption {{ color: var(--soft); font-size: 0.92rem; margin-top: 0.5rem; }}
:focus-visible {{ outline: 2px solid var(--link); outline-offset: 2px; }}
@media (max-width: 34rem) {{ main {{ padding: 0.8rem 0.8rem 3rem; }} h1 {{ font-size: 1.5rem; }}
  table {{ font-size: 0.75rem; }} th, td {{ padding: 0.25rem 0.3rem; }} .c, .r {{ white-space: normal; }} }}
@media print {{ main {{ max-width: none; padding: 0; }} a {{ color: inherit; }} .wide {{ overflow: visible; }}
  figure, table, blockquote, .box, pre {{ break-inside: avoid; }}
  details::details-content {{ content-visibility: visible; display: block; height: auto; }}
  h1, h2, h3 {{ break-after: avoid; }} }}
"""
