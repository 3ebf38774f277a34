from __future__ import annotations

import logging
import time
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks import task

from samskab.civic.foundation.core.actions import action, locked, record
from samskab.civic.foundation.core.errors import CivicError, Conflict, Invalid, NotFound
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.actions import notify
from samskab.civic.journey.catalogue import queries, remote
from samskab.civic.journey.catalogue.models import Follow, Listing, Source
from samskab.civic.journey.concepts import package, signing
from samskab.civic.journey.concepts.actions import (
    follow_key,
    import_package,
    know_publisher,
    take_report,
)
from samskab.civic.journey.concepts.models import Concept, Level
from samskab.civic.journey.concepts.parcel import Parcel
from samskab.engine.language.identifiers import contains_cpr

log = logging.getLogger("samskab.catalogue")

SOURCES_AT_MOST = 200
LISTINGS_AT_MOST = 20_000  # from one council
PAGES_AT_MOST, SECONDS_AT_MOST = 50, 30.0  # in one pull; the rest comes in another
EVERY = timedelta(hours=6)
WHILE_PULLING = timedelta(minutes=20)
AGAIN_AFTER = tuple(timedelta(hours=hours) for hours in (1, 4, 12, 24))


# --- whom we read ------------------------------------------------------------------------------
@action("catalogue.manage")
def add_source(*, by: Principal, address: str, found: remote.Introduction) -> Source:
    """An address whose host has said who it is. Nothing is read before a person has compared
    the key."""
    if found.key in signing.own().all:
        raise Invalid(
            gettext_lazy("That is your own installation. You see its concepts already."),
            field="address",
        )
    if Source.objects.filter(council=by.council).count() >= SOURCES_AT_MOST:
        raise Invalid(gettext_lazy("You read many catalogues already. Remove one first."),
                      field="address")  # fmt: skip
    source = Source(
        council=by.council, address=address, slug=found.slug, name=found.name,
        offered_key=found.key,
    )  # fmt: skip
    source.sign(by)
    try:
        with transaction.atomic():
            source.save()
    except IntegrityError:
        raise Conflict(gettext_lazy("You have that address already."), field="address") from None
    record(by, "catalogue.add_source", source)
    return source


@action("catalogue.manage", on="source")
def confirm_source(*, by: Principal, source: Source, key: str, seen: int | None = None) -> Source:
    """A person has compared the key: from now on it is theirs, and no other is."""
    if source.status not in {Source.Status.NEW, Source.Status.CHANGED}:
        raise Conflict(gettext_lazy("You have compared the key already."))
    if key != source.offered_key:
        raise Conflict(gettext_lazy("They show another key by now. Compare it once more."))
    if source.publisher is None:
        publisher = know_publisher(by=by, key=key, slug=source.slug, name=source.name)
        if Source.objects.filter(publisher=publisher).exists():
            raise Conflict(gettext_lazy("You read that council already, at another address."))
        source.publisher = publisher
    else:
        follow_key(by=by, publisher=source.publisher, key=key)
    source.status, source.fault, source.failures = Source.Status.ACTIVE, "", 0
    source.etag = ""
    record(by, "catalogue.confirm_source", source)
    return _at_once(source)


@action("catalogue.manage", on="source")
def pause_source(*, by: Principal, source: Source) -> Source:
    """No more is read from there; what was read stays, with the key."""
    if source.status == Source.Status.NEW:
        raise Conflict(gettext_lazy("Compare the key first, or remove the address."))
    if source.status == Source.Status.PAUSED:
        raise Conflict(gettext_lazy("It is paused already."))
    source.status, source.next_pull = Source.Status.PAUSED, None
    source.save()
    record(by, "catalogue.pause_source", source)
    return source


@action("catalogue.manage", on="source")
def resume_source(*, by: Principal, source: Source) -> Source:
    if source.status != Source.Status.PAUSED:
        raise Conflict(gettext_lazy("It is not paused."))
    source.status = Source.Status.ACTIVE
    record(by, "catalogue.resume_source", source)
    return _at_once(source)


@action("catalogue.manage", on="source")
def drop_source(*, by: Principal, source: Source) -> int:
    """Forgets the address and its list. What was brought home stays, and so does the key."""
    key = source.pk
    record(by, "catalogue.drop_source", source)
    source.delete()
    return int(key)


@action("catalogue.manage", on="source")
def read_anew(*, by: Principal, source: Source) -> Source:
    """Begins from the first number again, for when they have had to restore an older state."""
    if source.status != Source.Status.ACTIVE:
        raise Conflict(gettext_lazy("It is not being read."))
    source.sequence, source.etag = 0, ""
    record(by, "catalogue.read_anew", source)
    return _at_once(source)


@action("catalogue.fetch", on="source")
def ask_pull(*, by: Principal, source: Source) -> Source:
    """Somebody wants to see now what is new there."""
    if source.status != Source.Status.ACTIVE:
        raise Conflict(gettext_lazy("It is not being read."))
    record(by, "catalogue.ask_pull", source)
    return _at_once(source)


def _at_once(source: Source) -> Source:
    source.next_pull = timezone.now()
    source.save()
    transaction.on_commit(partial(pull.enqueue, source.pk))
    return source


# --- reading them ------------------------------------------------------------------------------
def pull_due() -> int:
    """Gives every catalogue whose time has come a job of its own, so that one that answers slowly
    holds no other up; how many. For the worker."""
    now = timezone.now()
    keys = list(queries.due(now).values_list("pk", flat=True)[:100])
    return sum(_give_out(key, now) for key in keys)


def _give_out(key: int, now: datetime) -> bool:
    """Of two workers one gives the job out; it holds for as long as nobody took it on."""
    until = now + WHILE_PULLING
    if not queries.due(now).filter(pk=key).order_by().update(next_pull=until):
        return False
    pull.enqueue(key, until.isoformat())
    return True


@task(priority=-10)
def pull(key: int, given: str = "") -> bool:
    """Reads one of them, as soon as a worker has nothing more urgent to do."""
    return pull_one(key, given)


def pull_one(key: int, given: str = "") -> bool:
    """Reads one catalogue, if nobody else is doing so. Whether it was looked at by this call.
    `given` marks a job that was given out: it is carried out once, and not after another.

    No transaction is open while the other installation is asked; each page of its answer is taken
    in one transaction, whole or not at all.
    """
    now = timezone.now()
    mine = queries.due(now)
    if given:
        mine = queries.given_out(datetime.fromisoformat(given))
    if not mine.filter(pk=key).order_by().update(next_pull=now + WHILE_PULLING):
        return False
    source = Source.objects.select_related("council", "publisher").get(pk=key)
    by = system(source.council)
    try:
        _read_all(by, source)
    except CivicError as error:
        note_failure(by=by, source=source, fault=_in_danish(error))
    return True


def _in_danish(error: CivicError) -> str:
    with translation.override("da"):
        return str(error.message)[:300]


def _read_all(by: Principal, source: Source) -> None:
    start = time.monotonic()
    for _turn in range(PAGES_AT_MOST):
        if time.monotonic() - start > SECONDS_AT_MOST:
            return
        page = remote.read_feed(
            source.address, slug=source.slug, since=source.sequence, etag=source.etag
        )
        if page.data is not None and not _is_theirs(by, source, page.key):
            return
        source = take_page(by=by, source=source, page=page)
        if page.data is None or not page.data["more"]:
            return


def _is_theirs(by: Principal, source: Source, key: str) -> bool:
    """Whether the key is the one that we know, or one that it vouches for. Else a person has to
    compare it, and nothing is read until then."""
    publisher = source.publisher
    if publisher is None:
        return False
    if publisher.key == key:
        return True
    found = remote.introduce(source.address)
    if found.slug == source.slug and signing.latest(publisher.key, list(found.changes)) == key:
        follow_key(by=by, publisher=publisher, key=key)
        return True
    doubt_key(by=by, source=source, key=key)
    return False


@action("catalogue.manage", on="source")
def doubt_key(*, by: Principal, source: Source, key: str) -> Source:
    """They sign with a key that nobody has vouched for."""
    source.status, source.offered_key, source.next_pull = Source.Status.CHANGED, key, None
    source.save()
    record(by, "catalogue.doubt_key", source)
    return source


@action("catalogue.manage", on="source")
def note_failure(*, by: Principal, source: Source, fault: str) -> Source:
    """It could not be read; the next try comes later each time."""
    wait = AGAIN_AFTER[min(source.failures, len(AGAIN_AFTER) - 1)]
    source.fault, source.failures = fault, min(source.failures + 1, 1000)
    if source.status == Source.Status.ACTIVE:
        source.next_pull = timezone.now() + wait
    source.save()
    return source


@action("catalogue.manage", on="source")
def take_page(*, by: Principal, source: Source, page: remote.Feed) -> Source:
    """Keeps what a page tells. A line that cannot be used is passed over; the rest is kept."""
    if source.status != Source.Status.ACTIVE or source.publisher is None:
        raise Conflict(gettext_lazy("It is not being read."))
    now = timezone.now()
    more = page.data is not None and page.data["more"]
    source.pulled_at, source.next_pull = now, now + (WHILE_PULLING if more else EVERY)
    source.fault, source.failures = "", 0
    if page.data is not None:
        if page.key != source.publisher.key:
            raise Invalid(remote.CHANGED)
        if page.data["since"] != source.sequence:
            raise Conflict(gettext_lazy("Somebody else has read that page already."))
        _keep(by, source, page)
    source.save()
    return source


def _keep(by: Principal, source: Source, page: remote.Feed) -> None:
    data: dict[str, Any] = page.data or {}
    name = data["council"]["name"]
    if package.is_plain(name, 120) and not contains_cpr(name):
        source.name = name
    _list(source, [_concept(row) for row in data["concepts"]])
    _list(source, [_stopped(row) for row in data["stopped"]])
    if not data["more"]:
        kept = [row["slug"] for row in data["stopped"]]
        stopped = source.listings.filter(kind=Listing.Kind.STOPPED)
        stopped.exclude(slug__in=kept).delete()
    for row in data["adoptions"]:
        _take_report(source, row["told"])
    changed = source.sequence != data["sequence"]
    source.sequence = data["sequence"]
    source.etag = "" if data["more"] else page.etag
    if changed:
        # The tag belongs to the address with the old number.
        source.etag = ""
        record(by, "catalogue.take_page", source, sequence=source.sequence)


def _concept(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": Listing.Kind.CONCEPT,
        "slug": row["slug"],
        "number": row["version"],
        "title": row["title"],
        "for_whom": row["for_whom"],
        "gist": row["gist"],
        "lessons": [],
        "level": row["level"],
        "groups": f" {' '.join(row['target_groups'])} " if row["target_groups"] else "",
        "day": row["published_on"],
        "sequence": row["sequence"],
        "is_example": row["example"],
    }


def _stopped(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": Listing.Kind.STOPPED,
        "slug": row["slug"],
        "number": 1,
        "title": row["title"],
        "for_whom": "",
        "gist": row["reason"],
        "lessons": row["lessons"],
        "level": Level.NOT_WORKING,
        "groups": "",
        "day": row["decided_on"],
        "sequence": 0,
        "is_example": row["example"],
    }


def _list(source: Source, lines: list[dict[str, Any]]) -> None:
    """Writes lines that are new or have changed, in a few statements."""
    known = {
        (row.kind, row.slug): row
        for row in source.listings.filter(slug__in=[line["slug"] for line in lines])
    }
    room = LISTINGS_AT_MOST - source.listings.count()
    fresh: dict[tuple[str, str], Listing] = {}
    for line in lines:
        day = _day(line["day"])
        if day is None or not _is_fit(line):
            continue
        values, key = line | {"day": day}, (line["kind"], line["slug"])
        row = known.get(key)
        if row is None:
            if len(fresh) < room:
                fresh[key] = Listing(council=source.council, source=source, **values)
        elif row.number <= line["number"] and _differs(row, values):
            _renew(row, values)
    Listing.objects.bulk_create(list(fresh.values()), batch_size=500)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _is_fit(line: dict[str, Any]) -> bool:
    texts = [line["title"], line["for_whom"], line["gist"], *line["lessons"]]
    return package.is_honest(texts) and not any(contains_cpr(text) for text in texts)


def _differs(row: Listing, values: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def _renew(row: Listing, values: dict[str, Any]) -> None:
    told = (row.number, row.level) != (values["number"], values["level"])
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    if told:
        _tell_followers(row)


def _tell_followers(row: Listing) -> None:
    """One mail to each who follows; what a mail says is ours, but for the title."""
    given = {"origin": row.source.name, "title": row.title, "number": row.number}
    news = _("%(origin)s has something new about “%(title)s”. It is version %(number)s now.")
    address = row.council.address(reverse("catalogue:list"))
    for follow in row.follows.select_related("user"):
        notify(
            council=row.council,
            to=follow.user.email,
            kind="catalogue.news",
            subject=format_lazy(_("News about a concept: {title}"), title=row.title),
            text=f"{news % given}\n\n{address}",
        )


def _take_report(source: Source, told: Any) -> None:
    """What they tell about a concept of ours; about others' it is none of our business."""
    about = told.get("concept")
    if not isinstance(about, dict) or about.get("key") not in signing.own().all:
        return
    try:
        with transaction.atomic():
            take_report(by=system(source.council), document=told, publisher=source.publisher)
    except (Invalid, NotFound, Conflict):
        log.info("a report from source %s was not taken", source.pk)


# --- using what is in them ---------------------------------------------------------------------
@action("catalogue.fetch", on="listing")
def bring_home(*, by: Principal, listing: Listing, parcel: Parcel) -> Concept:
    """Takes in the package that a line of a catalogue promised, signed by whom we know there."""
    source = locked(listing.source)
    publisher = source.publisher
    if publisher is None or listing.kind != Listing.Kind.CONCEPT:
        raise NotFound
    if parcel.key != publisher.key:
        raise Invalid(
            gettext_lazy(
                "It is signed with another key than the one that you know. Nothing was read. "
                "Read their catalogue again first."
            )
        )
    if parcel.document["council"]["slug"] != source.slug:
        raise Invalid(gettext_lazy("It names another council than theirs. Nothing was read."))
    concept, _new = import_package(by=by, parcel=parcel)
    record(by, "catalogue.bring_home", listing, concept=concept.pk)
    return concept


@action("catalogue.follow", on="listing")
def follow(*, by: Principal, listing: Listing) -> Follow:
    """Hear by mail when it has a new version or is seen in another light."""
    row, new = Follow.objects.get_or_create(council=by.council, listing=listing, user_id=by.user_id)
    if not new:
        raise Conflict(gettext_lazy("You follow it already."))
    record(by, "catalogue.follow", listing)
    return row  # type: ignore[no-any-return]


@action("catalogue.follow", on="listing")
def unfollow(*, by: Principal, listing: Listing) -> Listing:
    mine = Follow.objects.filter(Q(listing=listing) & Q(user_id=by.user_id))
    if not mine.delete()[0]:
        raise Conflict(gettext_lazy("You do not follow it."))
    record(by, "catalogue.unfollow", listing)
    return listing
