"""Minutes: written, sent, approved, published."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samskab.civic.commons.council import (
    actions,
    forms,
    queries,
)
from samskab.civic.commons.council.views.common import (
    fill_in,
    item_url,
    meeting_of,
    meeting_url,
    own_item,
)
from samskab.civic.commons.council.views.meetings import press_meeting
from samskab.civic.foundation.core.actions import require
from samskab.civic.foundation.core.http import CivicRequest


@require_POST
def publish_minutes(request: CivicRequest, pk: int) -> HttpResponse:
    done = _("The minutes are public now.")
    return press_meeting(request, pk, actions.publish_minutes, done)


@require_POST
def take_back_minutes(request: CivicRequest, pk: int) -> HttpResponse:
    done = _("The minutes are no longer public. Correct them, and publish them again.")
    return press_meeting(request, pk, actions.take_back_minutes, done)


@require_POST
def send_minutes(request: CivicRequest, pk: int) -> HttpResponse:
    done = _("Those who were there have been asked to approve the minutes.")
    return press_meeting(request, pk, actions.send_minutes, done)


def approve_minutes(request: CivicRequest, pk: int) -> HttpResponse:
    """The minutes as they stand, with closed items, for those who were there."""
    require(request.by, "council.vote")
    row = meeting_of(request, pk)
    form = forms.ApproveForm(request.POST or None, initial={"seen": row.version})
    return fill_in(
        request,
        form,
        lambda: actions.approve_minutes(
            by=request.by, meeting=row, seen=form.cleaned_data["seen"], **form.values()
        ),
        heading=_("Approve the minutes"),
        button=_("Send my answer"),
        back=meeting_url(row),
        message=_("Thank you. Your answer is noted."),
        lead=row.shown_title,
        minutes_of=queries.agenda(request.by, row),
        meeting=row,
    )


def meeting_minutes(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.run_meetings")
    row = meeting_of(request, pk)
    form = forms.MinutesForm(request.POST or None, row=row)
    return fill_in(
        request,
        form,
        lambda: actions.write_meeting_minutes(by=request.by, meeting=row, **form.values()),
        heading=_("Minutes of the meeting"),
        button=_("Save the minutes"),
        back=meeting_url(row),
        message=_("The minutes are saved."),
        lead=_("Here you write what belongs to no single item."),
    )


def minutes(request: CivicRequest, pk: int) -> HttpResponse:
    row = own_item(request, pk)
    form = forms.MinutesForm(request.POST or None, row=row)
    return fill_in(
        request,
        form,
        lambda: actions.write_minutes(by=request.by, item=row, **form.values()),
        heading=_("Minutes of the item"),
        button=_("Save the minutes"),
        back=item_url(row),
        message=_("The minutes are saved."),
        lead=row.shown_title,
    )
