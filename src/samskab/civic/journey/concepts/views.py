from __future__ import annotations

import json
import tempfile
from typing import Any, cast

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.exports import csv_href, csv_response
from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.core.http import CivicRequest, one, perform, press, show, throttle
from samskab.civic.foundation.core.paging import page
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.concepts import (
    actions,
    evidence,
    forms,
    kinds,
    package,
    parcel,
    queries,
    signing,
)
from samskab.civic.journey.concepts.models import Adoption, AdoptionReport, Concept, ConceptVersion
from samskab.civic.journey.concepts.pdf import concept_pdf
from samskab.engine.evidence.strength import ENOUGH

CSV = {
    "title": lambda row: row.title,
    "for_whom": lambda row: row.for_whom,
    "problem": lambda row: row.problem,
    "version": lambda row: row.current.number if row.current else "",
    "evidence": lambda row: row.level,
    "from": lambda row: row.origin_name,
    "licence": lambda row: row.current.licence if row.current else "",
    "published_at": lambda row: row.published_at.isoformat(),
    "example": lambda row: "eksempel" if row.is_example else "",
}


# --- the catalogue -----------------------------------------------------------------------------
def index(request: CivicRequest) -> HttpResponse:
    form = forms.ListFilter(request.GET or None, council=request.council)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = queries.filtered(
        queries.visible(request.by),
        text=chosen.get("q", ""),
        group=chosen.get("group"),
        level=chosen.get("level", ""),
        source=chosen.get("source", ""),
    )
    if request.GET.get("format") == "csv":
        rows = rows.select_related("current").order_by("-published_at", "-pk")
        return csv_response("koncepter", rows.iterator(), CSV)
    return show(
        request,
        "concepts/list.html",
        {
            "filters": form,
            "page": page(request, rows, order="-published_at"),
            "csv_href": csv_href(request),
            "stopped": queries.stopped(request.council) if _wants_stopped(chosen) else [],
        },
    )


def _wants_stopped(chosen: dict[str, Any]) -> bool:
    """What was stopped is shown with everything, and when somebody asks for what did not work."""
    others = any(chosen.get(name) for name in ("q", "group", "source"))
    return not others and chosen.get("level", "") in {"", "not_working"}


def levels(request: CivicRequest) -> HttpResponse:
    """The rules behind the words about how sure we are, as they are computed."""
    return show(request, "concepts/levels.html", {"levels": evidence.levels(), "enough": ENOUGH})


def elsewhere(request: CivicRequest) -> HttpResponse:
    """What the other councils of this installation have published."""
    require(request.by, "concepts.fetch")
    found = page(request, queries.published_elsewhere(request.council), order="title")
    known = queries.brought_home(request.council)
    rows = [(row, known.get((row.council.slug, row.slug))) for row in found.rows]
    return show(request, "concepts/elsewhere.html", {"page": found, "rows": rows})


def fetch(request: CivicRequest) -> HttpResponse:
    require(request.by, "concepts.fetch")
    council, slug = request.POST.get("council", ""), request.POST.get("slug", "")
    return _press(
        request,
        lambda: actions.fetch_elsewhere(by=request.by, council=council, slug=slug),
        lambda made: _home(made[0]),
        reverse("concepts:elsewhere"),
        _("The concept is here. Now you can use it."),
    )


def import_file(request: CivicRequest) -> HttpResponse:
    require(request.by, "concepts.fetch")
    if request.method == "POST":
        throttle(request, "concepts.import", limit=60, seconds=3600)
    form = forms.FileForm(
        request.POST or None,
        request.FILES or None,
        may_trust=may(request.by, "concepts.trust"),
    )
    response = perform(
        request,
        form,
        lambda: actions.import_package(by=request.by, **form.values()),
        done=lambda made: _home(made[0]),
        message=_("The concept is here. Now you can use it."),
    )
    return response or show(request, "concepts/import.html", {"form": form})


# --- one concept -------------------------------------------------------------------------------
def _home(concept: Concept) -> str:
    return reverse("concepts:detail", args=[concept.pk])


def _concept(request: CivicRequest, pk: int) -> Concept:
    rows = Concept.objects.select_related("council", "challenge", "current", "publisher")
    concept = cast(Concept, one(rows, request.by, pk=pk))
    if not may(request.by, "concepts.see", concept):
        raise Http404
    return concept


def detail(request: CivicRequest, pk: int) -> HttpResponse:
    concept = _concept(request, pk)
    if concept.current is None:
        return redirect("concepts:draft", pk=pk)
    return _show_version(request, concept, concept.current)


def version(request: CivicRequest, pk: int, number: int) -> HttpResponse:
    concept = _concept(request, pk)
    return _show_version(request, concept, _published(request, concept, number))


def _published(request: CivicRequest, concept: Concept, number: int) -> ConceptVersion:
    rows = ConceptVersion.objects.filter(concept=concept, published_at__isnull=False)
    found = cast(ConceptVersion, one(rows, request.by, number=number))
    found.concept = concept
    return found


def _show_version(request: CivicRequest, concept: Concept, shown: ConceptVersion) -> HttpResponse:
    found, reports = queries.evidence(concept, shown)
    by = request.by
    insider = may(by, "concepts.fetch")
    adoptions = [row for row in queries.adoptions_here(concept)
                 if insider or may(by, "concepts.see_adoption", row)]  # fmt: skip
    versions = queries.versions(concept)
    return show(
        request,
        "concepts/detail.html",
        {
            "concept": concept,
            "version": shown,
            "is_current": shown.pk == concept.current_id,
            "earlier": next((row for row in versions if row.number < shown.number), None),
            "versions": versions,
            "evidence": found,
            "reports": reports,
            "adoptions": adoptions,
            "groups": list(concept.target_groups.all()),
            "cost": package.cost(shown.cost_dkk, shown.cost_note),
            "plan": package.plan_lines(shown.plan),
            "materials": list(shown.materials.all()),
            "draft": queries.draft_of(concept) if may(by, "concepts.write", concept) else None,
            "in_use": any(row.status != "reported" for row in adoptions),
        },
    )


def changes(request: CivicRequest, pk: int, number: int) -> HttpResponse:
    """What is different from the version before."""
    concept = _concept(request, pk)
    after = _published(request, concept, number)
    rows = ConceptVersion.objects.filter(concept=concept, number__lt=number)
    before = rows.filter(published_at__isnull=False).order_by("-number").first()
    if before is None:
        raise Http404
    return show(
        request,
        "concepts/changes.html",
        {
            "concept": concept,
            "before": before,
            "after": after,
            "parts": queries.changed(before, after),
        },
    )


def download(request: CivicRequest, pk: int, number: int) -> FileResponse:
    """The signed file. Only who wrote a recipe can sign it."""
    concept = _concept(request, pk)
    if not concept.is_own:
        raise Http404
    shown = _published(request, concept, number)
    file = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it
    parcel.pack(shown, file)
    file.seek(0)
    name = f"{concept.slug}-{shown.number}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


def pdf(request: CivicRequest, pk: int, number: int) -> HttpResponse:
    """The same as the page, to print and keep."""
    concept = _concept(request, pk)
    shown = _published(request, concept, number)
    level = queries.evidence(concept, shown)[0].level_text
    response = HttpResponse(
        concept_pdf(package.document(shown), level), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="{concept.slug}-{shown.number}.pdf"'
    return response


def material(request: CivicRequest, pk: int, number: int, name: str) -> FileResponse:
    """A file of the recipe; always to be saved, never shown as a page of ours."""
    concept = _concept(request, pk)
    rows = ConceptVersion.objects.filter(concept=concept)
    found = cast(ConceptVersion, one(rows, request.by, number=number))
    if found.is_draft:
        require(request.by, "concepts.write", concept)
    row = found.materials.filter(name=name).first()
    kind = kinds.kind_of(name)
    if row is None or kind is None:
        raise Http404
    return FileResponse(
        row.file.open("rb"), as_attachment=True, filename=row.name, content_type=kind.media
    )


def manifest_schema(request: CivicRequest) -> HttpResponse:
    return HttpResponse(parcel.schema(), content_type="application/schema+json")


def schema(request: CivicRequest) -> HttpResponse:
    return HttpResponse(package.schema(package.FORMAT), content_type="application/schema+json")


def report_schema(request: CivicRequest) -> HttpResponse:
    return HttpResponse(
        package.schema(package.REPORT_FORMAT), content_type="application/schema+json"
    )


# --- writing -----------------------------------------------------------------------------------
def write(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = cast(Challenge, one(Challenge.objects, request.by, pk=pk))
    require(request.by, "concepts.begin", challenge)
    known = queries.concept_of(challenge)
    if known is not None and request.method != "POST":
        return redirect(_home(known))
    evaluation = queries.evaluation_of(challenge)
    form = forms.WriteForm(
        request.POST or None,
        council=request.council,
        initial=queries.beginning(challenge, evaluation) if evaluation else {},
    )
    response = perform(
        request,
        form,
        lambda: actions.write_concept(by=request.by, challenge=challenge, **form.values()),
        done=lambda made: reverse("concepts:draft", args=[made.pk]),
        message=_("The draft is saved. Only you who work with it can see it."),
    )
    context = {"form": form, "challenge": challenge, "evaluation": evaluation}
    return response or show(request, "concepts/write.html", context)


def _draft(request: CivicRequest, pk: int) -> ConceptVersion:
    concept = _concept(request, pk)
    require(request.by, "concepts.write", concept)
    found = queries.draft_of(concept)
    if found is None:
        raise Http404
    return found


def _draft_home(version: ConceptVersion) -> str:
    return reverse("concepts:draft", args=[version.concept_id])


def draft(request: CivicRequest, pk: int) -> HttpResponse:
    version = _draft(request, pk)
    add = forms.RequirementForm(council=request.council)
    return show(request, "concepts/draft.html", _draft_page(version, add))


def _draft_page(version: ConceptVersion, add: CivicForm) -> dict[str, Any]:
    challenge = version.concept.challenge
    evaluation = queries.evaluation_of(challenge) if challenge else None
    verdict = evaluation.verdict if evaluation else ""
    return {
        "concept": version.concept,
        "version": version,
        "add": add,
        "cost": package.cost(version.cost_dkk, version.cost_note),
        "plan": package.plan_lines(version.plan),
        "materials": list(version.materials.all()),
        "wanted": actions.wanted(version),
        "missing": [sentence for _field, sentence in actions.missing(version, verdict)],
    }


def edit(request: CivicRequest, pk: int) -> HttpResponse:
    version = _draft(request, pk)
    initial = {name: getattr(version, name) for name in actions.FIELDS} | {
        "seen": version.version,
        "target_groups": queries.known_groups(request.council, version.target_slugs),
    }
    form = forms.EditForm(request.POST or None, council=request.council, initial=initial)
    if version.number == 1:
        del form.fields["changes"]
    response = perform(
        request,
        form,
        lambda: actions.edit_version(
            by=request.by, version=version, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=_draft_home,
        message=_("The draft is saved."),
    )
    return response or show(request, "concepts/edit.html", {"form": form, "version": version})


def add_requirement(request: CivicRequest, pk: int) -> HttpResponse:
    version = _draft(request, pk)
    form = forms.RequirementForm(request.POST or None, council=request.council)
    response = perform(
        request,
        form,
        lambda: actions.add_requirement(by=request.by, version=version, **form.values()),
        done=_draft_home,
    )
    return response or show(request, "concepts/draft.html", _draft_page(version, form))


def drop_requirement(request: CivicRequest, pk: int) -> HttpResponse:
    version = _draft(request, pk)
    title = request.POST.get("title", "")
    return _press(
        request,
        lambda: actions.drop_requirement(by=request.by, version=version, title=title),
        _draft_home,
        _draft_home(version),
        "",
    )


def add_material(request: CivicRequest, pk: int) -> HttpResponse:
    version = _draft(request, pk)
    form = forms.MaterialForm(request.POST or None, request.FILES or None)
    response = perform(
        request,
        form,
        lambda: actions.add_material(by=request.by, version=version, **form.values()),
        done=_draft_home,
    )
    context = {"form": form, "version": version}
    return response or show(request, "concepts/material.html", context)


def drop_material(request: CivicRequest, pk: int) -> HttpResponse:
    version = _draft(request, pk)
    name = request.POST.get("name", "")
    return _press(
        request,
        lambda: actions.drop_material(by=request.by, version=version, name=name),
        _draft_home,
        _draft_home(version),
        "",
    )


def publish(request: CivicRequest, pk: int) -> HttpResponse:
    version = _draft(request, pk)
    return _press(
        request,
        lambda: actions.publish_version(
            by=request.by, version=version, seen=_seen(request.POST.get("seen"))
        ),
        _home,
        _draft_home(version),
        _("The concept is published. Everybody can read it and use it."),
    )


def _seen(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def begin_version(request: CivicRequest, pk: int) -> HttpResponse:
    concept = _concept(request, pk)
    require(request.by, "concepts.write", concept)
    return _press(
        request,
        lambda: actions.begin_version(by=request.by, concept=concept),
        _draft_home,
        _home(concept),
        "",
    )


# --- using what others wrote -------------------------------------------------------------------
def adopt(request: CivicRequest, pk: int) -> HttpResponse:
    concept = _concept(request, pk)
    require(request.by, "concepts.adopt", concept)
    form = forms.AdoptForm(request.POST or None)
    response = perform(
        request,
        form,
        lambda: actions.adopt(by=request.by, concept=concept, **form.values()),
        done=_adoption_home,
        message=_("There is a challenge now that builds on the concept."),
    )
    context = {"form": form, "concept": concept, "version": concept.current}
    return response or show(request, "concepts/adopt.html", context)


def _adoption_home(row: Adoption) -> str:
    return reverse("concepts:adoption", args=[row.pk])


def _adoption(request: CivicRequest, pk: int, permission: str) -> Adoption:
    rows = Adoption.objects.select_related("concept__publisher", "challenge", "used", "council")
    found = cast(Adoption, one(rows, request.by, pk=pk))
    if not may(request.by, "concepts.see_adoption", found):
        raise Http404
    require(request.by, permission, found)
    return found


def adoption(request: CivicRequest, pk: int) -> HttpResponse:
    found = _adoption(request, pk, "concepts.see_adoption")
    pilot = queries.pilot_to_plan(found.challenge)
    plan = queries.plan_to_use(found.used)
    return show(
        request,
        "concepts/adoption.html",
        {
            "adoption": found,
            "concept": found.concept,
            "plan": package.plan_lines(plan),
            "address": request.council.address("/"),
            "pilot": pilot,
            "plan_fits": pilot is not None and not pilot.has_theory and not found.plan_taken,
        },
    )


def take_needs(request: CivicRequest, pk: int) -> HttpResponse:
    found = _adoption(request, pk, "concepts.report")
    return _press(
        request,
        lambda: actions.take_over_needs(by=request.by, concept=found.concept, adoption=found),
        lambda number: _adoption_home(found),
        _adoption_home(found),
        _("The needs are on the challenge now."),
    )


def take_plan(request: CivicRequest, pk: int) -> HttpResponse:
    found = _adoption(request, pk, "concepts.report")
    return _press(
        request,
        lambda: actions.take_over_plan(by=request.by, concept=found.concept, adoption=found),
        lambda pilot: reverse("pilots:detail", args=[pilot.pk]),
        _adoption_home(found),
        _("The plan stands on the pilot now. Change it so that it fits you."),
    )


def begin_use(request: CivicRequest, pk: int) -> HttpResponse:
    found = _adoption(request, pk, "concepts.report")
    return _press(
        request,
        lambda: actions.begin_use(by=request.by, adoption=found),
        _adoption_home,
        _adoption_home(found),
        _("That is noted."),
    )


def report(request: CivicRequest, pk: int) -> HttpResponse:
    found = _adoption(request, pk, "concepts.report")
    known = found.used.evidence
    kept = {True: "yes", False: "no"}.get(found.core_kept, "")  # type: ignore[arg-type]
    measured = queries.measured_here(found.challenge)
    form = forms.ReportForm(
        request.POST or None,
        scale=(known["instrument"], known["scale_name"]) if known else None,
        initial={"seen": found.version, "changed": found.changed, "core_kept": kept} | measured,
    )
    response = perform(
        request,
        form,
        lambda: actions.report_back(
            by=request.by, adoption=found, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=_adoption_home,
        message=_("Thank you. Now others can learn from it."),
    )
    context = {"form": form, "adoption": found, "concept": found.concept,
               "measured": measured}  # fmt: skip
    return response or show(request, "concepts/report.html", context)


def report_file(request: CivicRequest, pk: int) -> HttpResponse:
    """What we tell, as a file for a council that is on another installation."""
    found = _adoption(request, pk, "concepts.report")
    sealed = signing.sealed(package.told(found))
    text = json.dumps(sealed, ensure_ascii=False, indent=2, sort_keys=True)
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="svar-{found.concept.slug}.json"'
    return response


def take_report(request: CivicRequest) -> HttpResponse:
    """An answer that was sent to us as a file."""
    require(request.by, "concepts.fetch")
    form = forms.ReportFileForm(
        request.POST or None,
        request.FILES or None,
        may_trust=may(request.by, "concepts.trust"),
    )
    response = perform(
        request,
        form,
        lambda: actions.take_report_file(by=request.by, **form.values()),
        done=lambda row: reverse("concepts:detail", args=[row.concept_id]),
        message=_("Their answer stands on the page of the concept now."),
    )
    return response or show(request, "concepts/take_report.html", {"form": form})


def _report(request: CivicRequest, pk: int) -> AdoptionReport:
    found = cast(
        AdoptionReport, one(AdoptionReport.objects.select_related("concept"), request.by, pk=pk)
    )
    require(request.by, "concepts.weigh", found)
    return found


def _concept_home(report: AdoptionReport) -> str:
    return reverse("concepts:detail", args=[report.concept_id]) + "#h-evidence"


def set_aside(request: CivicRequest, pk: int) -> HttpResponse:
    """Says why the figures of a place do not count."""
    found = _report(request, pk)
    form = forms.AsideForm(request.POST or None)
    response = perform(
        request,
        form,
        lambda: actions.set_aside(by=request.by, report=found, **form.values()),
        done=_concept_home,
        message=_("The figures no longer count. Your reason stands beside them."),
    )
    context = {"form": form, "report": found, "concept": found.concept}
    return response or show(request, "concepts/aside.html", context)


def count_again(request: CivicRequest, pk: int) -> HttpResponse:
    found = _report(request, pk)
    return _press(
        request,
        lambda: actions.count_again(by=request.by, report=found),
        _concept_home,
        _concept_home(found),
        _("The figures count again."),
    )


def _press(request: CivicRequest, act: Any, done: Any, back: str, message: str) -> HttpResponse:
    return press(request, act, back=back, done=done, message=message)
