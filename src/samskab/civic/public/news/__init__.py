"""News with its source."""
