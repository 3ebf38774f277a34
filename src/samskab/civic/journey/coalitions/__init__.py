"""Needs, who can supply them together, and the agreement."""
