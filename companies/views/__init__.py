"""Pages of the companies' room, a module per noun."""
