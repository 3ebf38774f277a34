"""The tree of causes and effects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samskab.civic.foundation.core.actions import action, may, record, require
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.inquiry.actions.common import (
    check_open,
    moderate_row,
    one_sentence,
    save_once,
)
from samskab.civic.journey.inquiry.models import (
    Cause,
    CauseWeight,
    Inquiry,
    Participant,
)

if TYPE_CHECKING:
    pass

DEEPEST = 5


@action("inquiry.take_part", on="inquiry")
def propose_cause(
    *,
    by: Principal,
    inquiry: Inquiry,
    text: str,
    kind: str,
    parent: Cause | None = None,
    name: str = "",
) -> Cause:
    """A cause or an effect of the problem, or of another cause or effect. Facilitators' own
    are shown at once, and only they name the problem itself."""
    check_open(inquiry)
    trusted = may(by, "inquiry.facilitate", inquiry)
    _check_cause(inquiry, kind, parent, trusted)
    cause = Cause(
        council=by.council,
        inquiry=inquiry,
        kind=kind,
        text=one_sentence(text, 200),
        parent=parent,
        status=Cause.Status.SHOWN if trusted else Cause.Status.WAITING,
    )
    cause.sign(by, name.strip())
    save_once(cause, gettext_lazy("It is in the tree already, or waits to be read."))
    record(by, "inquiry.propose_cause", cause, kind=kind)
    return cause


def _check_cause(inquiry: Inquiry, kind: str, parent: Cause | None, trusted: bool) -> None:
    if kind not in Cause.Kind.values:
        raise Invalid(gettext_lazy("Choose cause or effect."), field="kind")
    if kind == Cause.Kind.PROBLEM:
        if not trusted or parent is not None:
            raise NotAllowed
        if inquiry.causes.filter(kind=kind).exists():
            raise Conflict(gettext_lazy("The problem stands in the middle already."))
    if parent is None:
        return
    if parent.inquiry_id != inquiry.pk or parent.status != Cause.Status.SHOWN:
        raise Invalid(gettext_lazy("Choose a place in this tree."), field="parent")
    if parent.kind not in {kind, Cause.Kind.PROBLEM}:
        raise Invalid(
            gettext_lazy("A cause belongs below a cause, an effect below an effect."), field="kind"
        )
    if _depth(parent) >= DEEPEST:
        raise Invalid(
            gettext_lazy("The tree is deep enough here. Choose a place higher up."), field="parent"
        )


def _depth(cause: Cause | None) -> int:
    depth = 0
    while cause is not None and cause.kind != Cause.Kind.PROBLEM:
        depth, cause = depth + 1, cause.parent
    return depth


@action("inquiry.asks_itself")
def moderate_cause(*, by: Principal, cause: Cause, show: bool, reason: str = "") -> Cause:
    """Shows a cause to all, or hides it with a reason; a merged one stands alone again."""
    require(by, "inquiry.facilitate", cause)
    other = Cause.objects.filter(pk=cause.pk).values_list("merged_into", flat=True).get()
    rows = _held(cause.inquiry_id, {cause.pk, other or cause.pk})
    cause = rows[cause.pk]
    moderate_row(cause, show, reason)
    if show and cause.merged_into_id:
        into = rows[cause.merged_into_id]
        CauseWeight.objects.filter(cause=into, carried_from=cause).delete()
        cause.merged_into = None
        _reweigh(into)
    cause.save()
    record(by, "inquiry.moderate_cause", cause, state=cause.status)
    return cause


@action("inquiry.take_part", on="cause")
def weigh_cause(
    *, by: Principal, cause: Cause, participant: Participant, weighs: bool = True
) -> bool:
    """One person says that this weighs, or takes it back. False when nothing changed."""
    if participant.inquiry_id != cause.inquiry_id or participant.user_id not in {None, by.user_id}:
        raise NotAllowed
    check_open(cause.inquiry)
    if cause.status != Cause.Status.SHOWN:
        raise Conflict(gettext_lazy("This is not in the tree any more."))
    rows = CauseWeight.objects.filter(cause=cause, participant=participant)
    if rows.exists() == weighs:
        return False
    if weighs:
        CauseWeight.objects.create(council=by.council, cause=cause, participant=participant)
    else:
        rows.delete()
    Cause.objects.filter(pk=cause.pk).update(weight=F("weight") + (1 if weighs else -1))
    record(by, "inquiry.weigh_cause", cause)
    return True


@action("inquiry.asks_itself")
def merge_cause(*, by: Principal, cause: Cause, into: Cause) -> Cause:
    """Two branches say the same: this one is hidden, and what hung below it hangs below the
    other. Each person who found one of them heavy counts once."""
    require(by, "inquiry.facilitate", cause)
    rows = _held(cause.inquiry_id, {cause.pk, into.pk})
    if len(rows) != 2 or rows[cause.pk].kind != rows[into.pk].kind:
        raise Invalid(
            gettext_lazy("Choose another one of the same kind, from this tree."), field="into"
        )
    cause, into = rows[cause.pk], rows[into.pk]
    if into.status != Cause.Status.SHOWN:
        raise Invalid(gettext_lazy("Choose one that is in the tree."), field="into")
    if cause.kind == Cause.Kind.PROBLEM or cause.merged_into_id:
        raise Conflict(gettext_lazy("It is merged already. Show it again first."))
    if any(row.pk == cause.pk for row in _above(into)):
        raise Invalid(gettext_lazy("Choose one that does not hang below it."), field="into")
    cause.status, cause.merged_into = Cause.Status.HIDDEN, into
    cause.hide_reason = _("It says the same as another.")
    cause.save()
    _move_branches(cause, into)
    said = CauseWeight.objects.filter(cause=into).values("participant_id")
    weights = CauseWeight.objects.filter(cause=cause).exclude(participant__in=said)
    CauseWeight.objects.bulk_create(
        CauseWeight(council=by.council, cause=into, participant_id=person, carried_from=cause)
        for person in list(weights.values_list("participant_id", flat=True))
    )
    _reweigh(into)
    record(by, "inquiry.merge_cause", cause, into=into.pk)
    return into


def _held(inquiry: int, keys: set[int]) -> dict[int, Cause]:
    """Causes of an inquiry by key, locked in the order of their keys: two people who merge the
    same pair the opposite way take turns."""
    rows = Cause.objects.select_for_update(no_key=True).filter(inquiry=inquiry, pk__in=keys)
    return {row.pk: row for row in rows.order_by("pk")}


def _above(cause: Cause) -> Iterator[Cause]:
    above = cause.parent
    while above is not None:
        yield above
        above = above.parent


def _move_branches(cause: Cause, into: Cause) -> None:
    """Hangs what is below one cause below another; a text that is there already stays behind."""
    there = set(into.children.values_list("text", flat=True))
    for child in cause.children.exclude(text__in=there):
        child.parent = into
        child.save(update_fields=["parent"])


def _reweigh(cause: Cause) -> None:
    cause.weight = CauseWeight.objects.filter(cause=cause).count()
    cause.save(update_fields=["weight"])
