"""pytest plugin, loaded before Django's settings: each xdist worker gets a Valkey database of its own.

The worker processes share one PostgreSQL (pytest-django makes a database for each) and one Valkey, where a
job of one test must never reach the Celery worker of another.
"""

import os

number = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
if number and "?" not in os.environ.get("REDIS_URL", "?"):
    os.environ["REDIS_URL"] += f"?db={int(number) + 1}"
