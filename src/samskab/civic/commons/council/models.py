from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.accounts.models import Authored, User
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.bilingual import chosen
from samskab.civic.foundation.core.models import CouncilRow, DigestField, Versioned


class Sector(models.TextChoices):
    CIVIL = "civil", _("Associations and citizens")
    BUSINESS = "business", _("Business")
    PUBLIC = "public", _("Public sector")


class FocusTheme(CouncilRow):
    """What the council looks at above all in a year."""

    title = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    text = models.TextField(_("text"), max_length=2000, blank=True)
    text_en = models.TextField(_("text in English"), max_length=2000, blank=True)
    year_from = models.DateField(_("from"), null=True, blank=True)
    year_to = models.DateField(_("to"), null=True, blank=True)
    is_current = models.BooleanField(_("the theme of now"), default=False)
    source = models.CharField(_("source"), max_length=200, blank=True)
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_current", "-year_from", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["council"],
                condition=Q(is_current=True),
                name="one_current_theme",
            ),
            models.UniqueConstraint(fields=["council", "title"], name="theme_title_once"),
            models.CheckConstraint(
                condition=Q(year_to__isnull=True)
                | Q(year_from__isnull=True)
                | Q(year_to__gte=models.F("year_from")),
                name="theme_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        return chosen(self.title, self.title_en)

    @property
    def shown_text(self) -> str:
        return chosen(self.text, self.text_en)


class CouncilText(CouncilRow):
    """A piece of what the council is: its definition, a principle, a value or a task."""

    class Key(models.TextChoices):
        DEFINITION = "definition", _("What co-creation is")
        PRINCIPLE = "principle", _("Principle")
        VALUE = "value", _("Value")
        TASK = "task", _("Task of the council")

    key = models.CharField(_("kind of text"), max_length=12, choices=Key.choices)
    order = models.PositiveSmallIntegerField(_("place in the order"), default=1)
    heading = models.CharField(_("heading"), max_length=120, blank=True)
    heading_en = models.CharField(_("heading in English"), max_length=120, blank=True)
    text = models.TextField(_("text"), max_length=4000, blank=True)
    text_en = models.TextField(_("text in English"), max_length=4000, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    source_url = models.URLField(_("link to the source"), blank=True)
    is_quotation = models.BooleanField(_("word for word from the source"), default=False)

    class Meta:
        ordering = ["key", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["council", "key", "order"], name="text_order_once"),
            models.CheckConstraint(
                condition=Q(is_quotation=False) | ~Q(source=""),
                name="quotation_has_a_source",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_heading or self.get_key_display()

    @property
    def shown_heading(self) -> str:
        return chosen(self.heading, self.heading_en)

    @property
    def shown_text(self) -> str:
        return chosen(self.text, self.text_en)


class Seat(Versioned, CouncilRow):
    """A place at the table. Stays when people come and go."""

    sector = models.CharField(_("sector"), max_length=10, choices=Sector.choices)
    sector_assumed = models.BooleanField(_("the sector is our guess"), default=False)
    title = models.CharField(_("what the seat speaks for"), max_length=120)
    title_en = models.CharField(_("the same in English"), max_length=120, blank=True)
    order = models.PositiveSmallIntegerField(_("place in the order"), default=0)
    source = models.CharField(_("source"), max_length=200, blank=True)
    call = models.TextField(_("call for candidates"), max_length=2000, blank=True)
    call_until = models.DateField(_("answers until"), null=True, blank=True)
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(sector__in=Sector.values), name="seat_sector_known")
        ]

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        return chosen(self.title, self.title_en)


class Term(CouncilRow):
    """The time that one person holds a seat. `since` is empty where the source is silent.

    `person` is the first term of the same person, empty in that first one: two people may have
    one name, and one person may come back.
    """

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="terms")
    holder_name = models.CharField(_("name"), max_length=80)
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    position = models.CharField(_("position"), max_length=120, blank=True)
    is_substitute = models.BooleanField(_("substitute"), default=False)
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    person = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["seat__order", "is_substitute", "-since", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["seat"],
                condition=Q(until__isnull=True, is_substitute=False),
                name="one_holder_a_seat",
            ),
            models.UniqueConstraint(
                fields=["seat"],
                condition=Q(until__isnull=True, is_substitute=True),
                name="one_substitute_a_seat",
            ),
            models.UniqueConstraint(
                fields=["council", "user"],
                condition=Q(until__isnull=True, user__isnull=False),
                name="one_seat_a_person",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True)
                | Q(since__isnull=True)
                | Q(until__gte=models.F("since")),
                name="term_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.holder_name

    @property
    def person_key(self) -> int:
        """The same for every term of one person."""
        return int(self.person_id or self.pk)

    def held_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (
            self.until is None or self.until > day
        )


class Candidacy(CouncilRow):
    """Somebody who would like to take a vacant seat. Only the secretariat sees it."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="candidacies")
    name = models.CharField(_("name"), max_length=80)
    email = models.EmailField(_("e-mail"))
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    text = models.TextField(_("why"), max_length=2000)
    created = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["-created", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["seat", "email"], name="candidate_once_a_seat"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Cycle(Versioned, CouncilRow):
    """The rules by which the meetings of a year are proposed."""

    class Day(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")

    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Day.choices)
    starts = models.TimeField(_("begins"))
    ends = models.TimeField(_("ends"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    school_holidays = models.JSONField(_("school holidays"), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["council"], name="one_cycle_a_council"),
            models.CheckConstraint(
                condition=Q(ends__gt=models.F("starts")), name="cycle_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.get_weekday_display()


class Meeting(Versioned, CouncilRow):
    """One of the council's meetings. `minutes` is what does not belong to one item."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        INVITED = "invited", _("Convened")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Cancelled")

    title = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    place_en = models.CharField(_("place in English"), max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLANNED)
    minutes = models.TextField(_("the minutes"), max_length=20_000, blank=True)
    minutes_published = models.BooleanField(default=False)
    minutes_published_at = models.DateTimeField(null=True, blank=True)
    minutes_sent_at = models.DateTimeField(null=True, blank=True)
    attendance_noted = models.BooleanField(default=False)
    present_unnamed = models.PositiveSmallIntegerField(default=0)
    changed = models.DateTimeField(auto_now=True)
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["council", "starts_at", "id"], name="meeting_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")),
                name="meeting_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(minutes_published=False) | Q(status="held"),
                name="minutes_of_held_meetings_only",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        return chosen(self.title, self.title_en)

    @property
    def shown_place(self) -> str:
        return chosen(self.place, self.place_en)

    @property
    def is_open(self) -> bool:
        """Whether items can still be put on it."""
        return self.status in {self.Status.PLANNED, self.Status.INVITED}

    @property
    def has_public_agenda(self) -> bool:
        return self.status in {self.Status.INVITED, self.Status.HELD}

    @property
    def day(self) -> date:
        """The date in the council's own time zone."""
        return timezone.localtime(self.starts_at).date()


class Approval(CouncilRow):
    """What somebody who was there says about the minutes: yes, or a remark. Falls away when the
    minutes change after it."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="approvals")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    remark = models.TextField(_("remark"), max_length=2000, blank=True)
    said_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["term__seat__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "term"], name="approved_once"),
        ]

    def __str__(self) -> str:
        return str(self.term)


class ClosedLaw(models.TextChoices):
    """Why an item may be closed. The text beside it says what it means here."""

    PRIVATE = "private", _("A person's private matters")
    BUSINESS = "business", _("A company's business matters")
    PUBLIC = "public", _("Public economic interests, such as prices")
    OTHER = "other", _("Another duty of secrecy in the law")


class AgendaItem(Versioned, Authored, CouncilRow):
    """Something for the council to hear, talk about or decide. Without a meeting it waits.

    What it is about is kept as label, key and address, so that this room need not know the
    rooms above it.
    """

    class Kind(models.TextChoices):
        INFORMATION = "information", _("Information")
        DISCUSSION = "discussion", _("Discussion")
        DECISION = "decision", _("For decision")
        VERDICT = "verdict", _("Verdict on a pilot")

    class State(models.TextChoices):
        OPEN = "open", _("Not dealt with yet")
        DECIDED = "decided", _("Decided")
        DONE = "done", _("Dealt with")
        POSTPONED = "postponed", _("Moved to a later meeting")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    title = models.CharField(_("title"), max_length=160)
    title_en = models.CharField(_("title in English"), max_length=160, blank=True)
    text = models.TextField(_("text"), max_length=8000, blank=True)
    kind = models.CharField(_("what the council shall do"), max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    order = models.PositiveSmallIntegerField(default=0)
    duration = models.PositiveSmallIntegerField(_("minutes set aside"), null=True, blank=True)
    presenter = models.CharField(_("who presents it"), max_length=120, blank=True)
    is_closed = models.BooleanField(_("closed item"), default=False)
    closed_reason = models.CharField(_("why it is closed"), max_length=300, blank=True)
    closed_law = models.CharField(
        _("legal reason"), max_length=10, choices=ClosedLaw.choices, blank=True
    )
    subject_label = models.CharField(max_length=80, blank=True)
    subject_id = models.PositiveBigIntegerField(null=True, blank=True)
    subject_url = models.CharField(max_length=300, blank=True)
    minutes = models.TextField(_("the minutes"), max_length=20_000, blank=True)
    minutes_en = models.TextField(_("minutes in English"), max_length=20_000, blank=True)
    ballot_open = models.BooleanField(default=False)
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["order", "pk"]
        indexes = [
            models.Index(fields=["council", "state", "meeting"], name="items_waiting"),
            models.Index(fields=["council", "subject_label", "subject_id"], name="items_on"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_closed=False) | ~Q(closed_reason=""),
                name="closed_item_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(ballot_open=False) | Q(state="open"),
                name="ballot_on_open_items_only",
            ),
            models.UniqueConstraint(
                fields=["council", "subject_label", "subject_id", "kind"],
                condition=Q(state="open", subject_id__isnull=False),
                name="subject_waits_once",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        return chosen(self.title, self.title_en)

    @property
    def shown_minutes(self) -> str:
        return chosen(self.minutes, self.minutes_en)

    @property
    def can_be_decided(self) -> bool:
        return self.kind in {self.Kind.DECISION, self.Kind.VERDICT}


class Paper(CouncilRow):
    """A file that belongs to an item. Whoever may read the item may read it."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="papers")
    title = models.CharField(_("title"), max_length=160)
    file = models.FileField(_("file"), upload_to="council/")
    kind = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def ending(self) -> str:
        return str(self.file.name).rpartition(".")[2]

    @property
    def filename(self) -> str:
        """A name to save it under: its number and title."""
        return f"{self.pk}-{slugify(self.title) or 'bilag'}.{self.ending}"


class Attendance(CouncilRow):
    """Somebody was there."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["term__seat__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "term"], name="present_once"),
        ]

    def __str__(self) -> str:
        return str(self.term)


class Disqualification(CouncilRow):
    """A member who has an interest of their own in an item, and so takes no part in it."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="disqualifications")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("why"), max_length=300)

    class Meta:
        ordering = ["term__seat__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "term"], name="disqualified_once"),
        ]

    def __str__(self) -> str:
        return str(self.term)


class Poll(CouncilRow):
    """How an item is voted on, and what came of it.

    In a secret ballot nothing says which paper is whose. All papers lie in this one row, sorted
    by what they say: without names, times, or the order in which they came. They are thrown
    away when they have been counted.
    """

    class Method(models.TextChoices):
        YES_NO = "yes_no", _("Yes, no or abstain")
        APPROVAL = "approval", _("Mark all that are good")
        RANKED = "ranked", _("Put in order")
        BUDGET = "budget", _("Share out a budget")

    item = models.OneToOneField(AgendaItem, on_delete=models.CASCADE, related_name="poll")
    method = models.CharField(_("how to vote"), max_length=8, choices=Method.choices)
    is_secret = models.BooleanField(_("secret ballot"), default=False)
    options = models.JSONField(_("what can be chosen"), default=list, blank=True)
    budget = models.PositiveBigIntegerField(_("money to share out"), null=True, blank=True)
    papers = models.JSONField(default=list, blank=True)
    result = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(method="budget") | Q(budget__isnull=False),
                name="shared_money_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.get_method_display()

    @property
    def is_counted(self) -> bool:
        return bool(self.result)


class Ballot(CouncilRow):
    """One member's answer to one item; it can be changed until the ballot is counted.

    In a secret ballot it says that the member has voted, and nothing else.
    """

    class Choice(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")
        ABSTAIN = "abstain", _("Abstain")

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="ballots")
    member = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    choice = models.CharField(max_length=8, choices=Choice.choices, blank=True)
    answer = models.JSONField(null=True, blank=True)
    cast_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "member"], name="one_ballot_a_member"),
            models.CheckConstraint(
                condition=Q(choice__in=["yes", "no", "abstain", ""]),
                name="ballot_choice_known",
            ),
        ]

    def __str__(self) -> str:
        return self.get_choice_display()


class Outcome(models.TextChoices):
    ADOPTED = "adopted", _("Adopted")
    REJECTED = "rejected", _("Not adopted")
    SPREAD = "spread", _("Spread it")
    ADAPT = "adapt", _("Adapt it and try again")
    STOP = "stop", _("Stop")


OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    AgendaItem.Kind.DECISION: (Outcome.ADOPTED, Outcome.REJECTED),
    AgendaItem.Kind.VERDICT: (Outcome.SPREAD, Outcome.ADAPT, Outcome.STOP),
}


class Decision(CouncilRow):
    """What the council said. Without counts and tally it was agreed by all."""

    item = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="decision")
    text = models.TextField(_("what the council decided"), max_length=4000)
    text_en = models.TextField(_("the same in English"), max_length=4000, blank=True)
    outcome = models.CharField(_("outcome of the item"), max_length=10, choices=Outcome.choices)
    in_favour = models.PositiveSmallIntegerField(_("in favour"), null=True, blank=True)
    against = models.PositiveSmallIntegerField(_("against"), null=True, blank=True)
    abstained = models.PositiveSmallIntegerField(_("abstained"), null=True, blank=True)
    tally = models.JSONField(default=dict, blank=True)
    decided_at = models.DateTimeField()
    is_public = models.BooleanField(default=False)

    class Meta:
        ordering = ["-decided_at", "-pk"]
        indexes = [
            models.Index(
                fields=["council", "is_public", "-decided_at", "-id"],
                name="decisions_new",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(in_favour__isnull=True, against__isnull=True, abstained__isnull=True)
                | Q(
                    in_favour__isnull=False,
                    against__isnull=False,
                    abstained__isnull=False,
                ),
                name="counts_all_or_none",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_text

    @property
    def shown_text(self) -> str:
        return chosen(self.text, self.text_en)

    @property
    def by_consensus(self) -> bool:
        return self.in_favour is None and not self.tally

    @property
    def shown_way(self) -> str:
        """How it was voted, where it was not by yes and no."""
        return str(Poll.Method(self.tally["method"]).label) if self.tally else ""


class Task(CouncilRow):
    """Something that somebody promised to do before a date."""

    title = models.CharField(_("what is to be done"), max_length=200)
    title_en = models.CharField(_("the same in English"), max_length=200, blank=True)
    owner = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    owner_name = models.CharField(_("who does it"), max_length=120)
    due = models.DateField(_("deadline"))
    reminded_before = models.BooleanField(default=False)
    reminded_after = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["due", "pk"]
        indexes = [models.Index(fields=["council", "done_at", "due", "id"], name="tasks_due")]

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        return chosen(self.title, self.title_en)


class YearReport(Versioned, CouncilRow):
    """What happened in a year: figures as they were when it was written, and words about them."""

    year = models.PositiveSmallIntegerField(_("year"))
    foreword = models.TextField(_("foreword"), max_length=8000, blank=True)
    outlook = models.TextField(_("what comes next"), max_length=8000, blank=True)
    chapters = models.JSONField(default=list, blank=True)
    counted_at = models.DateTimeField()
    is_public = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["council", "year"], name="one_report_a_year"),
        ]

    def __str__(self) -> str:
        return str(self.year)


class Told(CouncilRow):
    """That an object has been told to other systems (OParl): since when, when it last changed,
    and whether it is gone. Of what it says only a digest is kept, and none when it is gone."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=20)
    digest = DigestField(max_length=64, blank=True)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    is_gone = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["council", "kind", "is_gone", "id"], name="told_in_order"),
            models.Index(fields=["council", "kind", "modified"], name="told_by_change"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["council", "key", "kind"], name="told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Telling(CouncilRow):
    """Up to which entry of the log the objects told have been looked through."""

    seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["council"], name="one_telling_a_council"),
        ]

    def __str__(self) -> str:
        return str(self.seq)
