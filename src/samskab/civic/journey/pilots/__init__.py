"""Trying a solution: theory of change, plan, risks and journal."""
