"""What makes the tests strict: plugins that conftest.py loads."""
