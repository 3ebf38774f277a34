"""What the council is: its texts and its focus theme."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council import (
    queries,
)
from samskab.civic.commons.council.actions.common import (
    check_choice,
    check_own,
    filled,
)
from samskab.civic.commons.council.models import (
    CouncilText,
    FocusTheme,
)
from samskab.civic.foundation.core.actions import action, locked, record
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.principal import Principal


@action("council.edit_texts")
def write_text(
    *,
    by: Principal,
    key: str,
    order: int,
    heading: str = "",
    heading_en: str = "",
    text: str = "",
    text_en: str = "",
    source: str = "",
    source_url: str = "",
    is_quotation: bool = False,
) -> CouncilText:
    """Writes the text at a place of its kind, over the one that stands there."""
    check_choice(CouncilText.Key, key, "key")
    if not (heading.strip() or text.strip()):
        raise Invalid(_("Write a heading or a text."), field="heading")
    if is_quotation and not source.strip():
        raise Invalid(_("Say who is quoted."), field="source")
    row: CouncilText
    row, _created = CouncilText.objects.update_or_create(
        council=by.council,
        key=key,
        order=order,
        defaults={
            "heading": heading.strip(),
            "heading_en": heading_en.strip(),
            "text": text.strip(),
            "text_en": text_en.strip(),
            "source": source.strip(),
            "source_url": source_url,
            "is_quotation": is_quotation,
        },
    )
    record(by, "council.write_text", row, key=key, order=order)
    return row


@action("council.edit_texts", on="text")
def remove_text(*, by: Principal, text: CouncilText) -> None:
    record(by, "council.remove_text", text, key=text.key, order=text.order)
    text.delete()


@action("council.edit_texts")
def set_theme(
    *,
    by: Principal,
    title: str,
    text: str = "",
    title_en: str = "",
    text_en: str = "",
    year_from: date | None = None,
    year_to: date | None = None,
    is_current: bool = True,
    source: str = "",
    is_example: bool = False,
    theme: FocusTheme | None = None,
) -> FocusTheme:
    """Adds a focus theme, or rewrites `theme`; a current one takes over from the last."""
    check_own(by, theme)
    if year_from and year_to and year_to < year_from:
        raise Invalid(_("The theme has to end after it begins."), field="year_to")
    row = locked(theme) if theme else FocusTheme(council=by.council, is_example=is_example)
    row.title, row.title_en = filled(title, "title"), title_en.strip()
    row.text, row.text_en, row.source = text.strip(), text_en.strip(), source.strip()
    row.year_from, row.year_to, row.is_current = year_from, year_to, is_current
    if queries.themes(by.council).filter(title=row.title).exclude(pk=row.pk).exists():
        raise Conflict(_("There is a theme with this title already."), field="title")
    if is_current:
        queries.themes(by.council).exclude(pk=row.pk).update(is_current=False)
    row.save()
    record(by, "council.set_theme", row, is_current=is_current)
    return row
