"""Pages of the assessment room."""
