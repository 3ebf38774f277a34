"""Moderation: which comments look like advertising, and why."""

from samskab.engine.moderation.judging import HOLD, Judgement, Sent, judge

__all__ = ["HOLD", "Judgement", "Sent", "judge"]
