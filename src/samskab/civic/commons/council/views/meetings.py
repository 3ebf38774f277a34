"""Meetings: planned, convened, held; who is there; their files and calendars."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import segno
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samskab.civic.commons.council import (
    actions,
    counting,
    forms,
    ical,
    pdf,
    queries,
)
from samskab.civic.commons.council.models import (
    Meeting,
)
from samskab.civic.commons.council.views.common import fill_in, initial_of, meeting_of, meeting_url
from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.http import CivicRequest, press, show


@require_safe
def meetings(request: CivicRequest) -> HttpResponse:
    years = queries.years_with_meetings(request.council)
    asked = request.GET.get("aar", "")
    this_year = timezone.localdate().year
    year = int(asked) if asked.isdecimal() and int(asked) in years else this_year
    context = {
        "year": year,
        "years": years,
        "wheel": queries.year_wheel(request.council, year),
        "coming": queries.coming_meetings(request.council)[:8],
        "held": queries.held_meetings(request.council)[:8],
    }
    return show(request, "council/meetings.html", context)


@require_safe
def meeting(request: CivicRequest, pk: int) -> HttpResponse:
    row = meeting_of(request, pk)
    agenda = queries.agenda(request.by, row)
    reads_minutes = queries.may_read_minutes(request.by, row)
    context = {
        "meeting": row,
        "agenda": agenda,
        "n_items": len(agenda),
        "reads_minutes": reads_minutes,
        "quorum": queries.quorum(row) if reads_minutes else None,
        "approved": queries.approved(row) if reads_minutes and row.minutes_sent_at else None,
        "present": queries.attendances(row) if reads_minutes else [],
        "tasks": queries.tasks(request.by).filter(meeting=row),
    }
    return show(request, "council/meeting.html", context)


@require_safe
def meeting_now(request: CivicRequest, pk: int) -> HttpResponse:
    """The meeting on a shared screen or a phone: the item that is open, who is there, the ballot
    and its result. It draws itself anew every few seconds, unless that is turned off."""
    require(request.by, "council.see_drafts")
    row = meeting_of(request, pk)
    agenda = queries.agenda(request.by, row)
    asked = request.GET.get("punkt", "")
    chosen = next((one for one in agenda if str(one.pk) == asked), None)
    now = chosen or queries.under_way(row, agenda)
    item_now = queries.items(request.council).filter(pk=now.pk).first() if now else None
    poll = queries.poll_of(item_now) if item_now and now and now.may_read else None
    address = request.build_absolute_uri(request.path)
    drawing = segno.make(address, error="m").svg_inline(scale=4, border=2)
    context = {
        "meeting": row,
        "agenda": agenda,
        "now": now,
        "item": item_now,
        "poll": poll,
        "counted": queries.have_voted(item_now) if poll and item_now else 0,
        "entitled": queries.entitled(item_now).count() if poll and item_now else 0,
        "result": counting.result(poll.result) if poll else None,
        "quorum": queries.quorum(row),
        "still": "stille" in request.GET,
        "address": address,
        "code": mark_safe(drawing),  # noqa: S308 - drawn by segno from our own address
    }
    return show(request, "council/now.html", context)


def plan_meeting(request: CivicRequest) -> HttpResponse:
    require(request.by, "council.run_meetings")
    form = forms.MeetingForm(request.POST or None)
    return fill_in(
        request,
        form,
        lambda: actions.plan_meeting(by=request.by, **form.values()),
        heading=_("Plan a meeting"),
        button=_("Plan the meeting"),
        back=reverse("council:meetings"),
        done=meeting_url,
        message=_("The meeting is in the calendar."),
    )


def edit_meeting(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.run_meetings")
    row = meeting_of(request, pk)
    form = forms.MeetingForm(request.POST or None, initial=initial_of(row, forms.MeetingForm))
    return fill_in(
        request,
        form,
        lambda: actions.edit_meeting(
            by=request.by, meeting=row, seen=form.cleaned_data["seen"], **form.values()
        ),
        heading=_("Change the meeting"),
        button=_("Save"),
        back=meeting_url(row),
        message=_("The meeting is saved."),
    )


def press_meeting(
    request: CivicRequest, pk: int, act: Callable[..., Meeting], message: str
) -> HttpResponse:
    require(request.by, "council.run_meetings")
    row = meeting_of(request, pk)
    return press(
        request, lambda: act(by=request.by, meeting=row), back=meeting_url(row), message=message
    )


@require_POST
def publish_agenda(request: CivicRequest, pk: int) -> HttpResponse:
    done = _("The agenda is public now, and the members have been written to.")
    return press_meeting(request, pk, actions.publish_agenda, done)


@require_POST
def cancel_meeting(request: CivicRequest, pk: int) -> HttpResponse:
    done = _("The meeting is cancelled. Its items wait for another meeting.")
    return press_meeting(request, pk, actions.cancel_meeting, done)


@require_POST
def close_meeting(request: CivicRequest, pk: int) -> HttpResponse:
    done = _("The meeting is closed. Read the minutes through, and publish them.")
    return press_meeting(request, pk, actions.close_meeting, done)


def attendance(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.run_meetings")
    row = meeting_of(request, pk)
    form = forms.AttendanceForm(request.POST or None, meeting=row)
    return fill_in(
        request,
        form,
        lambda: actions.note_attendance(by=request.by, meeting=row, **form.values()),
        heading=_("Who is there?"),
        button=_("Save"),
        back=meeting_url(row),
        message=_("It is noted who is there."),
        lead=row.shown_title,
    )


@require_safe
def meeting_pdf(request: CivicRequest, pk: int) -> HttpResponse:
    row = meeting_of(request, pk)
    if not row.has_public_agenda and not may(request.by, "council.see_drafts"):
        raise Http404
    response = HttpResponse(pdf.meeting_pdf(request.by, row), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="moede-{pk}.pdf"'
    return response


def _calendar(request: CivicRequest, rows: list[Meeting], name: str) -> HttpResponse:
    events = [(row, request.build_absolute_uri(meeting_url(row))) for row in rows]
    body = ical.calendar(request.council.name, events)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return response


@require_safe
def meetings_ics(request: CivicRequest) -> HttpResponse:
    """The meetings of the last year and all coming ones, to subscribe to."""
    since = timezone.now() - timedelta(days=366)
    rows = queries.meetings(request.council).filter(starts_at__gte=since)
    return _calendar(request, list(rows.select_related("council")), "raadets-moeder")


@require_safe
def meeting_ics(request: CivicRequest, pk: int) -> HttpResponse:
    return _calendar(request, [meeting_of(request, pk)], f"moede-{pk}")
