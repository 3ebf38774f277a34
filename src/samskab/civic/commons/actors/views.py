from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samskab.civic.commons.actors import actions, queries
from samskab.civic.commons.actors.forms import (
    ActorForm,
    CategoryFilter,
    CategoryForm,
    CoverageFilter,
    DirectoryFilter,
    FreshForm,
    MergeForm,
    MoveForm,
    OfferFilter,
    OfferForm,
    RenameForm,
    RepresentativeForm,
)
from samskab.civic.commons.actors.models import Actor, Category, Offer, Representative
from samskab.civic.commons.actors.sections import drawn
from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.exports import csv_href, csv_response
from samskab.civic.foundation.core.forms import ConfirmForm
from samskab.civic.foundation.core.http import CivicRequest, one, perform, press, show, throttle
from samskab.civic.foundation.core.links import digest
from samskab.civic.foundation.core.paging import page

ACTOR_COLUMNS: dict[str, Callable[[Actor], Any]] = {
    "name": lambda actor: actor.name,
    "sector": lambda actor: actor.sector,
    "place": lambda actor: actor.area.name if actor.area else "",
    "cvr": lambda actor: actor.cvr,
    "website": lambda actor: actor.website,
    "about": lambda actor: actor.about,
    "example": lambda actor: "eksempel" if actor.is_example else "",
}
OFFER_COLUMNS: dict[str, Callable[[Offer], Any]] = {
    "title": lambda offer: offer.title,
    "actor": lambda offer: offer.actor.name,
    "kind": lambda offer: offer.kind,
    "category": lambda offer: offer.category.name,
    "quantity": lambda offer: offer.quantity,
    "unit": lambda offer: offer.unit,
    "from": lambda offer: offer.period_from,
    "until": lambda offer: offer.period_to,
    "place": lambda offer: offer.area.name if offer.area else "",
    "conditions": lambda offer: offer.conditions,
    "confirmed_on": lambda offer: offer.confirmed_on,
    "text": lambda offer: offer.text,
    "example": lambda offer: "eksempel" if offer.is_example else "",
}


# --- shared with initiatives -------------------------------------------------------------------
def led_on(request: HttpRequest, form: CategoryFilter) -> HttpResponse | None:
    """A link with a word that was merged leads to the word it became."""
    query = form.moved_to()
    return redirect(f"{request.path}?{query}", permanent=True) if query else None


def seen_of(data: QueryDict) -> int | None:
    text = data.get("seen", "")
    return int(text) if text.isdecimal() else None


def _followed(request: HttpRequest, name: str) -> str:
    """The feed of the same list, as it is narrowed."""
    query = request.GET.copy()
    query.pop("after", None)
    return f"{reverse(name)}?{query.urlencode()}" if query else reverse(name)


# --- the directory -----------------------------------------------------------------------------
@require_safe
def actor_list(request: CivicRequest) -> HttpResponseBase:
    form = DirectoryFilter(request.GET, request.council)
    if response := led_on(request, form):
        return response
    rows = queries.directory(request.council, **form.chosen())
    if request.GET.get("format") == "csv":
        return csv_response("aktoerer", rows.order_by("name").iterator(), ACTOR_COLUMNS)
    context = {
        "filter": form,
        "page": page(request, rows, order="name"),
        "csv_href": csv_href(request),
        "atom_href": _followed(request, "actors:atom"),
    }
    return show(request, "actors/list.html", context)


@require_safe
def actor_detail(request: CivicRequest, pk: int) -> HttpResponse:
    actor = one(Actor.objects.select_related("area"), request.by, pk=pk)
    can_edit = may(request.by, "actors.edit", actor)
    context = {
        "actor": actor,
        "can_edit": can_edit,
        "offers": queries.offers_of(actor),
        "withdrawn": queries.offers_of(actor, withdrawn=True) if can_edit else [],
        "people": actor.representatives.select_related("user") if can_edit else [],
        "sections": drawn(request.by, actor),
    }
    return show(request, "actors/detail.html", context)


def actor_register(request: CivicRequest) -> HttpResponse:
    if not request.by.signed_in:
        return redirect_to_login(request.get_full_path())
    form = ActorForm(request.POST or None, council=request.council)
    response = request.method == "POST" and perform(
        request,
        form,
        lambda: actions.register_actor(by=request.by, **form.values()),
        done=lambda actor: reverse("actors:detail", args=[actor.pk]),
        message=_("Welcome. Now write what you can offer."),
    )
    return response or show(request, "actors/register.html", {"form": form})


def actor_edit(request: CivicRequest, pk: int) -> HttpResponse:
    actor = one(Actor.objects.select_related("area"), request.by, pk=pk)
    require(request.by, "actors.edit", actor)
    form = ActorForm(request.POST or None, council=request.council, initial=_of_actor(actor))
    response = request.method == "POST" and perform(
        request,
        form,
        lambda: actions.edit_actor(
            by=request.by, actor=actor, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=lambda actor: reverse("actors:detail", args=[actor.pk]),
        message=_("Saved."),
    )
    return response or show(request, "actors/edit.html", {"form": form, "actor": actor})


def _of_actor(actor: Actor) -> dict[str, Any]:
    names = ["sector", "name", "about", "website", "cvr", "area", "contact_name", "contact_email"]
    return {"seen": actor.version, **{name: getattr(actor, name) for name in names}}


def people(request: CivicRequest, pk: int) -> HttpResponse:
    """Who acts for the actor; add one by e-mail."""
    actor = one(Actor.objects, request.by, pk=pk)
    require(request.by, "actors.edit", actor)
    form = RepresentativeForm(request.POST or None)
    if request.method == "POST":
        throttle(request, "actors.people", limit=20, seconds=3600)
    response = request.method == "POST" and perform(
        request,
        form,
        lambda: actions.add_representative(by=request.by, actor=actor, **form.values()),
        done=lambda _row: reverse("actors:people", args=[actor.pk]),
        message=_("The person can now act for you. We have sent an e-mail."),
    )
    rows = actor.representatives.select_related("user")
    context = {"form": form, "actor": actor, "people": rows}
    return response or show(request, "actors/people.html", context)


@require_POST
def remove_person(request: CivicRequest, pk: int, representative: int) -> HttpResponse:
    rows = Representative.objects.select_related("actor", "user")
    row = one(rows, request.by, pk=representative, actor_id=pk)
    mine = row.user_id == request.by.user_id
    there = "actors:detail" if mine else "actors:people"
    return press(
        request,
        lambda: actions.remove_representative(by=request.by, representative=row),
        back=reverse(there, args=[pk]),
        message=_("The person no longer acts for the actor."),
    )


# --- what still holds ----------------------------------------------------------------------------
def fresh(request: CivicRequest, token: str) -> HttpResponse:
    """The private link of the yearly mail: no sign-in, everything ticked, one button.

    Opening it changes nothing: programs that look through mail open links too.
    """
    link = queries.fresh_link(request.council, digest(token))
    if link is None:
        return show(request, "actors/fresh_gone.html", {})
    by = request.by.holding("actors.freshlink", link.pk)
    given = request.POST if request.method == "POST" else None
    form = FreshForm(given, kept=queries.kept_by(link.actor))
    response = request.method == "POST" and perform(
        request,
        form,
        lambda: actions.confirm_by_link(by=by, link=link, keys=form.keys()),
        done=lambda _number: reverse("actors:detail", args=[link.actor_id]),
        message=_("Thank you. Now everybody knows that it still holds."),
    )
    return response or show(request, "actors/fresh.html", {"form": form, "actor": link.actor})


@require_POST
def actor_confirm(request: CivicRequest, pk: int) -> HttpResponse:
    actor = one(Actor.objects, request.by, pk=pk)
    return press(
        request,
        lambda: actions.confirm_actor(by=request.by, actor=actor),
        back=reverse("actors:detail", args=[pk]),
        message=_("Thank you. Now everybody knows that it still holds."),
    )


# --- offers ------------------------------------------------------------------------------------
@require_safe
def offer_list(request: CivicRequest) -> HttpResponseBase:
    form = OfferFilter(request.GET, request.council)
    if response := led_on(request, form):
        return response
    rows = queries.offers(request.council, **form.chosen())
    if request.GET.get("format") == "csv":
        return csv_response("tilbud", rows.iterator(), OFFER_COLUMNS)
    context = {
        "filter": form,
        "page": page(request, rows),
        "csv_href": csv_href(request),
        "atom_href": _followed(request, "actors:offers_atom"),
    }
    return show(request, "actors/offers.html", context)


def _offer(request: CivicRequest, pk: int) -> Offer:
    rows = Offer.objects.select_related("actor", "category", "area")
    offer: Offer = one(rows, request.by, pk=pk)
    return offer


@require_safe
def offer_detail(request: CivicRequest, pk: int) -> HttpResponse:
    offer = _offer(request, pk)
    context = {"offer": offer, "can_edit": may(request.by, "actors.edit_offer", offer)}
    return show(request, "actors/offer.html", context)


@require_safe
def offer_start(request: CivicRequest) -> HttpResponse:
    """From “offer something” to the form of the actor that the person acts for."""
    if not request.by.signed_in:
        return redirect_to_login(request.get_full_path())
    mine = list(queries.actors_of(request.by)[:50])
    if not mine:
        messages.info(request, _("First tell who you are. Then write what you offer."))
        return redirect("actors:register")
    if len(mine) == 1:
        return redirect("actors:offer_new", pk=mine[0].pk)
    return show(request, "actors/offer_start.html", {"actors": mine})


def offer_new(request: CivicRequest, pk: int) -> HttpResponse:
    actor = one(Actor.objects, request.by, pk=pk)
    require(request.by, "actors.edit", actor)
    form = OfferForm(request.POST or None, council=request.council)
    response = request.method == "POST" and perform(
        request,
        form,
        lambda: actions.publish_offer(by=request.by, actor=actor, **form.values()),
        done=lambda offer: reverse("actors:offer", args=[offer.pk]),
        message=_("Thank you. Everybody can see your offer now."),
    )
    return response or show(request, "actors/offer_form.html", {"form": form, "actor": actor})


def offer_edit(request: CivicRequest, pk: int) -> HttpResponse:
    offer = _offer(request, pk)
    require(request.by, "actors.edit_offer", offer)
    form = OfferForm(request.POST or None, council=request.council, initial=_of_offer(offer))
    response = request.method == "POST" and perform(
        request,
        form,
        lambda: actions.edit_offer(
            by=request.by, offer=offer, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=lambda offer: reverse("actors:offer", args=[offer.pk]),
        message=_("Saved."),
    )
    context = {"form": form, "actor": offer.actor, "offer": offer}
    return response or show(request, "actors/offer_form.html", context)


def _of_offer(offer: Offer) -> dict[str, Any]:
    names = "category title text quantity unit period_from period_to area conditions wants"
    return {"seen": offer.version, **{name: getattr(offer, name) for name in names.split()}}


@require_POST
def offer_withdraw(request: CivicRequest, pk: int) -> HttpResponse:
    offer, seen = _offer(request, pk), seen_of(request.POST)
    return press(
        request,
        lambda: actions.withdraw_offer(by=request.by, offer=offer, seen=seen),
        back=reverse("actors:offer", args=[pk]),
        message=_("The offer is withdrawn."),
    )


@require_POST
def offer_renew(request: CivicRequest, pk: int) -> HttpResponse:
    offer, seen = _offer(request, pk), seen_of(request.POST)
    return press(
        request,
        lambda: actions.renew_offer(by=request.by, offer=offer, seen=seen),
        back=reverse("actors:offer", args=[pk]),
        message=_("The offer is open again."),
    )


@require_POST
def offer_confirm(request: CivicRequest, pk: int) -> HttpResponse:
    offer = _offer(request, pk)
    return press(
        request,
        lambda: actions.confirm_offer(by=request.by, offer=offer),
        back=reverse("actors:offer", args=[pk]),
        message=_("Thank you. Now everybody knows that it still holds."),
    )


COVERAGE_COLUMNS: dict[str, Callable[[tuple[queries.CoverageRow, queries.Cell]], Any]] = {
    "word": lambda pair: pair[0].category.name,
    "kind": lambda pair: pair[0].category.kind,
    "place": lambda pair: pair[1].place.name if pair[1].place else "",
    "offers": lambda pair: pair[1].offers,
    "offers_in_wider_places": lambda pair: pair[1].wider,
    "needs": lambda pair: pair[1].needs,
    "state": lambda pair: pair[1].state,
}


@require_safe
def coverage(request: CivicRequest) -> HttpResponseBase:
    """Where something is needed and nobody offers it, and where there is plenty."""
    form = CoverageFilter(request.GET, request.council)
    if response := led_on(request, form):
        return response
    table = queries.coverage(request.by, **form.chosen())
    if request.GET.get("format") == "csv":
        pairs = ((row, cell) for row in table.rows for cell in row.cells)
        return csv_response("daekning", pairs, COVERAGE_COLUMNS)
    context = {"filter": form, "coverage": table, "csv_href": csv_href(request)}
    return show(request, "actors/coverage.html", context)


# --- categories --------------------------------------------------------------------------------
def category_list(request: CivicRequest) -> HttpResponse:
    """The words of one kind as a tree; add one. `kind` is in the address."""
    require(request.by, "actors.sort")
    given = request.GET.get("kind", "")
    kind = Category.Kind(given) if given in Category.Kind.values else Category.Kind.COMPETENCE
    there = f"{reverse('actors:categories')}?kind={kind}"
    form = CategoryForm(request.POST or None, council=request.council, kind=kind)
    response = request.method == "POST" and perform(
        request,
        form,
        lambda: actions.add_category(by=request.by, kind=kind, **form.values()),
        done=lambda row: f"{there}#ord-{row.pk}",
        message=_("The word is added."),
    )
    context = {
        "form": form,
        "kind": kind,
        "kinds": list(Category.Kind),
        "words": queries.tree(request.council, kind),
        "lacks_words": queries.lacks_first_words(request.council),
    }
    return response or show(request, "actors/categories.html", context)


@require_POST
def categories_seed(request: CivicRequest) -> HttpResponse:
    return press(
        request,
        lambda: actions.seed_words(by=request.by),
        back=reverse("actors:categories"),
        message=_("The words of the field are added. Change them as you like."),
    )


def _category(request: CivicRequest, pk: int) -> Category:
    require(request.by, "actors.sort")
    rows = Category.objects.select_related("merged_into", "parent")
    category: Category = one(rows, request.by, pk=pk)
    return category


def category_edit(request: CivicRequest, pk: int) -> HttpResponse:
    """Rename a word, move it, or choose what to merge it into."""
    category = _category(request, pk)
    if category.merged_into:
        return redirect("actors:category", pk=category.merged_into_id)
    moving = request.method == "POST" and request.POST.get("go") == "move"
    renaming = request.method == "POST" and not moving
    seen = {"seen": category.version}
    rename = RenameForm(
        request.POST if renaming else None,
        initial={**seen, "name_da": category.name_da, "name_en": category.name_en},
        auto_id="rename_%s",
    )
    move = MoveForm(
        request.POST if moving else None,
        category=category,
        initial={**seen, "parent": category.parent_id},
        auto_id="move_%s",
    )
    response = _move(request, category, move) if moving else _rename(request, category, rename)
    context = {
        "category": category,
        "rename": rename,
        "move": move,
        "merge": MergeForm(category=category, auto_id="merge_%s"),
        "uses": queries.uses(category),
    }
    return response or show(request, "actors/category.html", context)


def _rename(request: CivicRequest, category: Category, form: RenameForm) -> HttpResponse | None:
    if request.method != "POST":
        return None
    return perform(
        request,
        form,
        lambda: actions.rename_category(
            by=request.by, category=category, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=lambda row: reverse("actors:category", args=[row.pk]),
        message=_("Saved."),
    )


def _move(request: CivicRequest, category: Category, form: MoveForm) -> HttpResponse | None:
    return perform(
        request,
        form,
        lambda: actions.move_category(
            by=request.by, category=category, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=lambda row: reverse("actors:category", args=[row.pk]),
        message=_("The word is moved, with all below it."),
    )


def category_merge(request: CivicRequest, pk: int) -> HttpResponse:
    """Asks before two words become one, and says what will follow: it cannot be undone."""
    category = _category(request, pk)
    if category.merged_into:
        return redirect("actors:category", pk=category.merged_into_id)
    given = request.POST if request.method == "POST" else request.GET
    if not given.get("into"):
        return redirect("actors:category", pk=pk)
    form = MergeForm(given, category=category)
    target = form.cleaned_data["into"] if form.is_valid() else None
    response = request.method == "POST" and perform(
        request,
        form,
        lambda: actions.merge_categories(
            by=request.by, category=category, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=lambda row: reverse("actors:category", args=[row.pk]),
        message=_("Merged. Everything that used the old word uses the new one."),
    )
    context = {
        "category": category,
        "target": target,
        "form": form,
        "ask": ConfirmForm(initial={"seen": category.version}),
        "uses": queries.uses(category),
    }
    return response or show(request, "actors/category_merge.html", context)
