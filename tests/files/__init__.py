"""Attachments: what is taken, what is refused and why, what is left in a picture, who may have it."""
