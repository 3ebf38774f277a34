"""Once a year: a friendly mail, a private link, one button; what is old says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from samskab.civic.commons.actors import actions, queries
from samskab.civic.commons.actors.models import Actor, FreshLink, Offer, today
from samskab.civic.commons.initiatives.actions import register_initiative
from samskab.civic.commons.initiatives.models import Initiative
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.errors import Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import LogEntry
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.models import Message

As = Callable[[Principal], Client]
OLD = timedelta(days=400)


@pytest.fixture
def old(organisation: Actor, offer: Offer, representative: Principal) -> Actor:
    """An association with an offer and an initiative that nobody has confirmed for a year."""
    register_initiative(by=representative, actor=organisation, name="Varmestuen")
    for model in (Actor, Offer, Initiative):
        model.objects.update(confirmed_on=today() - OLD)
    return organisation


def mails() -> list[Message]:
    return list(Message.objects.filter(kind="actors.fresh"))


def ask() -> str:
    """The address of the private link, as it stands in the mail."""
    sent: list[str] = []
    notify = actions.notify
    actions.notify = lambda **values: sent.append(values["text"]) or notify(**values)  # type: ignore[assignment,func-returns-value]
    try:
        assert actions.remind_everywhere() == 1
    finally:
        actions.notify = notify
    found = re.search(r"/passer/[\w-]+/", sent[0])
    assert found
    return found[0]


def test_whoever_has_something_old_gets_one_mail_a_year(
    old: Actor, representative: Principal
) -> None:
    assert actions.remind_everywhere() == 1
    assert actions.remind_everywhere() == 0, "not twice"
    (mail,) = mails()
    assert mail.to == representative.email
    assert mail.subject == "Passer det stadig? Foreningen Åben Dør"
    Actor.objects.update(reminded_on=today() - timedelta(days=331))
    assert actions.remind_everywhere() == 1


def test_what_is_fresh_and_whoever_cannot_be_written_to_get_none(
    organisation: Actor, secretariat: Principal
) -> None:
    assert actions.remind_everywhere() == 0
    Actor.objects.update(confirmed_on=today() - OLD)
    assert actions.remind_everywhere() == 0
    assert not mails()
    organisation.refresh_from_db()
    assert organisation.reminded_on == today(), "asked about once, not every night"


def test_one_press_without_signing_in_says_that_all_of_it_holds(old: Actor) -> None:
    path = ask()
    client = Client(HTTP_HOST="silkeborg.localhost")
    page = client.get(path).content.decode()
    boxes = re.findall(
        r'<input type="checkbox" name="holds" value="([\w:]+)"[^>]*?(checked)?>', page
    )
    assert [mark for _key, mark in boxes] == ["checked"] * 3
    assert queries.to_remind(old.council).count() == 0
    old.refresh_from_db()
    assert old.is_stale, "opening the link changes nothing"
    answer = client.post(path, {"holds": [key for key, _mark in boxes]})
    assert answer["Location"] == reverse("actors:detail", args=[old.pk])
    for model in (Actor, Offer, Initiative):
        assert model.objects.get().confirmed_on == today()
    entry = LogEntry.objects.get(verb="actors.confirm_by_link")
    assert (entry.who, entry.data) == ("visitor", {"number": 3})


def test_what_is_not_ticked_stays_old_and_nothing_ticked_is_refused(old: Actor) -> None:
    path, client = ask(), Client(HTTP_HOST="silkeborg.localhost")
    client.post(path, {"holds": [f"profile:{old.pk}"]})
    assert Actor.objects.get().confirmed_on == today()
    assert Offer.objects.get().is_stale
    answer = client.post(path, {})
    assert answer.status_code in {200, 422}
    assert client.post(path, {"once": "1"}).status_code == 422
    assert client.post(path, {"holds": ["offers:999"]}).status_code == 422


def test_a_link_is_for_one_actor_one_council_and_four_months(
    old: Actor, outsider: Principal, visitor: Principal
) -> None:
    path = ask()
    neighbour = Client(HTTP_HOST="nabo.localhost")
    assert "Linket virker ikke mere" in neighbour.get(path).content.decode()
    link = FreshLink.objects.get()
    with pytest.raises(NotAllowed):
        actions.confirm_by_link(by=visitor, link=link, keys={"profile": [old.pk]})
    with pytest.raises(NotFound):
        actions.confirm_by_link(by=outsider, link=link, keys={"profile": [old.pk]})
    holder = visitor.holding("actors.freshlink", link.pk)
    other = actions.register_actor(by=system(old.council), sector="civil", name="En anden")
    Actor.objects.update(confirmed_on=today() - OLD)
    with pytest.raises(Invalid):
        actions.confirm_by_link(by=holder, link=link, keys={})
    assert actions.confirm_by_link(by=holder, link=link, keys={"profile": [other.pk]}) == 0
    FreshLink.objects.update(created=clock.now() - timedelta(days=121))
    gone = Client(HTTP_HOST="silkeborg.localhost").get(path)
    assert "Linket virker ikke mere" in gone.content.decode()


def test_only_the_installation_and_the_secretariat_ask(
    old: Actor, representative: Principal, facilitator: Principal, outsider: Principal
) -> None:
    for by in (representative, facilitator):
        with pytest.raises(NotAllowed):
            actions.remind_to_confirm(by=by, actor=old)
    with pytest.raises(NotFound):
        actions.remind_to_confirm(by=outsider, actor=old)


def test_an_old_profile_says_so_until_its_people_confirm_it(
    client_as: As, old: Actor, visitor: Principal, representative: Principal
) -> None:
    url = reverse("actors:detail", args=[old.pk])
    warning = "Ingen har bekræftet det i over et år."
    assert warning in client_as(visitor).get(url).content.decode()
    confirm = reverse("actors:confirm", args=[old.pk])
    assert client_as(visitor).post(confirm).status_code == 403
    client_as(representative).post(confirm)
    client_as(representative).post(confirm)
    assert LogEntry.objects.filter(verb="actors.confirm_actor").count() == 1
    assert warning not in client_as(visitor).get(url).content.decode()


def test_what_the_secretariat_writes_for_others_says_so(
    client_as: As,
    secretariat: Principal,
    representative: Principal,
    visitor: Principal,
    offer: Offer,
) -> None:
    url, said = reverse("actors:offer", args=[offer.pk]), "Skrevet af sekretariatet på vegne af"
    assert said not in client_as(visitor).get(url).content.decode()
    values = {"kind": "competence", "category": offer.category, "title": "Vi laver mad til 50"}
    actions.edit_offer(by=secretariat, offer=offer, **values)
    assert said in client_as(visitor).get(url).content.decode()
    assert LogEntry.objects.filter(data__on_behalf=True).count() == 1
    actions.edit_offer(by=representative, offer=offer, **values)
    assert said not in client_as(visitor).get(url).content.decode()
