"""Methods, cases, dilemmas, models and templates about co-creating."""
