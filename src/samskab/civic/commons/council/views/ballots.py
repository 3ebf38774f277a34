"""Voting on an item."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samskab.civic.commons.council import (
    actions,
    counting,
    forms,
    queries,
)
from samskab.civic.commons.council.models import (
    Poll,
)
from samskab.civic.commons.council.views.common import fill_in, item_of, item_url, own_item
from samskab.civic.commons.council.views.items import ballot_paper, item_page
from samskab.civic.foundation.core.actions import require
from samskab.civic.foundation.core.http import CivicRequest, perform, press


def open_ballot(request: CivicRequest, pk: int) -> HttpResponse:
    row = own_item(request, pk)
    form = forms.OpenBallotForm(request.POST or None)
    return fill_in(
        request,
        form,
        lambda: actions.open_ballot(by=request.by, item=row, **form.values()),
        heading=_("Open a ballot"),
        button=_("Open the ballot"),
        back=item_url(row),
        message=_("The ballot is open. Those present can vote on this page."),
        lead=row.shown_title,
        methods=[(label, counting.RULES[key]) for key, label in Poll.Method.choices],
    )


@require_POST
def close_ballot(request: CivicRequest, pk: int) -> HttpResponse:
    row = own_item(request, pk)
    return press(
        request,
        lambda: actions.close_ballot(by=request.by, item=row),
        back=item_url(row),
        message=_("The ballot is counted. Now write the decision."),
    )


def count_slips(request: CivicRequest, pk: int) -> HttpResponse:
    row = own_item(request, pk)
    poll = queries.poll_of(row)
    if poll is None or not row.ballot_open:
        messages.warning(request, _("The ballot is not open. Ask the secretariat."))
        return redirect(item_url(row))
    form = forms.SlipsForm(request.POST or None, poll=poll)
    return fill_in(
        request,
        form,
        lambda: actions.count_slips(by=request.by, item=row, **form.values()),
        heading=_("Count slips of paper"),
        button=_("Count the slips"),
        back=item_url(row),
        message=_("The ballot is counted. Now write the decision."),
        lead=row.shown_title,
        numbered=forms.as_numbered(poll),
    )


@require_POST
def call_off_ballot(request: CivicRequest, pk: int) -> HttpResponse:
    row = own_item(request, pk)
    return press(
        request,
        lambda: actions.call_off_ballot(by=request.by, item=row),
        back=item_url(row),
        message=_("The ballot is called off. No vote has been kept."),
    )


@require_POST
def vote(request: CivicRequest, pk: int) -> HttpResponse:
    row = item_of(request, pk)
    require(request.by, "council.vote", row)
    form = ballot_paper(request, row, None)
    if form is None:
        messages.warning(request, _("The ballot is not open. Ask the secretariat."))
        return redirect(item_url(row))
    secret = form.poll.is_secret
    response = perform(
        request,
        form,
        lambda: actions.vote(by=request.by, item=row, **form.values()),
        done=lambda _ballot: item_url(row),
        message=(
            _("Your vote is in the box. Nobody can see what it says.")
            if secret
            else _("Your vote is noted. You can change it until the item is decided.")
        ),
    )
    return response or item_page(request, row, form)
