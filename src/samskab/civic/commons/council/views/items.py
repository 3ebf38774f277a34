"""Items of the agenda, with their papers and who is disqualified."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samskab.civic.commons.council import (
    actions,
    briefs,
    counting,
    forms,
    queries,
)
from samskab.civic.commons.council.models import (
    AgendaItem,
    Ballot,
    Disqualification,
    Paper,
)
from samskab.civic.commons.council.views.common import (
    fill_in,
    initial_of,
    item_of,
    item_url,
    meeting_url,
    own_item,
)
from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.http import CivicRequest, one, press, show
from samskab.civic.foundation.core.paging import page


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
    row = item_of(request, pk)
    form = ballot_paper(
        request, row, queries.ballot_of(request.by, row) if row.ballot_open else None
    )
    return item_page(request, row, form)


def ballot_paper(
    request: CivicRequest, row: AgendaItem, ballot: Ballot | None
) -> forms.BallotForm | None:
    """The ballot paper, with what this member has marked so far."""
    poll = queries.poll_of(row)
    if poll is None or not row.ballot_open:
        return None
    marked = (ballot.choice or ballot.answer) if ballot else None
    return forms.BallotForm(request.POST or None, poll=poll, marked=marked)


def item_page(
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
    row = item_of(request, pk)
    found = briefs.brief_of(row)
    if found is None:
        raise Http404
    context = {"item": row, "shown": queries.shown(request.by, row, row.order), "brief": found}
    return show(request, "council/brief.html", context)


@require_safe
def paper(request: CivicRequest, pk: int) -> FileResponse:
    """A file, for whoever may read its item; always saved, never opened in this site's name."""
    row = one(Paper.objects.select_related("item"), request.by, pk=pk)
    item_of(request, row.item_id)
    response = FileResponse(row.file.open("rb"), content_type=row.kind, as_attachment=True)
    response["Content-Disposition"] = f'attachment; filename="{row.filename}"'
    response["Cache-Control"] = "private, max-age=300"
    return response


def add_paper(request: CivicRequest, pk: int) -> HttpResponse:
    row = own_item(request, pk)
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


def edit_item(request: CivicRequest, pk: int) -> HttpResponse:
    row = own_item(request, pk)
    form = forms.ItemForm(request.POST or None, initial=initial_of(row, forms.ItemForm))
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
    row = item_of(request, pk)
    require(request.by, "council.withdraw_item", row)
    return press(
        request,
        lambda: actions.withdraw_item(by=request.by, item=row),
        back=reverse("council:waiting"),
        message=_("The item has been taken back."),
    )


def place_item(request: CivicRequest, pk: int) -> HttpResponse:
    row = own_item(request, pk)
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
    row = own_item(request, pk)
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
