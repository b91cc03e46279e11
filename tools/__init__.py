"""What a developer or a trial needs around the product; nothing here is imported by it."""
