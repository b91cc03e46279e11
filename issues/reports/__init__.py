"""Reads that are more than a queryset: a ticket's course, a month's figures."""
