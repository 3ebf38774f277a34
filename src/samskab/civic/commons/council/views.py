from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import segno
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samskab.civic.commons.council import (
    actions,
    briefs,
    counting,
    forms,
    ical,
    pages,
    pdf,
    queries,
)
from samskab.civic.commons.council.figures import totals
from samskab.civic.commons.council.models import (
    AgendaItem,
    Ballot,
    Candidacy,
    CouncilText,
    Cycle,
    Decision,
    Disqualification,
    FocusTheme,
    Meeting,
    Paper,
    Poll,
    Seat,
    Task,
    Term,
    YearReport,
)
from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.exports import csv_response
from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.core.http import CivicRequest, one, perform, press, show, throttle
from samskab.civic.foundation.core.paging import page

# --- shared ------------------------------------------------------------------------------------


def fill_in(
    request: CivicRequest,
    form: CivicForm,
    act: Callable[[], Any],
    *,
    heading: str,
    button: str,
    back: str,
    message: str,
    done: Callable[[Any], str] | None = None,
    **more: Any,
) -> HttpResponse:
    """A page of one form: GET shows it, POST does it and goes `back` (or where `done` says)."""
    if request.method == "POST":
        go = done or (lambda _row: back)
        response = perform(request, form, act, done=go, message=message)
        if response is not None:
            return response
    context = {"form": form, "heading": heading, "button": button, "back": back, **more}
    return show(request, "council/form.html", context)


def meeting_url(meeting: Meeting) -> str:
    return reverse("council:meeting", args=[meeting.pk])


def item_url(item: AgendaItem) -> str:
    return reverse("council:item", args=[item.pk])


def _meeting(request: CivicRequest, pk: int) -> Meeting:
    found: Meeting = one(Meeting.objects.select_related("council"), request.by, pk=pk)
    return found


def _item(request: CivicRequest, pk: int) -> AgendaItem:
    """An item that this person may read; others do not learn that it exists."""
    rows = queries.items(request.council).select_related("council")
    item: AgendaItem = one(rows, request.by, pk=pk)
    if not may(request.by, "council.read_item", item):
        raise Http404
    return item


def _own_item(request: CivicRequest, pk: int) -> AgendaItem:
    """An item for the secretariat's pages."""
    require(request.by, "council.run_meetings")
    return _item(request, pk)


# --- what the council is -----------------------------------------------------------------------
@require_safe
def front(request: CivicRequest) -> HttpResponse:
    seats = queries.seats_now(request.council)
    context = {
        "texts": queries.texts(request.council),
        "theme": queries.current_theme(request.council),
        "sectors": queries.by_sector(seats),
        "n_seats": len(seats),
        "n_vacant": sum(row.term is None for row in seats),
        "meeting": queries.next_meeting(request.council),
        "decisions": queries.decisions(request.by).filter(is_public=True)[:3],
        "totals": totals(request.council),
        "beside": pages.beside(),
    }
    return show(request, "council/front.html", context)


@require_safe
def members(request: CivicRequest) -> HttpResponse:
    seats = queries.seats_now(request.council)
    context = {
        "sectors": queries.by_sector(seats),
        "n_seats": len(seats),
        "n_vacant": sum(row.term is None for row in seats),
    }
    return show(request, "council/members.html", context)


@require_safe
def texts(request: CivicRequest) -> HttpResponse:
    require(request.by, "council.edit_texts")
    context = {
        "texts": [text for rows in queries.texts(request.council).values() for text in rows],
        "themes": queries.themes(request.council),
    }
    return show(request, "council/texts.html", context)


def write_text(request: CivicRequest, pk: int | None = None) -> HttpResponse:
    require(request.by, "council.edit_texts")
    text = one(CouncilText.objects, request.by, pk=pk) if pk else None
    form = forms.TextForm(request.POST or None, initial=_initial(text, forms.TextForm))
    return fill_in(
        request,
        form,
        lambda: actions.write_text(by=request.by, **form.values()),
        heading=_("Write about the council"),
        button=_("Save"),
        back=reverse("council:texts"),
        message=_("The text is on the council's page now."),
    )


def _initial(row: Any, form: type[CivicForm]) -> dict[str, Any]:
    """What a form shows of a row that is being changed."""
    if row is None:
        return {}
    names = form.base_fields
    values = {name: getattr(row, name) for name in names if hasattr(row, name)}
    return {**values, "seen": getattr(row, "version", None)}


@require_POST
def remove_text(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.edit_texts")
    text = one(CouncilText.objects, request.by, pk=pk)
    return press(
        request,
        lambda: actions.remove_text(by=request.by, text=text),
        back=reverse("council:texts"),
        message=_("The text has been taken away."),
    )


def theme(request: CivicRequest, pk: int | None = None) -> HttpResponse:
    require(request.by, "council.edit_texts")
    row = one(FocusTheme.objects, request.by, pk=pk) if pk else None
    form = forms.ThemeForm(request.POST or None, initial=_initial(row, forms.ThemeForm))
    return fill_in(
        request,
        form,
        lambda: actions.set_theme(by=request.by, theme=row, **form.values()),
        heading=_("Focus theme"),
        button=_("Save"),
        back=reverse("council:texts"),
        message=_("The theme is saved."),
    )


# --- seats -------------------------------------------------------------------------------------
def add_seat(request: CivicRequest) -> HttpResponse:
    require(request.by, "council.edit_seats")
    form = forms.SeatForm(request.POST or None)
    return fill_in(
        request,
        form,
        lambda: actions.add_seat(by=request.by, **form.values()),
        heading=_("A new seat"),
        button=_("Add the seat"),
        back=reverse("council:members"),
        done=lambda seat: reverse("council:seat", args=[seat.pk]),
        message=_("The seat is there, and it is vacant."),
    )


@require_safe
def seat(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.edit_seats")
    row = one(Seat.objects, request.by, pk=pk)
    terms = list(row.terms.select_related("user").order_by("-since", "-pk"))
    context = {
        "seat": row,
        "term": next((t for t in terms if t.until is None and not t.is_substitute), None),
        "substitute": next((t for t in terms if t.until is None and t.is_substitute), None),
        "candidates": queries.candidacies(row),
        "former": [term for term in terms if term.until is not None],
    }
    return show(request, "council/seat.html", context)


def edit_seat(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.edit_seats")
    row = one(Seat.objects, request.by, pk=pk)
    form = forms.SeatForm(request.POST or None, initial=_initial(row, forms.SeatForm))
    return fill_in(
        request,
        form,
        lambda: actions.edit_seat(
            by=request.by, seat=row, seen=form.cleaned_data["seen"], **form.values()
        ),
        heading=_("Change the seat"),
        button=_("Save"),
        back=reverse("council:seat", args=[row.pk]),
        message=_("The seat is saved."),
    )


def seat_person(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.edit_seats")
    row = one(Seat.objects, request.by, pk=pk)
    form = forms.SeatPersonForm(
        request.POST or None, initial={"since": timezone.localdate()}, council=request.council
    )
    return fill_in(
        request,
        form,
        lambda: actions.seat_person(by=request.by, seat=row, **form.values()),
        heading=_("Give the seat to a person"),
        button=_("Give the seat"),
        back=reverse("council:seat", args=[row.pk]),
        message=_("The seat is taken. Welcome to the new member."),
        lead=row.shown_title,
    )


def end_term(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.edit_seats")
    term = one(Term.objects.select_related("seat"), request.by, pk=pk)
    form = forms.EndTermForm(request.POST or None)
    return fill_in(
        request,
        form,
        lambda: actions.end_term(by=request.by, term=term, **form.values()),
        heading=_("End a term"),
        button=_("End the term"),
        back=reverse("council:seat", args=[term.seat_id]),
        message=_("The seat is vacant now."),
        lead=term.holder_name,
    )


def call(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.edit_seats")
    row = one(Seat.objects, request.by, pk=pk)
    form = forms.CallForm(request.POST or None, initial=_initial(row, forms.CallForm))
    return fill_in(
        request,
        form,
        lambda: actions.call_for_candidates(by=request.by, seat=row, **form.values()),
        heading=_("Call for candidates"),
        button=_("Save the call"),
        back=reverse("council:seat", args=[row.pk]),
        message=_("The call is saved."),
        lead=row.shown_title,
    )


def stand(request: CivicRequest, pk: int) -> HttpResponse:
    """Anybody may put themself forward for a vacant seat."""
    row = one(Seat.objects, request.by, pk=pk)
    if request.method == "POST":
        throttle(request, "stand", limit=10, seconds=3600)
    form = forms.CandidateForm(request.POST or None)
    return fill_in(
        request,
        form,
        lambda: actions.put_oneself_forward(by=request.by, seat=row, **form.values()),
        heading=_("I would like this seat"),
        button=_("Put myself forward"),
        back=reverse("council:members"),
        message=_("Thank you. The secretariat writes to you."),
        lead=row.shown_title,
        said=row.call,
    )


@require_POST
def remove_candidacy(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.edit_seats")
    row = one(Candidacy.objects.select_related("seat"), request.by, pk=pk)
    return press(
        request,
        lambda: actions.remove_candidacy(by=request.by, candidacy=row),
        back=reverse("council:seat", args=[row.seat_id]),
        message=_("What the person wrote is no longer kept."),
    )


# --- the year ----------------------------------------------------------------------------------
def cycle(request: CivicRequest) -> HttpResponse:
    """The rules, and what they propose for a year."""
    require(request.by, "council.run_meetings")
    row = queries.cycle_of(request.council)
    asked = request.GET.get("aar", "")
    year = int(asked) if asked.isdecimal() and 2000 <= int(asked) <= 2100 else _coming_year()
    form = forms.CycleForm(request.POST or None, initial=_cycle_initial(row))
    return fill_in(
        request,
        form,
        lambda: actions.set_cycle(by=request.by, **form.values()),
        heading=_("Plan a year"),
        button=_("Save the rules"),
        back=reverse("council:cycle"),
        message=_("The rules are saved. See the days below."),
        year=year,
        plans=queries.plan_for(request.council, year, row) if row else [],
    )


def _coming_year() -> int:
    today = timezone.localdate()
    return today.year + (today.month > 9)


def _cycle_initial(row: Cycle | None) -> dict[str, Any]:
    if row is None:
        return {"weekday": Cycle.Day.TUESDAY, "starts": "16:00", "ends": "18:00"}
    lines = [
        f"{date.fromisoformat(first):%d.%m.%Y} - {date.fromisoformat(last):%d.%m.%Y} {name}"
        for first, last, name in row.school_holidays
    ]
    return {**_initial(row, forms.CycleForm), "school_holidays": "\n".join(lines)}


@require_POST
def plan_year(request: CivicRequest) -> HttpResponse:
    require(request.by, "council.run_meetings")
    form = forms.YearForm(request.POST)
    return press(
        request,
        lambda: actions.plan_year(by=request.by, **form.values()),
        back=reverse("council:cycle"),
        done=lambda made: (
            reverse("council:meetings") + (f"?aar={made[0].day.year}" if made else "")
        ),
        message=_("The meetings are in the calendar. You can still move each of them."),
        form=form,
    )


def _calendar_of(made: list[Meeting]) -> str:
    return reverse("council:meetings") + (f"?aar={made[0].day.year}" if made else "")


@require_safe
def reports(request: CivicRequest) -> HttpResponse:
    context = {"reports": queries.reports(request.by), "this_year": timezone.localdate().year}
    return show(request, "council/reports.html", context)


def _report(request: CivicRequest, year: int) -> YearReport:
    row: YearReport = one(YearReport.objects.select_related("council"), request.by, year=year)
    if not may(request.by, "council.read_report", row):
        raise Http404
    return row


@require_safe
def report(request: CivicRequest, year: int) -> HttpResponse:
    row = _report(request, year)
    return show(request, "council/report.html", {"report": row, "chapters": pdf.chapters(row)})


@require_safe
def report_pdf(request: CivicRequest, year: int) -> HttpResponse:
    row = _report(request, year)
    response = HttpResponse(pdf.report_pdf(row), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="aarsberetning-{year}.pdf"'
    return response


@require_POST
def begin_report(request: CivicRequest) -> HttpResponse:
    require(request.by, "council.write_report")
    form = forms.YearForm(request.POST)
    return press(
        request,
        lambda: actions.begin_report(by=request.by, **form.values()),
        back=reverse("council:reports"),
        done=lambda row: reverse("council:report", args=[row.year]),
        message=_("The figures are counted. Now write the words."),
        form=form,
    )


def edit_report(request: CivicRequest, year: int) -> HttpResponse:
    require(request.by, "council.write_report")
    row = _report(request, year)
    form = forms.ReportForm(request.POST or None, initial=_initial(row, forms.ReportForm))
    return fill_in(
        request,
        form,
        lambda: actions.edit_report(
            by=request.by, report=row, seen=form.cleaned_data["seen"], **form.values()
        ),
        heading=_("Yearly report %(year)s") % {"year": year},
        button=_("Save"),
        back=reverse("council:report", args=[year]),
        message=_("The report is saved."),
    )


@require_POST
def publish_report(request: CivicRequest, year: int) -> HttpResponse:
    require(request.by, "council.write_report")
    row = _report(request, year)
    public = not row.is_public
    return press(
        request,
        lambda: actions.publish_report(by=request.by, report=row, public=public),
        back=reverse("council:report", args=[year]),
        message=_("The report is public.") if public else _("The report is no longer public."),
    )


# --- meetings ----------------------------------------------------------------------------------
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
    row = _meeting(request, pk)
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
    row = _meeting(request, pk)
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
    row = _meeting(request, pk)
    form = forms.MeetingForm(request.POST or None, initial=_initial(row, forms.MeetingForm))
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


def _press_meeting(
    request: CivicRequest, pk: int, act: Callable[..., Meeting], message: str
) -> HttpResponse:
    require(request.by, "council.run_meetings")
    row = _meeting(request, pk)
    return press(
        request, lambda: act(by=request.by, meeting=row), back=meeting_url(row), message=message
    )


@require_POST
def publish_agenda(request: CivicRequest, pk: int) -> HttpResponse:
    done = _("The agenda is public now, and the members have been written to.")
    return _press_meeting(request, pk, actions.publish_agenda, done)


@require_POST
def cancel_meeting(request: CivicRequest, pk: int) -> HttpResponse:
    done = _("The meeting is cancelled. Its items wait for another meeting.")
    return _press_meeting(request, pk, actions.cancel_meeting, done)


@require_POST
def close_meeting(request: CivicRequest, pk: int) -> HttpResponse:
    done = _("The meeting is closed. Read the minutes through, and publish them.")
    return _press_meeting(request, pk, actions.close_meeting, done)


@require_POST
def publish_minutes(request: CivicRequest, pk: int) -> HttpResponse:
    done = _("The minutes are public now.")
    return _press_meeting(request, pk, actions.publish_minutes, done)


@require_POST
def take_back_minutes(request: CivicRequest, pk: int) -> HttpResponse:
    done = _("The minutes are no longer public. Correct them, and publish them again.")
    return _press_meeting(request, pk, actions.take_back_minutes, done)


@require_POST
def send_minutes(request: CivicRequest, pk: int) -> HttpResponse:
    done = _("Those who were there have been asked to approve the minutes.")
    return _press_meeting(request, pk, actions.send_minutes, done)


def approve_minutes(request: CivicRequest, pk: int) -> HttpResponse:
    """The minutes as they stand, with closed items, for those who were there."""
    require(request.by, "council.vote")
    row = _meeting(request, pk)
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


def attendance(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.run_meetings")
    row = _meeting(request, pk)
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


def meeting_minutes(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.run_meetings")
    row = _meeting(request, pk)
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


# --- items -------------------------------------------------------------------------------------
@require_safe
def waiting(request: CivicRequest) -> HttpResponse:
    require(request.by, "council.see_drafts")
    rows = page(request, queries.waiting_items(request.council), order="pk")
    context = {
        "page": rows,
        "items": [queries.shown(request.by, row) for row in rows.rows],
        "suggestions": briefs.suggestions(request.by),
    }
    return show(request, "council/waiting.html", context)


@require_POST
def take_up(request: CivicRequest) -> HttpResponse:
    """Puts something from the journey, or a task that is late, on the list of items."""
    require(request.by, "council.propose_item")
    asked = (request.POST.get("thing", ""), request.POST.get("key", ""))
    found = briefs.suggestions(request.by)
    one_ = next((s for s in found if (s.label, str(s.subject.pk)) == asked), None)
    if one_ is None:
        messages.info(request, _("It is on the list already, or it no longer waits."))
        return redirect("council:waiting")
    return press(
        request,
        lambda: actions.put_on_agenda(
            by=request.by,
            title=one_.title,
            text=str(one_.reason),
            kind=one_.kind,
            subject=one_.subject,
            url=one_.url,
        ),
        back=reverse("council:waiting"),
        message=_("The item waits for a meeting. The secretariat finds one."),
    )


def propose(request: CivicRequest) -> HttpResponse:
    require(request.by, "council.propose_item")
    form = forms.ItemForm(request.POST or None)
    return fill_in(
        request,
        form,
        lambda: actions.put_on_agenda(by=request.by, **form.values()),
        heading=_("Suggest an item for the council"),
        button=_("Send the item"),
        back=reverse("council:waiting"),
        message=_("The item waits for a meeting. The secretariat finds one."),
    )


@require_safe
def item(request: CivicRequest, pk: int) -> HttpResponse:
    row = _item(request, pk)
    form = _paper(request, row, queries.ballot_of(request.by, row) if row.ballot_open else None)
    return _item_page(request, row, form)


def _paper(
    request: CivicRequest, row: AgendaItem, ballot: Ballot | None
) -> forms.BallotForm | None:
    """The ballot paper, with what this member has marked so far."""
    poll = queries.poll_of(row)
    if poll is None or not row.ballot_open:
        return None
    marked = (ballot.choice or ballot.answer) if ballot else None
    return forms.BallotForm(request.POST or None, poll=poll, marked=marked)


def _item_page(
    request: CivicRequest, row: AgendaItem, form: forms.BallotForm | None
) -> HttpResponse:
    poll = queries.poll_of(row)
    inside = may(request.by, "council.see_drafts")
    counted = poll.result if poll and inside and not hasattr(row, "decision") else {}
    context = {
        "item": row,
        "shown": queries.shown(request.by, row, row.order),
        "poll": poll,
        "money": counting.money(poll.budget or 0) if poll else "",
        "rule": counting.RULES[poll.method] if poll else "",
        "ballot": queries.ballot_of(request.by, row) if row.ballot_open else None,
        "counted": queries.have_voted(row) if row.ballot_open else 0,
        "entitled": queries.entitled(row).count() if row.ballot_open else 0,
        "ballot_form": form,
        "result": counting.result(counted),
        "papers": row.papers.all(),
        "has_brief": briefs.has_brief(row),
    }
    return show(request, "council/item.html", context)


@require_safe
def brief(request: CivicRequest, pk: int) -> HttpResponse:
    """What the item is about on one page, to read or print before the meeting."""
    row = _item(request, pk)
    found = briefs.brief_of(row)
    if found is None:
        raise Http404
    context = {"item": row, "shown": queries.shown(request.by, row, row.order), "brief": found}
    return show(request, "council/brief.html", context)


@require_safe
def paper(request: CivicRequest, pk: int) -> FileResponse:
    """A file, for whoever may read its item; always saved, never opened in this site's name."""
    row = one(Paper.objects.select_related("item"), request.by, pk=pk)
    _item(request, row.item_id)
    response = FileResponse(row.file.open("rb"), content_type=row.kind, as_attachment=True)
    response["Content-Disposition"] = f'attachment; filename="{row.filename}"'
    response["Cache-Control"] = "private, max-age=300"
    return response


def add_paper(request: CivicRequest, pk: int) -> HttpResponse:
    row = _own_item(request, pk)
    form = forms.PaperForm(request.POST or None, request.FILES or None)
    return fill_in(
        request,
        form,
        lambda: actions.add_paper(by=request.by, item=row, **form.values()),
        heading=_("Add a file"),
        button=_("Add the file"),
        back=item_url(row),
        message=_("The file is there."),
        lead=row.shown_title,
    )


@require_POST
def remove_paper(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.run_meetings")
    row = one(Paper.objects.select_related("item"), request.by, pk=pk)
    return press(
        request,
        lambda: actions.remove_paper(by=request.by, paper=row),
        back=item_url(row.item),
        message=_("The file has been taken away."),
    )


@require_safe
def meeting_pdf(request: CivicRequest, pk: int) -> HttpResponse:
    row = _meeting(request, pk)
    if not row.has_public_agenda and not may(request.by, "council.see_drafts"):
        raise Http404
    response = HttpResponse(pdf.meeting_pdf(request.by, row), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="moede-{pk}.pdf"'
    return response


def edit_item(request: CivicRequest, pk: int) -> HttpResponse:
    row = _own_item(request, pk)
    form = forms.ItemForm(request.POST or None, initial=_initial(row, forms.ItemForm))
    return fill_in(
        request,
        form,
        lambda: actions.edit_item(
            by=request.by, item=row, seen=form.cleaned_data["seen"], **form.values()
        ),
        heading=_("Change the item"),
        button=_("Save"),
        back=item_url(row),
        message=_("The item is saved."),
    )


@require_POST
def withdraw_item(request: CivicRequest, pk: int) -> HttpResponse:
    row = _item(request, pk)
    require(request.by, "council.withdraw_item", row)
    return press(
        request,
        lambda: actions.withdraw_item(by=request.by, item=row),
        back=reverse("council:waiting"),
        message=_("The item has been taken back."),
    )


def place_item(request: CivicRequest, pk: int) -> HttpResponse:
    row = _own_item(request, pk)
    initial = {"meeting": row.meeting_id, "position": row.order or None}
    form = forms.PlaceForm(request.POST or None, council=request.council, initial=initial)
    return fill_in(
        request,
        form,
        lambda: actions.place_item(by=request.by, item=row, **form.values()),
        heading=_("Which meeting?"),
        button=_("Place the item"),
        back=item_url(row),
        done=lambda moved: meeting_url(moved.meeting) if moved.meeting else item_url(moved),
        message=_("The item has its place."),
        lead=row.shown_title,
    )


def disqualify(request: CivicRequest, pk: int) -> HttpResponse:
    row = _own_item(request, pk)
    form = forms.DisqualifyForm(request.POST or None, item=row)
    return fill_in(
        request,
        form,
        lambda: actions.disqualify(by=request.by, item=row, **form.values()),
        heading=_("Who is disqualified?"),
        button=_("Note it"),
        back=item_url(row),
        message=_("It is noted. The member cannot vote, and the minutes say so."),
        lead=_("A member with an interest of their own takes no part in the item."),
    )


@require_POST
def requalify(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.run_meetings")
    row = one(Disqualification.objects.select_related("item"), request.by, pk=pk)
    return press(
        request,
        lambda: actions.requalify(by=request.by, disqualification=row),
        back=item_url(row.item),
        message=_("The member takes part again."),
    )


def open_ballot(request: CivicRequest, pk: int) -> HttpResponse:
    row = _own_item(request, pk)
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
    row = _own_item(request, pk)
    return press(
        request,
        lambda: actions.close_ballot(by=request.by, item=row),
        back=item_url(row),
        message=_("The ballot is counted. Now write the decision."),
    )


def count_slips(request: CivicRequest, pk: int) -> HttpResponse:
    row = _own_item(request, pk)
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
    row = _own_item(request, pk)
    return press(
        request,
        lambda: actions.call_off_ballot(by=request.by, item=row),
        back=item_url(row),
        message=_("The ballot is called off. No vote has been kept."),
    )


@require_POST
def vote(request: CivicRequest, pk: int) -> HttpResponse:
    row = _item(request, pk)
    require(request.by, "council.vote", row)
    form = _paper(request, row, None)
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
    return response or _item_page(request, row, form)


def decide(request: CivicRequest, pk: int) -> HttpResponse:
    row = _own_item(request, pk)
    form = forms.DecisionForm(request.POST or None, item=row)
    return fill_in(
        request,
        form,
        lambda: actions.decide(by=request.by, item=row, **form.values()),
        heading=_("Write the decision"),
        button=_("Save the decision"),
        back=item_url(row),
        message=_("The decision is written. It is public when you publish it."),
        lead=row.shown_title,
        **_count_beside(row),
    )


def _count_beside(row: AgendaItem) -> dict[str, Any]:
    """What the ballot came to, beside the decision that is being written. Of a secret ballot
    that is open, nothing: the count as it grows would tell who voted what."""
    poll = queries.poll_of(row)
    if poll is None:
        return {}
    if poll.is_counted:
        return {"result": counting.result(poll.result)}
    if poll.is_secret or poll.method != Poll.Method.YES_NO:
        return {"still_open": True}
    return {"counted": queries.count_ballots(row)}


def minutes(request: CivicRequest, pk: int) -> HttpResponse:
    row = _own_item(request, pk)
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


# --- decisions ---------------------------------------------------------------------------------
@require_safe
def decisions(request: CivicRequest) -> HttpResponseBase:
    form = forms.DecisionFilter(request.GET)
    rows = queries.decisions(request.by).filter(**form.chosen())
    if request.GET.get("format") == "csv":
        newest = rows.order_by("-decided_at", "-pk")
        return csv_response("beslutninger", newest.iterator(), _decision_columns())
    context = {
        "filter": form,
        "page": page(request, rows, order="-decided_at"),
        "csv_href": _csv_address(request),
        "atom_href": reverse("council:atom"),
    }
    return show(request, "council/decisions.html", context)


def _csv_address(request: CivicRequest) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    query["format"] = "csv"
    return f"{request.path}?{query.urlencode()}"


def _decision_columns() -> dict[str, Callable[[Decision], Any]]:
    return {
        _("Decided on"): lambda row: timezone.localtime(row.decided_at).date().isoformat(),
        _("Meeting"): lambda row: row.item.meeting.shown_title if row.item.meeting else "",
        _("Item"): lambda row: row.item.shown_title,
        _("Outcome of the item"): lambda row: row.get_outcome_display(),
        _("Decision"): lambda row: row.shown_text,
        _("In favour"): lambda row: row.in_favour,
        _("Against"): lambda row: row.against,
        _("Abstained"): lambda row: row.abstained,
    }


@require_POST
def publish_decision(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.run_meetings")
    row = one(Decision.objects.select_related("item"), request.by, pk=pk)
    return press(
        request,
        lambda: actions.publish_decision(by=request.by, decision=row),
        back=item_url(row.item),
        message=_("The decision is public now."),
    )


# --- tasks -------------------------------------------------------------------------------------
@require_safe
def tasks(request: CivicRequest) -> HttpResponseBase:
    form = forms.TaskFilter(request.GET)
    rows = queries.tasks(request.by).filter(**form.chosen())
    if request.GET.get("format") == "csv":
        return csv_response("opgaver", rows.iterator(), _task_columns())
    context = {
        "filter": form,
        "page": page(request, rows, order="due"),
        "csv_href": _csv_address(request),
        "today": timezone.localdate(),
    }
    return show(request, "council/tasks.html", context)


def _task_columns() -> dict[str, Callable[[Task], Any]]:
    return {
        _("Task"): lambda row: row.shown_title,
        _("Who"): lambda row: row.owner_name,
        _("Deadline"): lambda row: row.due.isoformat(),
        _("Done"): lambda row: (
            timezone.localtime(row.done_at).date().isoformat() if row.done_at else ""
        ),
    }


def give_task(request: CivicRequest, decision_pk: int | None = None) -> HttpResponse:
    require(request.by, "council.give_tasks")
    rows = Decision.objects.select_related("item", "item__meeting")
    decision = one(rows, request.by, pk=decision_pk) if decision_pk else None
    form = forms.TaskForm(request.POST or None, council=request.council)
    return fill_in(
        request,
        form,
        lambda: actions.give_task(by=request.by, decision=decision, **form.values()),
        heading=_("A new task"),
        button=_("Save the task"),
        back=item_url(decision.item) if decision else reverse("council:tasks"),
        message=_("The task is on the council's list."),
        lead=decision.shown_text if decision else "",
    )


def edit_task(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.give_tasks")
    task = one(Task.objects.select_related("owner"), request.by, pk=pk)
    form = forms.TaskForm(
        request.POST or None, council=request.council, initial=forms.task_as_typed(task)
    )
    return fill_in(
        request,
        form,
        lambda: actions.edit_task(by=request.by, task=task, **form.values()),
        heading=_("Change the task"),
        button=_("Save the task"),
        back=reverse("council:tasks"),
        message=_("The task is changed."),
    )


def _press_task(
    request: CivicRequest, pk: int, act: Callable[..., Task], message: str
) -> HttpResponse:
    row = one(queries.tasks(request.by), request.by, pk=pk)
    require(request.by, "council.finish_task", row)
    return press(
        request,
        lambda: act(by=request.by, task=row),
        back=reverse("council:tasks"),
        message=message,
    )


@require_POST
def finish_task(request: CivicRequest, pk: int) -> HttpResponse:
    return _press_task(request, pk, actions.finish_task, _("Well done. The task is finished."))


@require_POST
def reopen_task(request: CivicRequest, pk: int) -> HttpResponse:
    return _press_task(request, pk, actions.reopen_task, _("The task is open again."))


# --- calendars ---------------------------------------------------------------------------------
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
    return _calendar(request, [_meeting(request, pk)], f"moede-{pk}")
