"""A challenge and its steps, from raised to concept or closed."""
