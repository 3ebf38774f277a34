"""Measuring honestly and the verdict of the council."""
