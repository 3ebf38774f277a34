"""Concepts between installations: our signed feed, those we read, and what is in them."""
