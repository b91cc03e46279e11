"""How well it went, and who earned what: surveys, frozen months, scores."""
