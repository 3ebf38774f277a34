"""Recipes that travel, and what came of them elsewhere."""
