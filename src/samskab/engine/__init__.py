"""Numbers and text: no Django, no clock, no network."""
