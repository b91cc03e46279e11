"""What was asked, and how it is chased: tickets, moves, escalation, meetings, bulletins."""
