"""Characters of papers: what they are read as, and what stands between paragraphs."""

from __future__ import annotations

PARAGRAPH = "\N{PILCROW SIGN}"
"""What stands between paragraphs and rows of tables, which no result reaches across."""


QUARTER = "\N{VULGAR FRACTION ONE QUARTER}"
"""What a font of some journals has in the place of the sign of equality."""
KEPT = "äöüÄÖÜßχβηα≤≥≈±×½¾" + QUARTER + PARAGRAPH
"""What is not ASCII and stays as it is; the rest takes its compatible form."""
SIGNS = {
    **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
    **dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\f\v", " "),
    **dict.fromkeys("\u03c7\U0001d712\U0001d6d8\U0001d74c", "χ"),
    "\u00d7": "×",
    "\uff1d": "=",
    "\ufe64": "<",
    "\uff1c": "<",
    "\u2a7d": "≤",
    "\u2a7e": "≥",
    "\u2266": "≤",
}
"""What is read as another character."""
