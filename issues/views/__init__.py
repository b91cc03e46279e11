"""Pages of the problems' room."""
