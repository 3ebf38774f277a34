"""Samskab: the working place of a co-creation council."""
