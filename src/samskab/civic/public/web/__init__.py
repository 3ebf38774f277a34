"""Front page and the fixed pages of the website."""
