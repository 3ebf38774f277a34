"""How the world sees it."""
