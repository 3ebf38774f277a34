"""Texts that are kept in both languages."""

from __future__ import annotations

from django.utils.translation import get_language


def chosen(da: str, en: str) -> str:
    """The text in the reader's language; Danish where there is no English."""
    return (en or da) if get_language() == "en" else da


def is_foreign(en: str) -> bool:
    """Whether an English reader gets the Danish text, so that the page can say so (`lang`)."""
    return get_language() == "en" and not en
