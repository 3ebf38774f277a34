"""The same actions and queries for programs."""
