"""A real PostgreSQL and a real Valkey from wheels, for a laptop, for tests and for nobody's production."""
