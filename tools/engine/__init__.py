"""PostgreSQL and Valkey from wheels, as direct children of one launcher."""
