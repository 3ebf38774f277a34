"""Who promised what before when, and reminding them."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council import (
    queries,
)
from samskab.civic.commons.council.actions.common import (
    check_own,
    filled,
)
from samskab.civic.commons.council.models import (
    Decision,
    Meeting,
    Task,
)
from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.actions import notify


@action("council.give_tasks")
def give_task(
    *,
    by: Principal,
    title: str,
    owner_name: str,
    due: date,
    owner: User | None = None,
    decision: Decision | None = None,
    meeting: Meeting | None = None,
    title_en: str = "",
    is_example: bool = False,
) -> Task:
    """Writes down who does what before when. `owner` may mark it as done."""
    check_own(by, decision, meeting)
    if decision is not None and meeting is None:
        meeting = decision.item.meeting
    task: Task = Task.objects.create(
        council=by.council,
        title=filled(title, "title"),
        title_en=title_en.strip(),
        owner=owner,
        owner_name=filled(owner_name, "owner_name"),
        due=due,
        decision=decision,
        meeting=meeting,
        is_example=is_example,
    )
    record(by, "council.give_task", task, decision=decision.pk if decision else None)
    return task


@action("council.give_tasks", on="task")
def edit_task(
    *, by: Principal, task: Task, title: str, owner_name: str, due: date, owner: User | None = None
) -> Task:
    """Puts a task right: the words, who does it, the date. With a new date, or somebody else to
    do it, reminders begin anew."""
    if (task.due, task.owner, task.owner_name) != (due, owner, owner_name.strip()):
        task.reminded_before, task.reminded_after = False, None
    task.title, task.owner_name = filled(title, "title"), filled(owner_name, "owner_name")
    task.owner, task.due = owner, due
    task.save()
    record(by, "council.edit_task", task)
    return task


@action("council.finish_task", on="task")
def finish_task(*, by: Principal, task: Task) -> Task:
    if task.done_at is None:
        task.done_at = timezone.now()
        task.save(update_fields=["done_at"])
        record(by, "council.finish_task", task)
    return task


@action("council.finish_task", on="task")
def reopen_task(*, by: Principal, task: Task) -> Task:
    if task.done_at is not None:
        task.done_at = None
        task.save(update_fields=["done_at"])
        record(by, "council.reopen_task", task)
    return task


@action("council.remind")
def remind_owners(*, by: Principal) -> int:
    """Writes to owners whose task is due within three days, once, and to those whose task is
    late, once a week. Run daily; harmless to repeat. How many mails."""
    today = clock.today()
    rows = queries.to_remind(by.council)
    url = by.council.address(reverse("council:tasks"))
    for task in rows:
        late = task.due < today
        notify(
            council=by.council,
            to=task.owner.email if task.owner else "",
            subject=_("A task of yours is late") if late else _("A task of yours is due soon"),
            template="council/mail/task.txt",
            context={"task": task, "late": late, "url": url},
            kind="council.task",
        )
        if late:
            task.reminded_after = today
        else:
            task.reminded_before = True
        task.save(update_fields=["reminded_after", "reminded_before"])
    if rows:
        record(by, "council.remind_owners", tasks=len(rows))
    return len(rows)


def remind_everywhere() -> int:
    """Every council. The worker does it once a day."""
    return sum(remind_owners(by=system(council)) for council in Council.objects.all())
