"""Files of users: which paths they give, and how a file is written so that nobody reads half of one."""
