"""From a challenge to a concept."""
