from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.knowledge.models import Article, Edition, Kind, Suggestion, Verdict
from samskab.civic.commons.knowledge.queries import copies_of
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotFound
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.notifications.actions import notify
from samskab.engine.moderation import Sent, judge

TAKEN = {"ny", "forslag"}
LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


@action("knowledge.write")
def write_article(
    *,
    by: Principal,
    kind: str,
    title_da: str,
    text_da: str,
    title_en: str = "",
    text_en: str = "",
    source: str = "",
    source_url: str = "",
    slug: str = "",
    is_example: bool = False,
) -> Article:
    if kind not in Kind.values:
        raise Invalid(_("Choose what kind of article it is."), field="kind")
    article = Article(
        council=by.council,
        slug=slug or _slug(title_da),
        kind=kind,
        title_da=title_da.strip(),
        title_en=title_en.strip(),
        text_da=text_da.strip(),
        text_en=text_en.strip(),
        source=source.strip(),
        source_url=source_url,
        is_example=is_example,
    )
    article.sign(by)
    try:
        with transaction.atomic():
            article.save()
    except IntegrityError:
        raise Invalid(
            _("There is an article with this title already. Choose another title."),
            field="title_da",
        ) from None
    record(by, "knowledge.write_article", article, kind=kind)
    return article


def _slug(title: str) -> str:
    """The title as an address; never that of another page of the room."""
    slug = slugify(title.lower().translate(LETTERS))[:80]
    if not slug:
        raise Invalid(_("Write a title with letters or numbers."), field="title_da")
    return f"{slug}-1" if slug in TAKEN else slug


@action("knowledge.write", on="article")
def edit_article(
    *,
    by: Principal,
    article: Article,
    kind: str,
    title_da: str,
    text_da: str,
    title_en: str = "",
    text_en: str = "",
    source: str = "",
    source_url: str = "",
    seen: int | None = None,
) -> Article:
    if kind not in Kind.values:
        raise Invalid(_("Choose what kind of article it is."), field="kind")
    words = {"title_da": title_da, "text_da": text_da, "title_en": title_en, "text_en": text_en}
    _keep_edition(article, {name: text.strip() for name, text in words.items()})
    article.kind, article.source_url = kind, source_url
    article.title_da, article.title_en = title_da.strip(), title_en.strip()
    article.text_da, article.text_en = text_da.strip(), text_en.strip()
    article.source = source.strip()
    article.save()
    record(by, "knowledge.edit_article", article)
    return article


def _keep_edition(article: Article, words: dict[str, str]) -> None:
    """What it says now is kept when the words change."""
    before = {name: getattr(article, name) for name in words}
    if before == words:
        return
    number = Edition.objects.filter(article=article).count() + 1
    Edition.objects.create(
        council=article.council,
        article=article,
        number=number,
        **before,
    )


@action("knowledge.judge", on="article")
def judge_article(*, by: Principal, article: Article, useful: bool, reader: str) -> Article:
    """A reader says whether it was useful; the same reader again changes the answer."""
    if not reader:
        raise Invalid(_("Load the page again, and try once more."))
    before = Verdict.objects.filter(article=article, reader=reader).first()
    if before is not None and before.useful == useful:
        return article
    Verdict.objects.update_or_create(
        council=by.council, article=article, reader=reader, defaults={"useful": useful}
    )
    back = 1 if before is not None else 0
    Article.objects.filter(pk=article.pk).update(
        n_useful=F("n_useful") + (1 if useful else -back),
        n_useless=F("n_useless") + (-back if useful else 1),
    )
    record(by, "knowledge.judge_article", article, useful=useful)
    return article


@action("knowledge.suggest")
def suggest(
    *,
    by: Principal,
    name: str,
    email: str,
    text: str,
    article: Article | None = None,
    seconds: float | None = None,
    trap: bool = False,
) -> Suggestion:
    """A reader writes what is missing; what looks like spam is put aside, as with comments."""
    if article is not None and article.council_id != by.council.pk:
        raise NotFound
    for value, field in ((name or by.name, "name"), (email or by.email, "email"), (text, "text")):
        if not value.strip():
            raise Invalid(_("Fill in this field."), field=field)
    row = Suggestion(
        council=by.council,
        article=article,
        name=(name or by.name).strip(),
        email=(email or by.email).strip().lower(),
        text=text.strip(),
    )
    if not by.signed_in:
        found = judge(Sent(row.text, row.name, seconds, trap, copies_of(row)))
        if found.held:
            row.status, row.signs = Suggestion.Status.HELD, ",".join(found.reasons)
    row.save()
    record(by, "knowledge.suggest", row, status=row.status)
    return row


@action("knowledge.answer", on="suggestion")
def answer_suggestion(
    *, by: Principal, suggestion: Suggestion, accept: bool, reason: str = ""
) -> Suggestion:
    """Takes it up or not; the reader gets a mail. A refusal has a reason."""
    if suggestion.status in {Suggestion.Status.ACCEPTED, Suggestion.Status.REFUSED}:
        raise Conflict(_("Somebody has answered this already."))
    if not accept and not reason.strip():
        raise Invalid(_("Write why it is not taken up."), field="reason")
    was_spam = suggestion.status == Suggestion.Status.HELD
    status = Suggestion.Status.ACCEPTED if accept else Suggestion.Status.REFUSED
    suggestion.status, suggestion.reason = status, reason.strip()
    suggestion.save()
    # Nobody asked a forged sender of spam whether they want mail.
    if accept or not was_spam:
        _tell_reader(suggestion)
    record(by, "knowledge.answer_suggestion", suggestion, status=status)
    return suggestion


def _tell_reader(row: Suggestion) -> None:
    path = reverse("knowledge:detail", args=[row.article.slug]) if row.article else ""
    notify(
        council=row.council,
        to=row.email,
        subject=_("Thank you for your suggestion"),
        template="knowledge/mail/answer.txt",
        context={
            "suggestion": row,
            "accepted": row.status == Suggestion.Status.ACCEPTED,
            "href": row.council.address(path or reverse("knowledge:list")),
        },
        kind="knowledge.answer",
    )
