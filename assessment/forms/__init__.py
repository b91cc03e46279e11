"""Forms of the assessment room."""
