"""Forms of the problems' room, for pages and API alike."""
