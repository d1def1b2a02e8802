"""Numbers that somebody printed: read from any table as far as their digits go, and what the words beside them say."""
