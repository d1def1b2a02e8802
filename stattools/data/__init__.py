"""Data in: a formula and any table, or arrays, become a design, an outcome and a count of what was dropped."""
