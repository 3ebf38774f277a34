"""Seats, meetings, agenda, decisions, tasks and the focus theme of a council."""
