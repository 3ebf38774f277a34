"""The tenant, the log, the acting person, and the shape that every action and view shares."""
