"""Knowledge, news, and how it is to co-create."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from samskab.civic.commons.culture.actions import close_survey, enter_sheet, open_survey
from samskab.civic.commons.knowledge.actions import write_article
from samskab.civic.public.demo.book import Book, read
from samskab.civic.public.news.actions import publish_news


def knowledge(book: Book) -> None:
    for row in read("knowledge"):
        with book.on(-300):
            article = write_article(
                by=book.by("Sekretariatet"),
                slug=row["id"],
                kind=row["kind"],
                title_da=row["title_da"],
                title_en=row["title_en"],
                text_da=row["body_da"],
                text_en=row["body_en"],
                source=row.get("source", ""),
                source_url=row.get("source_url", ""),
                is_example=row["example"],
            )
        book.put("article", row["id"], article)


def culture(book: Book) -> None:
    for row in read("culture"):
        with book.on(row["day"]):
            until = timezone.localdate(book.moment(row["day"]))
            survey = open_survey(by=book.by(), until=until, is_example=True)
            for sheet in row["sheets"]:
                enter_sheet(by=book.by(), survey=survey, answers=sheet)
            close_survey(by=book.by(), survey=survey)


def news(book: Book) -> None:
    for row in read("news"):
        if row["council"] != book.council.slug:
            continue
        with book.on(row.get("day", -500)):
            publish_news(
                by=book.by("Sekretariatet"),
                slug=row["id"],
                title_da=row["title_da"],
                title_en=row["title_en"],
                lead_da=row["summary_da"],
                lead_en=row["summary_en"],
                text_da=_with_quotations(row, "da"),
                text_en=_with_quotations(row, "en"),
                source_name=row.get("source_name", ""),
                source_url=row.get("source_url", ""),
                challenge=book.get("challenge", row.get("challenge")),
                dated="day" in row,
                is_example=row["example"],
            )


def _with_quotations(row: dict[str, Any], language: str) -> str:
    """The text, followed by what people were quoted as saying, as quotations."""
    parts = [row[f"body_{language}"].strip()]
    for quotation in row.get("quotations", []):
        said = quotation["text"] if language == "da" else quotation["translation_en"]
        parts.append(f"> ”{said}”\n>\n> {quotation[f'attribution_{language}']}")
    return "\n\n".join(parts)
