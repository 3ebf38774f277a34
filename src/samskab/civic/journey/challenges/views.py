from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, cast

import segno
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samskab.civic.commons.actors.queries import actors_of
from samskab.civic.commons.initiatives.queries import similar
from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.exports import csv_href, csv_response
from samskab.civic.foundation.core.forms import CivicForm, ConfirmForm
from samskab.civic.foundation.core.http import CivicRequest, one, perform, press, show, throttle
from samskab.civic.foundation.core.links import digest
from samskab.civic.foundation.core.paging import page
from samskab.civic.journey.challenges import actions, forms, queries
from samskab.civic.journey.challenges.models import Challenge, Party
from samskab.civic.journey.challenges.sections import drawn
from samskab.civic.journey.challenges.sheet import as_challenge
from samskab.civic.journey.challenges.wizard import Wizard
from samskab.engine.language import lix

CSV = {
    "title": lambda row: row.title,
    "step": lambda row: row.get_step_display(),
    "closing": lambda row: row.closing_text,
    "what": lambda row: row.what,
    "for_whom": lambda row: row.for_whom,
    "where": lambda row: row.where,
    "supporters": lambda row: row.n_supporters,
    "moved_at": lambda row: row.moved_at.isoformat(),
    "example": lambda row: "eksempel" if row.is_example else "",
}


def index(request: CivicRequest) -> HttpResponse:
    form = forms.ListFilter(request.GET or None, council=request.council)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = queries.filtered(
        queries.visible(request.by),
        step=chosen.get("step", ""),
        group=chosen["group"].pk if chosen.get("group") else None,
        text=chosen.get("q", ""),
    )
    if request.GET.get("format") == "csv":
        return csv_response("udfordringer", rows.order_by("-moved_at", "-pk").iterator(), CSV)
    found = page(request, rows, order="-moved_at")
    return show(
        request,
        "challenges/list.html",
        {"filters": form, "page": found, "csv_href": csv_href(request)},
    )


def detail(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = one(Challenge.objects.select_related("merged_into"), request.by, pk=pk)
    if not may(request.by, "challenges.see", challenge):
        raise Http404
    return show(request, "challenges/detail.html", _detail(request, challenge))


def _detail(request: CivicRequest, challenge: Challenge) -> dict[str, Any]:
    by = request.by
    parties = list(challenge.parties.select_related("actor"))
    return {
        "challenge": challenge,
        "parties": parties,
        "mine": set(actors_of(by).values_list("pk", flat=True)) if by.signed_in else set(),
        "timeline": queries.timeline(challenge),
        "sections": drawn(by, challenge),
        "follows": queries.follows(by, challenge),
        "supports": queries.supports(by, challenge, _session_digest(request)),
        "groups": list(challenge.target_groups.all()),
    }


# --- raising -----------------------------------------------------------------------------------
STEP_NAMES = (gettext_lazy("What"), gettext_lazy("For whom"), gettext_lazy("Where and who"))
SHEET_NAMES = (
    gettext_lazy("Who"),
    gettext_lazy("Dream"),
    gettext_lazy("Results"),
    gettext_lazy("Participants"),
    gettext_lazy("Plan"),
)


def raise_challenge(request: CivicRequest) -> HttpResponse:
    """Three short steps."""
    return Wizard(forms.RAISING, _raise_page, _send).answer(request)


def prepare(request: CivicRequest) -> HttpResponse:
    """The sheet with which a process is prepared, filled in on the screen."""
    return Wizard(forms.PREPARING, _prepare_page, _send_prepared).answer(request)


def _raise_page(request: CivicRequest, bound: list[CivicForm], at: int) -> HttpResponse:
    written = str(request.POST.get("what", ""))
    more = {
        "similar": _alike(request) if at > 1 else None,
        "lix": lix(written) if at > 1 and written else None,
    }
    return show(request, "challenges/raise.html", _step(bound, at, STEP_NAMES) | more)


def _prepare_page(request: CivicRequest, bound: list[CivicForm], at: int) -> HttpResponse:
    return show(request, "challenges/prepare.html", _step(bound, at, SHEET_NAMES))


def _step(bound: list[CivicForm], at: int, names: Sequence[Any]) -> dict[str, Any]:
    others = [form for number, form in enumerate(bound, start=1) if number != at]
    return {"form": bound[at - 1], "carried": others, "at": at, "names": names}


def _send(request: CivicRequest, bound: list[CivicForm]) -> HttpResponse:
    values: dict[str, Any] = {}
    for form in bound:
        values |= form.values()
    return _raised(request, bound, values) or _raise_page(request, bound, len(bound))


def _send_prepared(request: CivicRequest, bound: list[CivicForm]) -> HttpResponse:
    values: dict[str, Any] = {}
    for form in bound:
        values |= form.values()
    answer = _raised(request, bound, as_challenge(values))
    return answer or _prepare_page(request, bound, len(bound))


def _raised(
    request: CivicRequest, bound: list[CivicForm], values: dict[str, Any]
) -> HttpResponse | None:
    throttle(request, "raise", limit=20, seconds=3600)
    return perform(
        request,
        bound[-1],
        lambda: actions.raise_challenge(by=request.by, **values),
        done=lambda made: reverse("challenges:mine", args=[made[1]]) + "?ny=1",
    )


def _alike(request: CivicRequest) -> dict[str, Any] | None:
    text = f"{request.POST.get('title', '')} {request.POST.get('what', '')}".strip()
    if len(text) < 12:
        return None
    found = {
        "challenges": queries.similar_to(request.council, text),
        "initiatives": similar(request.council, text),
    }
    return found if any(found.values()) else None


def alike(request: CivicRequest) -> HttpResponse:
    """What looks like the text being written, as a fragment for the page."""
    throttle(request, "alike", limit=120, seconds=600)
    return show(request, "challenges/_alike.html", {"similar": _alike(request)})


def paper(request: CivicRequest) -> HttpResponse:
    """The same questions on paper, with a code that leads back here."""
    address = request.build_absolute_uri(reverse("challenges:raise"))
    drawing = segno.make(address, error="m").svg_inline(scale=4, border=2)
    code = mark_safe(drawing)  # noqa: S308 - drawn by segno from our own address
    return show(request, "challenges/paper.html", {"address": address, "code": code})


# --- the private link --------------------------------------------------------------------------
def _by_token(request: CivicRequest, token: str) -> Challenge:
    challenge = queries.by_link(request.council, digest(token))
    if challenge is None:
        raise Http404
    request.by = request.by.holding("challenges.challenge", challenge.pk)
    return challenge


def mine(request: CivicRequest, token: str) -> HttpResponse:
    challenge = _by_token(request, token)
    which = request.POST.get("which") if request.method == "POST" else ""
    correct = forms.CorrectForm(
        request.POST if which == "correct" else None, initial=_as_typed(challenge)
    )
    withdraw = forms.WithdrawForm(request.POST if which == "withdraw" else None)
    erase = ConfirmForm(request.POST if which == "erase" else None)
    here = reverse("challenges:mine", args=[token])
    response = _mine_post(request, which, challenge, here, correct, withdraw, erase)
    if response is None:
        response = show(
            request,
            "challenges/mine.html",
            {
                "challenge": challenge,
                "token": token,
                "address": request.build_absolute_uri(here),
                "is_new": "ny" in request.GET,
                "correct": correct,
                "withdraw": withdraw,
                "erase": erase,
                "timeline": queries.timeline(challenge),
                "can_correct": may(request.by, "challenges.correct", challenge),
            },
        )
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _mine_post(
    request: CivicRequest,
    which: str | None,
    challenge: Challenge,
    here: str,
    correct: CivicForm,
    withdraw: CivicForm,
    erase: CivicForm,
) -> HttpResponse | None:
    by = request.by
    if which == "correct":
        return perform(
            request,
            correct,
            lambda: actions.correct(
                by=by, challenge=challenge, seen=correct.cleaned_data["seen"], **correct.values()
            ),
            done=lambda row: here,
            message=_("Your text is corrected."),
        )
    if which == "withdraw":
        return perform(
            request,
            withdraw,
            lambda: actions.withdraw(by=by, challenge=challenge, **withdraw.values()),
            done=lambda row: here,
            message=_("Your challenge is withdrawn."),
        )
    if which == "erase":
        return perform(
            request,
            erase,
            lambda: actions.erase_raiser(by=by, challenge=challenge),
            done=lambda row: reverse("challenges:list"),
            message=_("Your name and e-mail are deleted. The link no longer works."),
        )
    return None


def _as_typed(challenge: Challenge) -> dict[str, Any]:
    names = ("title", "what", "for_whom", "where")
    return {name: getattr(challenge, name) for name in names} | {"seen": challenge.version}


def mine_export(request: CivicRequest, token: str) -> HttpResponse:
    """All that we keep about the person who raised it, as a file."""
    challenge = _by_token(request, token)
    response = JsonResponse(queries.export(challenge), json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="min-udfordring.json"'
    response["Cache-Control"] = "no-store"
    return response


# --- the work of facilitator and secretariat ---------------------------------------------------
def queue(request: CivicRequest) -> HttpResponse:
    require(request.by, "challenges.queue")
    found = list(queries.queue(request.council)[:100])
    return show(request, "challenges/queue.html", {"rows": found})


def _work(request: CivicRequest, pk: int, permission: str) -> Challenge:
    challenge = cast(Challenge, one(Challenge.objects, request.by, pk=pk))
    require(request.by, permission, challenge)
    return challenge


def _home(challenge: Any) -> str:
    return reverse("challenges:detail", args=[challenge.pk])


def screen(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = _work(request, pk, "challenges.screen")
    form = forms.ScreenForm(request.POST or None, initial={"seen": challenge.version})
    response = perform(
        request,
        form,
        lambda: actions.screen(
            by=request.by, challenge=challenge, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=_home,
        message=_("The answer is sent."),
    )
    return response or show(
        request, "challenges/screen.html", {"form": form, "challenge": challenge}
    )


def open_challenge(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = _work(request, pk, "challenges.facilitate")
    return _press(
        request,
        challenge,
        lambda: actions.open_challenge(by=request.by, challenge=challenge),
        _("The challenge is open to everybody."),
    )


def move(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = _work(request, pk, "challenges.move")
    form = forms.MoveForm(
        request.POST or None, challenge=challenge, initial={"seen": challenge.version}
    )
    response = perform(
        request,
        form,
        lambda: actions.move(
            by=request.by, challenge=challenge, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=_home,
        message=_("The challenge is moved."),
    )
    return response or show(request, "challenges/move.html", {"form": form, "challenge": challenge})


def invite(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = _work(request, pk, "challenges.invite")
    form = forms.InviteForm(request.POST or None, challenge=challenge)
    response = perform(
        request,
        form,
        lambda: actions.invite_party(by=request.by, challenge=challenge, **form.values()),
        done=_home,
        message=_("The party is invited."),
    )
    return response or show(
        request, "challenges/invite.html", {"form": form, "challenge": challenge}
    )


# --- taking part -------------------------------------------------------------------------------
def join(request: CivicRequest, pk: int) -> HttpResponse:
    if not request.by.signed_in:
        return redirect(f"{reverse('accounts:sign_in')}?next={request.path}")
    challenge = _work(request, pk, "challenges.join")
    form = forms.JoinForm(request.POST or None, by=request.by)
    response = perform(
        request,
        form,
        lambda: actions.join(by=request.by, challenge=challenge, **form.values()),
        done=lambda party: _home(party.challenge),
        message=_("You take part now. Good to have you."),
    )
    context = {"form": form, "challenge": challenge, "has_actor": actors_of(request.by).exists()}
    return response or show(request, "challenges/join.html", context)


def decline(request: CivicRequest, pk: int) -> HttpResponse:
    party = one(Party.objects.select_related("challenge", "actor"), request.by, pk=pk)
    require(request.by, "challenges.answer_invitation", party)
    return _press(
        request,
        party.challenge,
        lambda: actions.decline(by=request.by, party=party),
        _("The answer is noted."),
    )


def _session_digest(request: CivicRequest) -> str:
    key = request.session.session_key
    return hashlib.sha256(f"support:{key}".encode()).hexdigest() if key else ""


def support(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = _work(request, pk, "challenges.support")
    if request.method == "POST" and not request.session.session_key:
        request.session.save()
    if request.method != "POST":
        return show(
            request, "challenges/support.html", {"challenge": challenge, "form": ConfirmForm()}
        )
    throttle(request, "support", limit=60, seconds=3600)
    act = actions.withdraw_support if "withdraw" in request.POST else actions.support
    return _press(
        request,
        challenge,
        lambda: act(by=request.by, challenge=challenge, session_digest=_session_digest(request)),
        _("Thank you. Your choice is noted."),
    )


def follow(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = _work(request, pk, "challenges.follow")
    act = actions.unfollow if "withdraw" in request.POST else actions.follow
    return _press(
        request, challenge, lambda: act(by=request.by, challenge=challenge), _("That is noted.")
    )


def _press(request: CivicRequest, challenge: Challenge, act: Any, message: str) -> HttpResponse:
    return press(request, act, back=_home(challenge), message=message)


def photo(request: CivicRequest, pk: int) -> HttpResponse | FileResponse:
    challenge = one(Challenge.objects, request.by, pk=pk)
    if not challenge.photo or not may(request.by, "challenges.see", challenge):
        raise Http404
    response = FileResponse(challenge.photo.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    return response
