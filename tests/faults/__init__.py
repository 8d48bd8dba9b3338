"""Real processes, really killed. `make fault` runs them; they are no part of the tests."""
