"""Forms and filters of the companies' room, a module per noun; pages and API share the filters."""
