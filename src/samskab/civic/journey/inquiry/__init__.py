"""Finding the core: statements, votes, causes and framings."""
