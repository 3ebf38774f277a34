from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, cast

import segno
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from samskab.civic.commons.actors.queries import actors_of
from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.exports import csv_response, safe_cell
from samskab.civic.foundation.core.http import CivicRequest, one, perform, press, show, throttle
from samskab.civic.foundation.core.links import digest
from samskab.civic.journey.challenges.models import Challenge, Party
from samskab.civic.journey.challenges.queries import joined
from samskab.civic.journey.inquiry import actions, forms, pdf, queries, reading, tallies
from samskab.civic.journey.inquiry.models import (
    Cause,
    Framing,
    Inquiry,
    Invitation,
    Participant,
    Sheet,
    Statement,
    StoredMap,
    Vote,
)
from samskab.civic.journey.inquiry.queries import Voter
from samskab.engine import opinion
from samskab.engine.language.differing import Piece, difference

A_PAGE = 25
WITHOUT_KEYS = "inquiry:without_keys"


# --- loading -----------------------------------------------------------------------------------
def _load(request: CivicRequest, pk: int, permission: str = "inquiry.see") -> Inquiry:
    """The inquiry of a challenge. Who may not see it is not told that it is there."""
    rows = Inquiry.objects.select_related("challenge")
    inquiry = cast(Inquiry, one(rows, request.by, challenge_id=pk))
    return _allowed(request, inquiry, permission)


def _to_answer(request: CivicRequest, pk: int) -> Inquiry:
    """The same with no more than a vote asks of it: votes come by the hundred."""
    inquiry = tallies.to_answer(request.council.pk, pk)
    if inquiry is None:
        raise Http404
    permission = "inquiry.take_part"
    if may(request.by, permission, inquiry):  # which includes to see it
        return inquiry
    return _allowed(request, inquiry, permission)


def _allowed(request: CivicRequest, inquiry: Inquiry, permission: str) -> Inquiry:
    if not may(request.by, "inquiry.see", inquiry):
        raise Http404
    require(request.by, permission, inquiry)
    return inquiry


def _page(request: CivicRequest, template: str, inquiry: Inquiry, **context: Any) -> HttpResponse:
    return show(
        request,
        f"inquiry/{template}.html",
        {"inquiry": inquiry, "challenge": inquiry.challenge, **context},
    )


def _at(name: str, inquiry: Inquiry, *args: Any) -> str:
    return reverse(f"inquiry:{name}", args=[inquiry.challenge_id, *args])


def _press(
    request: CivicRequest, act: Callable[[], Any], home: str, message: str = ""
) -> HttpResponse:
    return press(request, act, back=home, message=message)


def _posted(request: CivicRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response


# --- who answers -------------------------------------------------------------------------------
def _held(inquiry: Inquiry) -> str:
    return f"inquiry:{inquiry.pk}"


def _door(inquiry: Inquiry) -> str:
    return f"inquiry:{inquiry.pk}:door"


def _voter(request: CivicRequest, inquiry: Inquiry) -> Voter:
    """Who this browser stands for: an account, a private link, or the session itself."""
    key = request.session.session_key
    session = hashlib.sha256(f"inquiry:{key}".encode()).hexdigest() if key else ""
    held, door = request.session.get(_held(inquiry)), request.session.get(_door(inquiry))
    return Voter(request.by.user_id, held, session, door)


def _begin(request: CivicRequest) -> None:
    """Gives the browser a session before the transaction, so that a refusal leaves it whole."""
    if request.method == "POST" and not request.session.session_key:
        request.session.save()


def _remember(request: CivicRequest, inquiry: Inquiry, participant: int) -> None:
    """Only after the action went well: a key that was rolled back may become another's."""
    if request.session.get(_held(inquiry)) != participant:
        request.session[_held(inquiry)] = participant


def _known(request: CivicRequest, inquiry: Inquiry) -> Participant | None:
    """The person's row, if it needs nothing done before they act."""
    voter = _voter(request, inquiry)
    found = queries.participant_of(voter, inquiry)
    return None if found and voter.user_id and found.user_id is None else found


def _participant(request: CivicRequest, inquiry: Inquiry) -> Participant:
    """The person's row, made now when this is the first thing they do."""
    found = _known(request, inquiry)
    if found is None:
        throttle(request, "enter", limit=300, seconds=3600)
        found = actions.enter(by=request.by, inquiry=inquiry, voter=_voter(request, inquiry))
    return found


def _present(request: CivicRequest, inquiry: Inquiry) -> Participant | None:
    return queries.participant_of(_voter(request, inquiry), inquiry)


def by_link(request: CivicRequest, pk: int, token: str) -> HttpResponse:
    """A private link: from now on this browser answers as the person it was given to."""
    inquiry = _load(request, pk, "inquiry.take_part")
    found = queries.participant_by_link(inquiry, digest(token))
    if found is None:
        raise Http404
    if request.by.signed_in:
        messages.info(request, _("You are signed in, so you answer as yourself."))
    elif found.user_id:
        messages.info(
            request, _("The person with this link has an account by now. Sign in to go on.")
        )
    else:
        request.session[_held(inquiry)] = found.pk
    response = redirect("inquiry:vote", inquiry.challenge_id)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return _private(response)


def by_invitation(request: CivicRequest, code: str) -> HttpResponse:
    """An open door: the browser remembers which one, until the person has answered."""
    rows = Invitation.objects.select_related("inquiry__challenge")
    found = cast(Invitation, one(rows, request.by, code=code.upper()))
    inquiry = _load(request, found.inquiry.challenge_id)
    if inquiry.takes_votes:
        request.session[_door(inquiry)] = found.pk
    return _private(redirect("inquiry:vote", inquiry.challenge_id))


def by_sheet(request: CivicRequest, code: str) -> HttpResponse:
    """The code on a sheet of paper: the same person, on a telephone."""
    throttle(request, "sheet", limit=300, seconds=600)
    sheet = queries.sheet_by_code(request.council, code)
    if sheet is None:
        raise Http404
    inquiry = _load(request, sheet.inquiry.challenge_id, "inquiry.take_part")
    if request.by.signed_in:
        messages.info(request, _("You are signed in, so you answer as yourself."))
    elif sheet.participant.user_id is None:
        request.session[_held(inquiry)] = sheet.participant_id
    response = redirect("inquiry:vote", inquiry.challenge_id)
    response["X-Robots-Tag"] = "noindex"
    return _private(response)


# --- the front of the room ---------------------------------------------------------------------
def home(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk)
    parties = list(joined(inquiry.challenge))
    return _page(
        request,
        "home",
        inquiry,
        parties=parties,
        missing=queries.voices(inquiry).missing,
        framing=queries.current_framing(inquiry.challenge),
        statements=queries.shown(inquiry),
    )


def start(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = cast(Challenge, one(Challenge.objects, request.by, pk=pk))
    require(request.by, "inquiry.open", challenge)
    form = forms.StartForm(_posted(request), initial=_prepared(challenge))
    later = "prepare" in request.POST
    act = actions.prepare_inquiry if later else actions.open_inquiry
    response = perform(
        request,
        form,
        lambda: act(by=request.by, challenge=challenge, **form.values()),
        done=lambda inquiry: _at("desk", inquiry),
        message=_("Write the first statements now.") if later else _("Now we find the core."),
    )
    return response or show(request, "inquiry/start.html", {"form": form, "challenge": challenge})


def _prepared(challenge: Challenge) -> dict[str, Any]:
    inquiry = queries.inquiry_on(challenge)
    return {"question": inquiry.question if inquiry else "", "statement_language": "da"}


# --- answering ---------------------------------------------------------------------------------
def vote(request: CivicRequest, pk: int) -> HttpResponse:
    """One statement and three buttons."""
    form = forms.VoteForm(_posted(request))
    response = _take(request, pk, form) if request.method == "POST" else None
    if response:
        return _private(response)
    inquiry = _load(request, pk, "inquiry.take_part")
    asked = request.GET.get("udsagn") or request.POST.get("statement")
    turn = queries.turn(inquiry, _voter(request, inquiry), _whole(asked))
    last = _whole(request.GET.get("efter"))
    by_keys = not request.session.get(WITHOUT_KEYS)
    context = {"turn": turn, "form": form, "last": last, "by_keys": by_keys}
    return _private(_page(request, "vote", inquiry, **context))


def keys(request: CivicRequest, pk: int) -> HttpResponse:
    """Switches the digits that answer off in this browser, or on again."""
    inquiry = _load(request, pk, "inquiry.take_part")
    if request.method == "POST":
        request.session[WITHOUT_KEYS] = request.POST.get("keys") == "off"
    statement = _whole(request.POST.get("udsagn"))
    return redirect(f"{_at('vote', inquiry)}{f'?udsagn={statement}' if statement else ''}#udsagn")


def _take(request: CivicRequest, pk: int, form: forms.VoteForm) -> HttpResponse | None:
    inquiry = _to_answer(request, pk)
    _begin(request)
    return perform(
        request,
        form,
        lambda: _cast(request, inquiry, form),
        # to the statement itself: on a telephone and by keyboard the answers come next
        done=lambda made: f"{request.path}?efter={made.statement_id}#udsagn",
    )


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _cast(request: CivicRequest, inquiry: Inquiry, form: forms.VoteForm) -> Vote:
    # Whether it is shown, the action sees; that it is of this inquiry, the action checks.
    statement = Statement(pk=form.cleaned_data["statement"], council_id=inquiry.council_id)
    statement.inquiry = inquiry
    value = form.cleaned_data["value"]
    known = _known(request, inquiry)
    # the first answer makes the person; when it is refused, nobody is left behind
    with nullcontext() if known else transaction.atomic():
        participant = known or _participant(request, inquiry)
        made = actions.vote(
            by=request.by, statement=statement, participant=participant, value=value
        )
    _remember(request, inquiry, participant.pk)
    return made


def mine(request: CivicRequest, pk: int) -> HttpResponse:
    """The person's own answers, to look at and change."""
    inquiry = _load(request, pk)
    answers = queries.answers_of(_present(request, inquiry))
    rows = [(row, answers[row.pk]) for row in queries.shown(inquiry) if row.pk in answers]
    carried = queries.carried(_present(request, inquiry))
    return _private(_page(request, "mine", inquiry, rows=rows, carried=carried))


def write(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk, "inquiry.take_part")
    form = forms.StatementForm(_posted(request))
    if request.method == "POST":
        throttle(request, "statement", limit=60, seconds=3600)
    response = perform(
        request,
        form,
        lambda: actions.propose_statement(by=request.by, inquiry=inquiry, **form.values()),
        done=lambda made: _at("vote", inquiry),
        message=_("Thank you. All can see your statement now.")
        if inquiry.reading == Inquiry.Reading.AFTER
        else _("Thank you. The facilitator reads your statement before all can see it."),
    )
    return response or _page(request, "write", inquiry, form=form)


# --- the map -----------------------------------------------------------------------------------
def _read(
    request: CivicRequest, inquiry: Inquiry, key: int | None = None
) -> tuple[StoredMap | None, reading.Reading | None]:
    """The map of a day, else the newest, in the words of today."""
    stored = queries.map_of_day(inquiry, key)
    if stored is None:
        return None, None
    texts = {row.pk: row.text for row in queries.shown(inquiry)}
    return stored, reading.read(stored.data, texts, get_language() or "da")


def opinion_map(request: CivicRequest, pk: int) -> HttpResponse:
    """What all share, what divides, what nobody knows; then the drawing and the groups."""
    inquiry = _load(request, pk)
    day = _whole(request.GET.get("dag"))
    stored, found = _read(request, inquiry, day)
    if request.GET.get("format") == "csv":
        return _numbers(found)
    if day and stored is None:
        raise Http404
    own = queries.place_of(stored, _present(request, inquiry)) if stored and found else None
    grouped = own is not None and own[2] is not None and found is not None and found.has_groups
    response = _page(
        request,
        "map",
        inquiry,
        stored=stored,
        reading=found,
        day=day,
        me=reading.mark(*own) if own else None,
        my_group=reading.letter(own[2]) if own and grouped else "",
        size=(reading.WIDTH, reading.HEIGHT),
    )
    return _private(response)


def all_numbers(request: CivicRequest, pk: int) -> HttpResponse:
    """Every statement with its numbers, 25 to a page, by what the reader looks for."""
    inquiry = _load(request, pk)
    stored, found = _read(request, inquiry)
    order = request.GET.get("orden", "faelles")
    order = order if order in reading.ORDERS else "faelles"
    lines = reading.ordered(found, order) if found and found.enough else []
    page = min(max(_whole(request.GET.get("side")) or 1, 1), max(1, -(-len(lines) // A_PAGE)))
    return _page(
        request,
        "numbers",
        inquiry,
        stored=stored,
        reading=found,
        lines=lines[(page - 1) * A_PAGE : page * A_PAGE],
        order=order,
        orders=_orders(),
        page=page,
        pages=range(1, -(-len(lines) // A_PAGE) + 1),
        total=len(lines),
    )


def _orders() -> list[tuple[str, str]]:
    return [
        ("faelles", _("What we share first")),
        ("skiller", _("What divides us first")),
        ("tvivl", _("What many are in doubt about first")),
        ("svar", _("Most answers first")),
    ]


def history(request: CivicRequest, pk: int) -> HttpResponse:
    """How the map came to be: the last map of each day."""
    inquiry = _load(request, pk)
    texts = {row.pk: row.text for row in queries.shown(inquiry)}
    found = reading.moments(queries.history(inquiry), texts)
    return _page(
        request,
        "history",
        inquiry,
        moments=list(reversed(found)),
        people=reading.curve(found, lambda moment: moment.people) if len(found) > 1 else None,
        common=reading.curve(found, lambda moment: moment.common) if len(found) > 1 else None,
        first=found[0] if found else None,
        last=found[-1] if found else None,
    )


def _numbers(found: reading.Reading | None) -> HttpResponse:
    rows = reading.numbers(found) if found else []
    names = list(rows[0]) if rows else ["id", "text"]
    columns: dict[str, Callable[[Any], Any]] = {name: _column(name) for name in names}
    return csv_response("kort", rows, columns)


def _column(name: str) -> Callable[[Any], Any]:
    return lambda row: row[name]


# --- causes ------------------------------------------------------------------------------------
def causes(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk)
    waiting = inquiry.causes.filter(status=Cause.Status.WAITING).select_related("parent")
    return _page(
        request,
        "causes",
        inquiry,
        tree=queries.tree(inquiry, _present(request, inquiry)),
        waiting=list(waiting) if may(request.by, "inquiry.facilitate", inquiry) else [],
    )


def new_cause(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk, "inquiry.take_part")
    trusted = may(request.by, "inquiry.facilitate", inquiry)
    form = forms.CauseForm(
        _posted(request), inquiry=inquiry, trusted=trusted, initial=_place(request, inquiry)
    )
    if request.method == "POST":
        throttle(request, "cause", limit=60, seconds=3600)
    response = perform(
        request,
        form,
        lambda: actions.propose_cause(by=request.by, inquiry=inquiry, **form.values()),
        done=lambda made: _at("causes", inquiry),
        message=_("It is in the tree.")
        if trusted
        else _("Thank you. The facilitator reads it before all can see it."),
    )
    return response or _page(request, "new_cause", inquiry, form=form)


def _place(request: CivicRequest, inquiry: Inquiry) -> dict[str, Any]:
    parent = inquiry.causes.filter(pk=_whole(request.GET.get("under")) or 0).first()
    kind = parent.kind if parent else request.GET.get("slags", "cause")
    return {"parent": parent, "kind": kind}


def _cause(request: CivicRequest, pk: int, permission: str) -> Cause:
    cause = cast(Cause, one(Cause.objects.select_related("inquiry__challenge"), request.by, pk=pk))
    require(request.by, permission, cause)
    return cause


def weigh(request: CivicRequest, pk: int) -> HttpResponse:
    cause = _cause(request, pk, "inquiry.take_part")
    _begin(request)

    def act() -> bool:
        participant = _participant(request, cause.inquiry)
        weighs = "withdraw" not in request.POST
        changed = actions.weigh_cause(
            by=request.by, cause=cause, participant=participant, weighs=weighs
        )
        _remember(request, cause.inquiry, participant.pk)
        return changed

    return _press(request, act, _at("causes", cause.inquiry), _("Your choice is noted."))


def show_cause(request: CivicRequest, pk: int) -> HttpResponse:
    cause = _cause(request, pk, "inquiry.facilitate")
    return _press(
        request,
        lambda: actions.moderate_cause(by=request.by, cause=cause, show=True),
        _at("causes", cause.inquiry),
        _("It is in the tree."),
    )


def hide_cause(request: CivicRequest, pk: int) -> HttpResponse:
    cause = _cause(request, pk, "inquiry.facilitate")
    act = actions.moderate_cause
    return _hide(
        request, cause, lambda **why: act(by=request.by, cause=cause, show=False, **why), "causes"
    )


def merge_cause(request: CivicRequest, pk: int) -> HttpResponse:
    cause = _cause(request, pk, "inquiry.facilitate")
    rows = Cause.objects.filter(inquiry=cause.inquiry, kind=cause.kind, status=Cause.Status.SHOWN)
    act = actions.merge_cause
    return _merge(request, cause, rows, lambda into: act(by=request.by, cause=cause, into=into))


def _merge(request: CivicRequest, row: Any, others: Any, act: Callable[[Any], Any]) -> HttpResponse:
    """Which one says the same? The most alike stand first."""
    choices = queries.alike(row, others)
    form = forms.MergeForm(_posted(request), rows=choices)
    back = _at("causes" if isinstance(row, Cause) else "desk", row.inquiry)
    response = perform(
        request,
        form,
        lambda: act(others.get(pk=form.cleaned_data["into"])),
        done=lambda made: back,
        message=_("They are one now. You can undo it: show the hidden one again."),
    )
    return response or _page(
        request, "merge", row.inquiry, form=form, row=row, back=back, choices=choices
    )


def _hide(request: CivicRequest, row: Any, act: Callable[..., Any], back: str) -> HttpResponse:
    form = forms.HideForm(_posted(request))
    response = perform(
        request,
        form,
        lambda: act(**form.values()),
        done=lambda made: _at(back, row.inquiry),
        message=_("It is hidden."),
    )
    return response or _page(
        request, "hide", row.inquiry, form=form, row=row, back=_at(back, row.inquiry)
    )


# --- the shared description --------------------------------------------------------------------
def framings(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk)
    versions = queries.framings(inquiry)
    parties = list(joined(inquiry.challenge))
    mine = (
        set(actors_of(request.by).values_list("pk", flat=True)) if request.by.signed_in else set()
    )
    answers = {row.party_id: row for row in versions[0].endorsements.all()} if versions else {}
    return _page(
        request,
        "framings",
        inquiry,
        versions=[_with_difference(versions, at) for at in range(len(versions))],
        rows=[(party, answers.get(party.pk), party.actor_id in mine) for party in parties],
        missing=queries.voices(inquiry).missing,
        all_answered=bool(parties) and all(party.pk in answers for party in parties),
    )


def _with_difference(versions: list[Framing], at: int) -> tuple[Framing, list[Piece]]:
    before = versions[at + 1].text if at + 1 < len(versions) else None
    pieces = difference(before, versions[at].text) if before is not None else []
    return versions[at], pieces


def new_framing(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk, "inquiry.facilitate")
    current = queries.current_framing(inquiry.challenge)
    initial = {
        "text": current.text if current else "",
        "seen_number": current.number if current else 0,
    }
    form = forms.FramingForm(_posted(request), initial=initial)
    response = perform(
        request,
        form,
        lambda: actions.propose_framing(by=request.by, inquiry=inquiry, **form.values()),
        done=lambda made: _at("framings", inquiry),
        message=_("The new version is ready. Now the parties can answer."),
    )
    return response or _page(request, "new_framing", inquiry, form=form, current=current)


def endorse(request: CivicRequest, pk: int, party: int) -> HttpResponse:
    inquiry = _load(request, pk)
    rows = Party.objects.select_related("actor", "challenge")
    found = cast(Party, one(rows, request.by, pk=party, challenge=inquiry.challenge))
    require(request.by, "inquiry.endorse", found)
    framing = queries.current_framing(inquiry.challenge)
    if framing is None:
        raise Http404
    framing = _answered(request, inquiry) or framing
    form = forms.EndorseForm(_posted(request))
    response = perform(
        request,
        form,
        lambda: actions.endorse(by=request.by, party=found, framing=framing, **form.values()),
        done=lambda made: _at("framings", inquiry),
        message=_("Thank you. The answer is noted."),
    )
    return response or _page(request, "endorse", inquiry, form=form, party=found, framing=framing)


def _answered(request: CivicRequest, inquiry: Inquiry) -> Framing | None:
    """The version that the form showed: an answer never lands on another one unnoticed."""
    number = _whole(request.POST.get("version"))
    return inquiry.framings.filter(number=number).first() if number else None


def conclude(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk, "inquiry.facilitate")
    form = forms.ConcludeForm(_posted(request), initial={"seen": inquiry.version})
    response = perform(
        request,
        form,
        lambda: actions.conclude_framing(
            by=request.by, inquiry=inquiry, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=lambda made: reverse("challenges:detail", args=[inquiry.challenge_id]),
        message=_("The shared description stands. Well done."),
    )
    framing = queries.current_framing(inquiry.challenge)
    waiting = queries.unanswered(framing, inquiry.challenge) if framing else []
    return response or _page(
        request, "conclude", inquiry, form=form, framing=framing, waiting=waiting
    )


# --- the facilitator's desk --------------------------------------------------------------------
def desk(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk, "inquiry.facilitate")
    return _desk(request, inquiry, forms.ManyForm())


def _desk(request: CivicRequest, inquiry: Inquiry, many: forms.ManyForm) -> HttpResponse:
    tokens = request.session.pop(f"links:{inquiry.pk}", [])
    addresses = [request.build_absolute_uri(_at("link", inquiry, token)) for token in tokens]
    found = {
        status: list(queries.by_status(inquiry, status)[:300]) for status in Statement.Status.values
    }
    response = _page(
        request,
        "desk",
        inquiry,
        many=many,
        seed=forms.SeedForm(auto_id="seed_%s"),
        links=forms.LinksForm(auto_id="links_%s"),
        tokens=[(address, _code(address)) for address in addresses],
        made=queries.links(inquiry).count(),
        to_read=queries.to_read(inquiry),
        twins=queries.look_alikes(found["shown"] + found["waiting"]),
        **found,
    )
    return _private(response)


def _code(address: str) -> str:
    """The address as a square to scan."""
    drawing = segno.make(address, error="m").svg_inline(omitsize=True, border=2)
    return mark_safe(drawing)  # noqa: S308 - drawn by segno from our own address


def read_many(request: CivicRequest, pk: int) -> HttpResponse:
    """Shows or hides the statements that are ticked, or the one whose own button was pressed."""
    inquiry = _load(request, pk, "inquiry.facilitate")
    rows = Statement.objects.filter(inquiry=inquiry)
    form = forms.ManyForm(_posted(request), rows=rows)
    only = _whole(request.POST.get("only"))
    show_them = "hide" not in request.POST
    response = perform(
        request,
        form,
        lambda: actions.moderate_statements(
            by=request.by,
            inquiry=inquiry,
            keys=[only] if only else form.cleaned_data["keys"],
            show=show_them,
            reason=form.cleaned_data["reason"],
        ),
        done=lambda made: _at("desk", inquiry),
        message=_("They are shown.") if show_them else _("They are hidden."),
    )
    return response or (
        _desk(request, inquiry, form) if form.is_bound else redirect(_at("desk", inquiry))
    )


def set_reading(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk, "inquiry.facilitate")
    chosen = request.POST.get("reading", "")
    return _press(
        request,
        lambda: actions.set_reading(
            by=request.by,
            inquiry=inquiry,
            reading=chosen,
            seen=_whole(request.POST.get("seen")),
        ),
        _at("desk", inquiry),
        _("New statements are shown at once. You read them afterwards.")
        if chosen == Inquiry.Reading.AFTER
        else _("New statements wait until you have read them."),
    )


def merge_statement(request: CivicRequest, pk: int) -> HttpResponse:
    row = _statement(request, pk)
    rows = Statement.objects.filter(inquiry=row.inquiry, status=Statement.Status.SHOWN)
    act = actions.merge_statement
    return _merge(request, row, rows, lambda into: act(by=request.by, statement=row, into=into))


# --- who is missing ----------------------------------------------------------------------------
def missing(request: CivicRequest, pk: int) -> HttpResponse:
    """Who is heard and who is not, and an address that everybody can share."""
    inquiry = _load(request, pk)
    address = request.build_absolute_uri(_at("vote", inquiry))
    doors = queries.invitations(inquiry) if may(request.by, "inquiry.facilitate", inquiry) else []
    return _page(
        request,
        "missing",
        inquiry,
        voices=queries.voices(inquiry),
        invitations=doors,
        address=address,
        code=_code(address),
    )


def new_invitation(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk, "inquiry.facilitate")
    wanted = {name: request.GET.get(name, "") for name in ("label", "sector", "place")}
    initial = wanted | {"target_group": request.GET.get("target_group", "")}
    form = forms.InvitationForm(_posted(request), council=request.council, initial=initial)
    response = perform(
        request,
        form,
        lambda: actions.invite(by=request.by, inquiry=inquiry, **form.values()),
        done=lambda made: _at("invitation", inquiry, made.pk),
        message=_("The invitation is ready. Share it, or print it."),
    )
    return response or _page(request, "new_invitation", inquiry, form=form)


def invitation(request: CivicRequest, pk: int, invitation: int) -> HttpResponse:
    """An invitation to share: the address, the code to scan, a poster when it is printed."""
    inquiry = _load(request, pk, "inquiry.facilitate")
    rows = Invitation.objects.select_related("place", "target_group")
    found = cast(Invitation, one(rows, request.by, inquiry=inquiry, pk=invitation))
    address = request.build_absolute_uri(reverse("inquiry:door", args=[found.code]))
    return _page(
        request,
        "invitation",
        inquiry,
        invitation=found,
        address=address,
        code=_code(address),
        few=0 < found.n_people < queries.FEWEST,
    )


# --- on paper ----------------------------------------------------------------------------------
def sheets(request: CivicRequest, pk: int) -> HttpResponse:
    """Sheets to print, and the ones that came back."""
    inquiry = _load(request, pk, "inquiry.facilitate")
    form = forms.SheetsForm(
        _posted(request), inquiry=inquiry, initial={"invitation": request.GET.get("til")}
    )
    response = perform(
        request,
        form,
        lambda: actions.make_sheets(by=request.by, inquiry=inquiry, **form.values()),
        done=lambda made: f"{_at('sheets', inquiry)}?nye={made[0].pk}-{made[-1].pk}",
        message=_("The sheets are ready to print."),
    )
    if response:
        return response
    made = list(queries.sheets(inquiry)[:500])
    return _page(
        request,
        "sheets",
        inquiry,
        form=form,
        find=forms.CodeForm(auto_id="find_%s"),
        new=_range(request.GET.get("nye", "")),
        waiting=[row for row in made if row.entered_at is None],
        entered=[row for row in made if row.entered_at is not None],
    )


def _range(text: str) -> tuple[int, int] | None:
    first, _dash, last = text.partition("-")
    numbers = _whole(first), _whole(last)
    return numbers if numbers[0] and numbers[1] else None  # type: ignore[return-value]


def sheets_pdf(request: CivicRequest, pk: int, first: int, last: int) -> HttpResponse:
    """Sheets as a tagged PDF, a page for each person."""
    inquiry = _load(request, pk, "inquiry.facilitate")
    rows = list(
        queries.sheets(inquiry)
        .filter(pk__gte=first, pk__lte=last)
        .order_by("pk")[: actions.MOST_SHEETS]
    )
    if not rows:
        raise Http404
    texts = dict(inquiry.statements.values_list("pk", "text"))
    content = pdf.sheets_pdf(
        inquiry,
        [
            (row, request.build_absolute_uri(reverse("inquiry:by_sheet", args=[row.code])))
            for row in rows
        ],
        texts,
    )
    return _private(_file(content, "ark.pdf"))


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def find_sheet(request: CivicRequest, pk: int) -> HttpResponse:
    """From the code on the paper to the page where its ticks are entered."""
    inquiry = _load(request, pk, "inquiry.facilitate")
    form = forms.CodeForm(_posted(request), auto_id="find_%s")
    if form.is_valid():
        found = queries.sheet_by_code(request.council, form.cleaned_data["code"])
        if found is not None and found.inquiry_id == inquiry.pk:
            return redirect(_at("sheet", inquiry, found.pk))
        form.add_error("code", _("There is no sheet with this code here. Read it once more."))
    return _page(request, "find_sheet", inquiry, form=form)


def sheet(request: CivicRequest, pk: int, sheet: int) -> HttpResponse:
    """The ticks of one sheet, entered by the secretariat."""
    inquiry = _load(request, pk, "inquiry.facilitate")
    found = cast(Sheet, one(queries.sheets(inquiry), request.by, pk=sheet))
    shown_now = {row.pk: row for row in queries.shown(inquiry)}
    rows = [shown_now[key] for key in found.statements if key in shown_now]
    given = queries.answers_of(found.participant)
    initial = {f"s{row.pk}": str(given.get(row.pk, "")) for row in rows}
    form = forms.SheetForm(_posted(request), rows=rows, initial=initial)
    response = perform(
        request,
        form,
        lambda: actions.enter_sheet(by=request.by, sheet=found, **form.values()),
        done=lambda made: _at("sheets", inquiry),
        message=_("The sheet is entered. Thank you."),
    )
    return _private(response or _page(request, "sheet", inquiry, form=form, sheet=found, rows=rows))


# --- the report --------------------------------------------------------------------------------
def _report(request: CivicRequest, inquiry: Inquiry) -> dict[str, Any]:
    stored, found = _read(request, inquiry)
    versions = queries.framings(inquiry)
    parties = list(joined(inquiry.challenge))
    answers = {row.party_id: row for row in versions[0].endorsements.all()} if versions else {}
    return {
        "stored": stored,
        "reading": found,
        "size": (reading.WIDTH, reading.HEIGHT),
        "tree": queries.tree(inquiry),
        "framing": versions[0] if versions else None,
        "rows": [(party, answers.get(party.pk)) for party in parties],
        "missing": queries.voices(inquiry).missing_by_kind,
    }


def report(request: CivicRequest, pk: int) -> HttpResponse:
    """All of it on one page: to read, to print, to hand on."""
    inquiry = _load(request, pk)
    return _page(request, "report", inquiry, **_report(request, inquiry))


def report_pdf(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk)
    throttle(request, "report", limit=60, seconds=600)
    return _file(pdf.report_pdf(inquiry, **_report(request, inquiry)), "rapport.pdf")


def seed(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk, "inquiry.facilitate")
    form = forms.SeedForm(_posted(request))
    response = perform(
        request,
        form,
        lambda: actions.seed_statements(by=request.by, inquiry=inquiry, **form.values()),
        done=lambda made: _at("desk", inquiry),
        message=_("The statements are there."),
    )
    return response or _page(request, "seed", inquiry, form=form)


def links(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk, "inquiry.facilitate")
    form = forms.LinksForm(_posted(request))

    def make() -> list[str]:
        tokens = actions.make_links(by=request.by, inquiry=inquiry, **form.values())
        request.session[f"links:{inquiry.pk}"] = tokens
        return tokens

    response = perform(request, form, make, done=lambda made: _at("desk", inquiry))
    return response or _page(request, "links", inquiry, form=form)


def voting(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk, "inquiry.facilitate")
    votes_open = request.POST.get("votes") == "open"
    return _press(
        request,
        lambda: actions.set_voting(
            by=request.by,
            inquiry=inquiry,
            votes_open=votes_open,
            seen=_whole(request.POST.get("seen")),
        ),
        _at("desk", inquiry),
        _("The voting is open.") if votes_open else _("The voting is closed."),
    )


def reopen(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk, "inquiry.facilitate")
    return _press(
        request,
        lambda: actions.reopen_inquiry(by=request.by, inquiry=inquiry),
        _at("desk", inquiry),
        _("It goes on."),
    )


def redraw(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk, "inquiry.facilitate")
    return _press(
        request,
        lambda: actions.request_map(by=request.by, inquiry=inquiry),
        _at("map", inquiry),
        _("The map is being drawn. Load the page again in a moment."),
    )


def _statement(request: CivicRequest, pk: int) -> Statement:
    rows = Statement.objects.select_related("inquiry__challenge")
    statement = cast(Statement, one(rows, request.by, pk=pk))
    require(request.by, "inquiry.facilitate", statement)
    return statement


def show_statement(request: CivicRequest, pk: int) -> HttpResponse:
    statement = _statement(request, pk)
    return _press(
        request,
        lambda: actions.moderate_statement(by=request.by, statement=statement, show=True),
        _at("desk", statement.inquiry),
        _("The statement is shown."),
    )


def hide_statement(request: CivicRequest, pk: int) -> HttpResponse:
    row = _statement(request, pk)
    act = actions.moderate_statement
    return _hide(
        request, row, lambda **why: act(by=request.by, statement=row, show=False, **why), "desk"
    )


def bring_in(request: CivicRequest, pk: int) -> HttpResponse:
    inquiry = _load(request, pk, "inquiry.facilitate")
    form = forms.ImportForm(_posted(request), request.FILES or None)
    response = perform(
        request,
        form,
        lambda: actions.import_polis(by=request.by, inquiry=inquiry, **form.values()),
        done=lambda made: _at("desk", inquiry),
        message=_("The conversation is read in."),
    )
    return response or _page(request, "import", inquiry, form=form)


WRITERS: dict[str, Callable[[queries.Export, io.StringIO], None]] = {
    # Anybody may have written them, and the facilitator opens the file in a spreadsheet.
    "comments": lambda found, out: opinion.write_comments_csv(
        [replace(row, text=safe_cell(row.text)) for row in found.comments], out
    ),
    "votes": lambda found, out: opinion.write_votes_csv(found.votes, out),
    "participants-votes": lambda found, out: opinion.write_participants_votes_csv(
        opinion.VoteMatrix.from_votes(found.votes, statements=[row.id for row in found.comments]),
        out,
        groups=found.groups,
    ),
}


def take_out(request: CivicRequest, pk: int, what: str) -> HttpResponse:
    """The statements and votes in the files of Polis, without names and without hours."""
    inquiry = _load(request, pk, "inquiry.facilitate")
    if what not in WRITERS:
        raise Http404
    out = io.StringIO(newline="")
    WRITERS[what](queries.export(inquiry), out)
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{what}.csv"'
    return _private(response)
