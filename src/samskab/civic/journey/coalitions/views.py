from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samskab.civic.commons.actors.queries import actors_of
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.exports import csv_href, csv_response
from samskab.civic.foundation.core.http import CivicRequest, one, perform, press, show, throttle
from samskab.civic.foundation.core.links import digest
from samskab.civic.foundation.core.paging import page
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions import actions, forms, matching, queries
from samskab.civic.journey.coalitions.drawing import picture
from samskab.civic.journey.coalitions.models import (
    Agreement,
    CoalitionProposal,
    Need,
    Part,
    Signature,
    Wish,
)
from samskab.civic.journey.coalitions.pdf import agreement_pdf

NEED_CSV = {
    "challenge": lambda row: row.challenge.title,
    "need": lambda row: row.title,
    "kind": lambda row: row.category.get_kind_display(),
    "category": lambda row: row.category.name,
    "amount": lambda row: row.amount,
    "unit": lambda row: row.unit,
    "must": lambda row: int(row.must),
    "start": lambda row: row.period_from,
    "end": lambda row: row.period_to,
    "area": lambda row: row.area.name if row.area else "",
    "offered": lambda row: int(row.has_offer),
    "example": lambda row: "eksempel" if row.is_example else "",
}
AGREEMENT_CSV = {
    "challenge": lambda row: row.challenge.title,
    "status": lambda row: row.get_status_display(),
    "degree": lambda row: row.get_degree_display(),
    "purpose": lambda row: row.purpose,
    "signed_at": lambda row: row.signed_at.date().isoformat(),
    "example": lambda row: "eksempel" if row.challenge.is_example else "",
}


def _challenge(request: CivicRequest, pk: int, permission: str) -> Challenge:
    challenge = cast(Challenge, one(Challenge.objects, request.by, pk=pk))
    if not may(request.by, "challenges.see", challenge):
        raise Http404
    require(request.by, permission, challenge)
    return challenge


def _overview(challenge: Challenge) -> str:
    return reverse("coalitions:overview", args=[challenge.pk])


def _page_of(proposal: CoalitionProposal) -> str:
    return reverse("coalitions:proposal", args=[proposal.pk])


# --- needs -------------------------------------------------------------------------------------
def need_list(request: CivicRequest) -> HttpResponseBase:
    """What is lacking in all challenges, for those who might have it."""
    form = forms.NeedFilter(request.GET or None, council=request.council)
    chosen = form.cleaned_data if form.is_valid() else {}
    about = None
    if chosen.get("challenge"):
        about = _challenge(request, chosen["challenge"], "challenges.see")
    rows = queries.needs(
        request.by,
        challenge=about,
        category=chosen.get("category"),
        place=chosen.get("place"),
        gap=bool(chosen.get("gap")),
    )
    if request.GET.get("format") == "csv":
        return csv_response("behov", rows.order_by("-pk").iterator(), NEED_CSV)
    context = {
        "filters": form,
        "about": about,
        "page": page(request, rows),
        "csv_href": csv_href(request),
    }
    return show(request, "coalitions/needs.html", context)


def need_new(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = _challenge(request, pk, "coalitions.add_need")
    form = forms.NeedForm(request.POST or None, council=request.council)
    response = perform(
        request,
        form,
        lambda: actions.add_need(by=request.by, challenge=challenge, **form.values()),
        done=lambda need: _overview(challenge),
        message=_("The need is added."),
    )
    context = {"form": form, "challenge": challenge}
    return response or show(request, "coalitions/need.html", context)


def _need(request: CivicRequest, pk: int) -> Need:
    need = cast(
        Need, one(Need.objects.select_related("challenge", "category", "area"), request.by, pk=pk)
    )
    require(request.by, "coalitions.edit_need", need)
    return need


def need_edit(request: CivicRequest, pk: int) -> HttpResponse:
    need = _need(request, pk)
    form = forms.NeedForm(
        request.POST or None, council=request.council, initial=forms.need_values(need)
    )
    response = perform(
        request,
        form,
        lambda: actions.edit_need(
            by=request.by, need=need, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=lambda row: _overview(need.challenge),
        message=_("The need is changed."),
    )
    context = {"form": form, "challenge": need.challenge, "need": need}
    return response or show(request, "coalitions/need.html", context)


def need_remove(request: CivicRequest, pk: int) -> HttpResponse:
    need = _need(request, pk)
    return press(
        request,
        lambda: actions.remove_need(by=request.by, need=need),
        back=_overview(need.challenge),
        message=_("The need is removed."),
    )


# --- the room of a challenge -------------------------------------------------------------------
def overview(request: CivicRequest, pk: int) -> HttpResponse:
    """Needs, proposals and agreement of one challenge."""
    challenge = _challenge(request, pk, "challenges.see")
    for_all = may(request.by, "coalitions.wish_for_others", challenge)
    rows = [row for row in queries.proposals_of(challenge) if _is_shown(request, challenge, row)]
    parts = [part for row in rows for part in row.parts.all()]
    known = queries.table(challenge, parts)
    shown = [queries.shown(row, list(row.parts.all()), known) for row in rows]
    set_aside = CoalitionProposal.Status.SET_ASIDE
    context = {
        "challenge": challenge,
        "needs": known.needs,
        "live": [one for one in shown if one.proposal.status != set_aside],
        "old": [one for one in shown if one.proposal.status == set_aside],
        "agreement": queries.agreement_of(challenge),
        "is_gathering": challenge.step == Step.GATHERING,
        "is_framed": challenge.step == Step.FRAMED,
        "wishes": queries.wishes_of(challenge, request.by, own=not for_all)
        if may(request.by, "coalitions.wish", challenge)
        else [],
        "wishes_of_all": for_all,
        "searching": any(
            row.status == CoalitionProposal.Status.DRAFT
            and row.origin == CoalitionProposal.Origin.ENGINE
            and not row.optimal
            and row.created > clock.now() - 2 * timedelta(seconds=actions.LONGER)
            for row in rows
        ),
    }
    return show(request, "coalitions/overview.html", context)


def wish_new(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = _challenge(request, pk, "coalitions.wish")
    own = (
        None if may(request.by, "coalitions.wish_for_others", challenge) else actors_of(request.by)
    )
    form = forms.WishForm(request.POST or None, table=queries.table(challenge), own=own)
    response = perform(
        request,
        form,
        lambda: actions.add_wish(by=request.by, challenge=challenge, **form.values()),
        done=lambda wish: _overview(challenge),
        message=_("The wish is noted."),
    )
    context = {"form": form, "challenge": challenge}
    return response or show(request, "coalitions/wish.html", context)


def wish_remove(request: CivicRequest, pk: int) -> HttpResponse:
    wish = cast(Wish, one(Wish.objects.select_related("challenge"), request.by, pk=pk))
    require(request.by, "coalitions.remove_wish", wish)
    return press(
        request,
        lambda: actions.remove_wish(by=request.by, wish=wish),
        back=_overview(wish.challenge),
        message=_("The wish is removed."),
    )


def gather(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = _challenge(request, pk, "coalitions.gather")
    return press(
        request,
        lambda: actions.open_gathering(by=request.by, challenge=challenge),
        back=_overview(challenge),
        message=_("Now we join forces. Begin with what is needed."),
    )


def propose(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = _challenge(request, pk, "coalitions.propose")
    return press(
        request,
        lambda: actions.propose_coalitions(by=request.by, challenge=challenge),
        back=_overview(challenge),
        message=_("Here are the proposals. Look at each of them before you ask anybody."),
    )


def start(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = _challenge(request, pk, "coalitions.propose")
    like = request.POST.get("like", "")
    rows = CoalitionProposal.objects.filter(challenge=challenge)
    other = rows.filter(pk=like).first() if like.isdigit() else None
    return press(
        request,
        lambda: actions.start_proposal(by=request.by, challenge=challenge, like=other),
        back=_overview(challenge),
        done=_page_of,
    )


def _is_shown(request: CivicRequest, challenge: Challenge, row: CoalitionProposal) -> bool:
    """Nobody is shown to others as part of something that they have not heard of yet."""
    is_draft = row.status == CoalitionProposal.Status.DRAFT
    return not is_draft or may(request.by, "coalitions.add_need", challenge)


# --- one proposal ------------------------------------------------------------------------------
def _proposal(request: CivicRequest, pk: int, permission: str = "") -> CoalitionProposal:
    row = cast(
        CoalitionProposal,
        one(CoalitionProposal.objects.select_related("challenge"), request.by, pk=pk),
    )
    if not may(request.by, "challenges.see", row.challenge):
        raise Http404
    if not _is_shown(request, row.challenge, row):
        raise Http404
    if permission:
        require(request.by, permission, row)
    return row


def proposal(request: CivicRequest, pk: int) -> HttpResponse:
    row = _proposal(request, pk)
    parts = queries.parts_of(row)
    known = queries.table(row.challenge, parts)
    context = {
        "challenge": row.challenge,
        "proposal": row,
        "shown": queries.shown(row, parts, known),
        "agreement": Agreement.objects.filter(proposal=row).first(),
        "mine": set(actors_of(request.by).values_list("pk", flat=True))
        if request.by.signed_in
        else set(),
    }
    return show(request, "coalitions/proposal.html", context)


def part_new(request: CivicRequest, pk: int) -> HttpResponse:
    row = _proposal(request, pk, "coalitions.propose")
    table = queries.table(row.challenge, queries.parts_of(row))
    form = forms.PartForm(request.POST or None, table=table)
    response = perform(
        request,
        form,
        lambda: actions.add_part(by=request.by, proposal=row, **form.values()),
        done=lambda part: _page_of(row),
        message=_("The part is added."),
    )
    context = {"form": form, "proposal": row, "challenge": row.challenge, "offers": table.offers}
    return response or show(request, "coalitions/part.html", context)


def _part(request: CivicRequest, pk: int, permission: str) -> Part:
    rows = Part.objects.select_related("proposal__challenge", "need", "offer", "actor")
    part = cast(Part, one(rows, request.by, pk=pk))
    require(request.by, permission, part)
    return part


def part_edit(request: CivicRequest, pk: int) -> HttpResponse:
    part = _part(request, pk, "coalitions.propose")
    form = forms.PartEditForm(request.POST or None, initial=forms.part_values(part))
    response = perform(
        request,
        form,
        lambda: actions.edit_part(
            by=request.by, part=part, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=lambda row: _page_of(part.proposal),
        message=_("The part is changed."),
    )
    context = {
        "form": form,
        "part": part,
        "proposal": part.proposal,
        "challenge": part.proposal.challenge,
    }
    return response or show(request, "coalitions/part.html", context)


@require_POST
def part_check(request: CivicRequest, pk: int) -> HttpResponse:
    """While somebody chooses: whether the new part fits, and what is lacking then."""
    row = _proposal(request, pk, "coalitions.propose")
    throttle(request, "coalitions.check", limit=120, seconds=600)
    parts = queries.parts_of(row)
    table = queries.table(row.challenge, parts)
    form = forms.PartForm(request.POST, table=table)
    if not form.is_valid():
        return _unread(request, form)
    given = form.values()
    offer = given["offer"]
    part = Part(proposal=row, actor=offer.actor, need=given["need"], offer=offer)
    part.amount = given["amount"]
    return _checked(request, table, [*parts, part])


@require_POST
def part_edit_check(request: CivicRequest, pk: int) -> HttpResponse:
    part = _part(request, pk, "coalitions.propose")
    throttle(request, "coalitions.check", limit=120, seconds=600)
    form = forms.PartEditForm(request.POST)
    if not form.is_valid():
        return _unread(request, form)
    parts = queries.parts_of(part.proposal)
    table = queries.table(part.proposal.challenge, parts)
    for row in parts:
        if row.pk == part.pk:
            row.amount = form.values()["amount"]
    return _checked(request, table, parts)


def _unread(request: CivicRequest, form: forms.PartForm | forms.PartEditForm) -> HttpResponse:
    """An amount that is no number is told at once; what is not filled in yet is no mistake."""
    given = bool(request.POST.get("amount"))
    context = {"unread": form.errors.get("amount") if given else None}
    return show(request, "coalitions/_check.html", context)


def _checked(request: CivicRequest, table: matching.Table, parts: list[Part]) -> HttpResponse:
    context = {
        "checked": True,
        "problems": [sentence for _field, sentence in matching.problems(table, parts)],
        "wishes": matching.against_wishes(table, parts),
        "missing": matching.missing(table, parts),
    }
    return show(request, "coalitions/_check.html", context)


def part_remove(request: CivicRequest, pk: int) -> HttpResponse:
    part = _part(request, pk, "coalitions.propose")
    return press(
        request,
        lambda: actions.remove_part(by=request.by, part=part),
        back=_page_of(part.proposal),
        message=_("The part is removed."),
    )


def ask(request: CivicRequest, pk: int) -> HttpResponse:
    row = _proposal(request, pk, "coalitions.propose")
    return press(
        request,
        lambda: actions.ask_parties(by=request.by, proposal=row),
        back=_page_of(row),
        message=_("The parties have been asked."),
    )


def answer(request: CivicRequest, pk: int) -> HttpResponse:
    part = _part(request, pk, "coalitions.answer")
    form = forms.AnswerForm(request.POST or None, initial={"gain": part.gain})
    response = perform(
        request,
        form,
        lambda: _answer(request, part, form.values()),
        done=lambda row: _page_of(part.proposal),
        message=_("Thank you. The answer is noted."),
    )
    context = {
        "form": form,
        "part": part,
        "proposal": part.proposal,
        "challenge": part.proposal.challenge,
        "on_behalf": not actors_of(request.by).filter(pk=part.actor_id).exists(),
    }
    return response or show(request, "coalitions/answer.html", context)


def _answer(request: CivicRequest, part: Part, given: dict[str, Any]) -> Part:
    if given["answer"] == "yes":
        return actions.accept_part(
            by=request.by, part=part, gain=given["gain"], reason=given["reason"]
        )
    return actions.decline_part(by=request.by, part=part, reason=given["reason"])


def put_aside(request: CivicRequest, pk: int) -> HttpResponse:
    row = _proposal(request, pk, "coalitions.propose")
    form = forms.ReasonForm(request.POST or None)
    response = perform(
        request,
        form,
        lambda: actions.set_aside(by=request.by, proposal=row, **form.values()),
        done=lambda made: _overview(row.challenge),
        message=_("The proposal is set aside."),
    )
    context = {"form": form, "proposal": row, "challenge": row.challenge}
    return response or show(request, "coalitions/set_aside.html", context)


def draft(request: CivicRequest, pk: int) -> HttpResponse:
    row = _proposal(request, pk, "coalitions.agree")
    return press(
        request,
        lambda: actions.draft_agreement(by=request.by, proposal=row),
        back=_page_of(row),
        done=lambda made: reverse("coalitions:agreement", args=[made.pk]),
        message=_("Here is the first draft. Read it and put it right."),
    )


# --- agreements --------------------------------------------------------------------------------
def agreement_list(request: CivicRequest) -> HttpResponseBase:
    rows = queries.agreements(request.by)
    if request.GET.get("format") == "csv":
        return csv_response("aftaler", rows.order_by("-signed_at").iterator(), AGREEMENT_CSV)
    context = {"page": page(request, rows, order="-signed_at"), "csv_href": csv_href(request)}
    return show(request, "coalitions/agreements.html", context)


def _agreement(request: CivicRequest, pk: int, permission: str) -> Agreement:
    rows = Agreement.objects.select_related("challenge", "proposal", "council")
    row = cast(Agreement, one(rows, request.by, pk=pk))
    require(request.by, permission, row)
    return row


def _agreement_context(request: CivicRequest, row: Agreement) -> dict[str, Any]:
    parts = queries.parts_of(row.proposal)
    needs = list(queries.needs_of(row.challenge))
    return {
        "agreement": row,
        "challenge": row.challenge,
        "signatures": queries.signatures(row),
        "missing": matching.missing(matching.Table(needs, [], {}), parts),
        "parts": parts,
    }


def agreement(request: CivicRequest, pk: int) -> HttpResponse:
    row = _agreement(request, pk, "coalitions.see_agreement")
    context = _agreement_context(request, row)
    by = request.by
    context["picture"] = picture(context["parts"], context["missing"])
    context["mine"] = set(actors_of(by).values_list("pk", flat=True)) if by.signed_in else set()
    return show(request, "coalitions/agreement.html", context)


def agreement_file(request: CivicRequest, pk: int) -> HttpResponse:
    row = _agreement(request, pk, "coalitions.see_agreement")
    context = _agreement_context(request, row)
    names = may(request.by, "coalitions.see_signers", row)
    file = agreement_pdf(row, context["signatures"], context["missing"], names=names)
    response = HttpResponse(file, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="aftale-{row.pk}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def agreement_new(request: CivicRequest, pk: int) -> HttpResponse:
    """Without needs and offers: who is in it, and then the template."""
    challenge = _challenge(request, pk, "coalitions.propose")
    form = forms.PartiesForm(request.POST or None, challenge=challenge)
    response = perform(
        request,
        form,
        lambda: actions.write_agreement(by=request.by, challenge=challenge, **form.values()),
        done=lambda made: reverse("coalitions:agreement_edit", args=[made.pk]),
        message=_("Here is the first draft. Read it and put it right."),
    )
    context = {
        "form": form,
        "challenge": challenge,
        "enough": queries.parties_to_choose(challenge).count() > 1,
    }
    return response or show(request, "coalitions/agreement_new.html", context)


def agreement_discard(request: CivicRequest, pk: int) -> HttpResponse:
    row = _agreement(request, pk, "coalitions.agree")
    return press(
        request,
        lambda: actions.discard_agreement(by=request.by, agreement=row),
        back=reverse("coalitions:agreement", args=[row.pk]),
        done=lambda gone: _overview(row.challenge),
        message=_("The draft is thrown away."),
    )


def agreement_edit(request: CivicRequest, pk: int) -> HttpResponse:
    row = _agreement(request, pk, "coalitions.agree")
    rows = queries.signatures(row)
    form = forms.AgreementForm(
        request.POST or None, signatures=rows, initial=forms.agreement_values(row, rows)
    )
    response = perform(
        request,
        form,
        lambda: actions.edit_agreement(
            by=request.by, agreement=row, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=lambda made: reverse("coalitions:agreement", args=[row.pk]),
        message=_("The agreement is changed."),
    )
    context = {
        "form": form,
        "agreement": row,
        "challenge": row.challenge,
        "signed": any(signature.at for signature in rows),
    }
    return response or show(request, "coalitions/agreement_edit.html", context)


def agreement_end(request: CivicRequest, pk: int) -> HttpResponse:
    row = _agreement(request, pk, "coalitions.agree")
    form = forms.ReasonForm(request.POST or None, initial={"seen": row.version})
    response = perform(
        request,
        form,
        lambda: actions.end_agreement(
            by=request.by, agreement=row, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=lambda made: reverse("coalitions:agreement", args=[row.pk]),
        message=_("The agreement is ended."),
    )
    context = {"form": form, "agreement": row, "challenge": row.challenge}
    return response or show(request, "coalitions/agreement_end.html", context)


# --- signing -----------------------------------------------------------------------------------
def _signature(request: CivicRequest, pk: int, permission: str) -> Signature:
    rows = Signature.objects.select_related("agreement__challenge", "actor")
    row = cast(Signature, one(rows, request.by, pk=pk))
    require(request.by, permission, row)
    return row


def code(request: CivicRequest, pk: int) -> HttpResponse:
    row = _signature(request, pk, "coalitions.send_code")
    back = reverse("coalitions:agreement", args=[row.agreement_id])
    if request.method == "POST":
        throttle(request, f"sign-code-{row.pk}", limit=5, seconds=3600)
    mine = may(request.by, "coalitions.sign", row)
    return press(
        request,
        lambda: actions.send_code(by=request.by, signature=row),
        back=back,
        done=lambda sent: reverse("coalitions:sign", args=[row.pk]) if mine else back,
        message=_("The code is sent to those who represent the party."),
    )


def sign(request: CivicRequest, pk: int) -> HttpResponse:
    """By somebody signed in who represents the party."""
    return _sign(request, _signature(request, pk, "coalitions.sign"))


def sign_link(request: CivicRequest, token: str) -> HttpResponse:
    """By somebody who got the mail and has no account, or is not signed in."""
    row = queries.signature_by_link(request.council, digest(token))
    if row is None:
        gone = show(request, "coalitions/link_gone.html", {})
        gone.status_code = 404
        return gone
    request.by = request.by.holding("coalitions.signature", row.pk)
    response = _sign(request, row)
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response


def _sign(request: CivicRequest, row: Signature) -> HttpResponse:
    by, agreement = request.by, row.agreement
    initial = {"name": by.name} if by.signed_in else {}
    form = forms.SignForm(request.POST or None, initial=initial)
    if form.is_valid() and not row.at:
        throttle(request, "sign", limit=30, seconds=3600)
        given = form.cleaned_data["code"]
        if not actions.try_code(by=by, signature=row, code=given):
            form.add_error("code", _("The code is not right, or does not work any more."))
    response = perform(
        request,
        form,
        lambda: actions.sign(by=by, signature=row, **form.values()),
        done=lambda made: _after_signing(request, agreement),
        message=_("Thank you. You have signed."),
    )
    context = _agreement_context(request, agreement) | {"form": form, "signature": row}
    return response or show(request, "coalitions/sign.html", context)


def _after_signing(request: CivicRequest, agreement: Agreement) -> str:
    agreement.refresh_from_db()
    if may(request.by, "coalitions.see_agreement", agreement):
        return reverse("coalitions:agreement", args=[agreement.pk])
    return reverse("challenges:detail", args=[agreement.challenge_id])
