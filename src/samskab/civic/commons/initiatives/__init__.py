"""What exists already, where it overlaps, and how double work is settled."""
