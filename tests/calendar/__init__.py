"""The working calendar: its changes, what they move, and the alarm."""
