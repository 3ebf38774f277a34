"""The whole way in a browser: from a problem to a concept that another town takes up.

Six people walk it (a citizen without account, secretariat, facilitator, two representatives
and a council member); a seventh, next door, adopts what came of it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation, NewContext, sign_in

TITLE = "Ingen at følges med til lægen"


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, path: str) -> Person:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        return self

    def press(self, path: str) -> Person:
        """The button of the small form that posts to an address."""
        form = self.page.locator(f'form[action$="{path}"]').first
        form.locator("button").first.click()
        return self

    def send(self, **fields: str | bool | list[str]) -> Person:
        """Fills in a form by the names of its fields, and sends it."""
        form = self.page.locator(f'main form:has([name="{next(iter(fields))}"])').first
        for name, value in fields.items():
            self._put(form.locator(f'[name="{name}"]'), value)
        main = form.locator("button.button-primary[type=submit]")
        (main if main.count() else form.locator("button[type=submit]")).first.click()
        problems = self.page.locator(".s-errors")
        assert problems.count() == 0, problems.inner_text()
        return self

    def _put(self, field: Page | object, value: str | bool | list[str]) -> None:
        control = field.first  # type: ignore[attr-defined]
        kind = control.evaluate("e => e.type || e.tagName.toLowerCase()")
        if kind in {"radio", "checkbox"} and isinstance(value, str):
            field.and_(self.page.locator(f'[value="{value}"]')).check()  # type: ignore[attr-defined]
        elif kind == "checkbox" and isinstance(value, list):
            for one in value:
                field.and_(self.page.locator(f'[value="{one}"]')).check()  # type: ignore[attr-defined]
        elif kind == "checkbox":
            control.set_checked(bool(value))
        elif kind.startswith("select"):
            option = control.locator("option", has_text=str(value)).first
            control.select_option(value=option.get_attribute("value"))
        else:
            control.fill(str(value))

    def sees(self, text: str | re.Pattern[str]) -> Person:
        expect(self.page.locator("body")).to_contain_text(text)
        return self

    def finds(self, path: str, text: str) -> Person:
        """What the worker brings comes a moment later: looks again until it is there."""
        deadline = time.monotonic() + 60
        while text not in self.go(path).page.locator("body").inner_text():
            assert time.monotonic() < deadline, f"{path} never told of {text}"
            time.sleep(0.5)
        return self

    @property
    def number(self) -> str:
        """The key in the address of the page."""
        found = re.findall(r"/(\d+)/", self.page.url)
        assert found, self.page.url
        return str(found[-1])


Meet = Callable[..., Person]


@pytest.fixture
def meet(installation: Installation, new_context: NewContext) -> Meet:
    def person(email: str = "", host: str = "localhost") -> Person:
        page = new_context(host=host, viewport={"width": 390, "height": 800}).new_page()
        if email:
            sign_in(installation, page, email)
        return Person(page)

    return person


def test_from_a_problem_to_a_concept_in_another_town(
    installation: Installation, meet: Meet
) -> None:
    citizen = meet()
    secretariat = meet("sekretariat@eksempel.dk")
    facilitator = meet("facilitator@eksempel.dk")
    association = meet("forening@eksempel.dk")
    company = meet("virksomhed@eksempel.dk")
    member = meet("medlem@eksempel.dk")
    neighbour = meet("nabo@eksempel.dk", "nabo.localhost")

    raise_it(citizen)
    link = citizen.page.url
    challenge = screen_it(secretariat)
    home = f"/udfordringer/{challenge}/"
    join_it(home, association, company)
    find_the_core(home, facilitator, citizen, association, company)
    agreement = gather(installation, home, facilitator, association, company)
    pilot = try_it(home, facilitator, association, agreement)
    evaluation = measure_it(meet, pilot, facilitator)
    decide_it(evaluation, secretariat, member)
    concept = write_it_down(home, evaluation, facilitator)
    adopt_it(neighbour)
    association.finds(f"/koncepter/{concept}/", "Nabokøbing")
    citizen.finds(urlsplit(link).path, "Koncept")


def raise_it(citizen: Person) -> None:
    citizen.go("/").page.get_by_role("link", name="Rejs en udfordring").first.click()
    citizen.send(title=TITLE, what="Jeg tør ikke gå til lægen alene. Så jeg går ikke derhen.")
    citizen.sees("Trin 2 af 3").send(for_whom="Os der er bange for systemet.")
    citizen.sees("Trin 3 af 3").send(where="Alderslyst", name="Kim")
    citizen.sees("Vi har fået din udfordring")


def screen_it(secretariat: Person) -> str:
    secretariat.go("/udfordringer/opgaver/").page.get_by_role("link", name=TITLE).click()
    number = secretariat.number
    secretariat.go(f"/udfordringer/{number}/svar/").send(
        is_complex="yes", in_focus="yes", accepted="yes",
        answer="Ja. Flere må gå sammen om det her.",
    )  # fmt: skip
    secretariat.press(f"/udfordringer/{number}/aabn/").sees("Åben")
    return number


def join_it(home: str, association: Person, company: Person) -> None:
    association.go(f"{home}vaer-med/").send(
        offers_help_with="Vi kan gå med.", expected_gain="Nye frivillige."
    )
    company.go(f"{home}vaer-med/").send(expected_gain="Gladere folk i butikken.")
    company.sees("Nu er du med")


def find_the_core(
    home: str, facilitator: Person, citizen: Person, association: Person, company: Person
) -> None:
    core = f"{home}kernen/"
    facilitator.go(f"{core}start/").send(question="Hvad gør det svært at komme til lægen?")
    facilitator.go(f"{core}bord/").send(
        texts="Det er lettere med en ved siden af.\nVentetiden er det værste."
    )
    for person in (citizen, association):
        person.go(f"{core}stem/")
        for _ in range(2):
            person.page.get_by_role("button", name="Enig", exact=True).click()
    facilitator.go(f"{core}beskrivelse/ny/").send(
        text="Mange tør ikke gå alene, og ingen spørger, om de vil have en med."
    )
    for person in (association, company):
        person.go(f"{core}beskrivelse/")
        person.page.locator('main a[href*="/beskrivelse/svar/"]').first.click()
        person.send(answer="yes")
    facilitator.go(f"{core}beskrivelse/").page.locator('a[href$="/beskrivelse/afslut/"]').click()
    facilitator.send(reason="Alle har svaret.")
    facilitator.go(home).sees("Fælles beskrivelse")


def gather(
    installation: Installation,
    home: str,
    facilitator: Person,
    association: Person,
    company: Person,
) -> str:
    forces, number = f"{home}kraefter/", home.strip("/").split("/")[-1]
    wanted = (
        (association, f"Vi går med ({number})", "at følges", "timer om ugen"),
        (company, f"Kaffe på turen ({number})", "kaffe", "kopper om ugen"),
    )
    facilitator.go(forces).press("/kraefter/begynd/")
    for person, title, kind, unit in wanted:
        person.go("/tilbud/nyt/")
        person.send(title=title, category=kind, quantity="10", unit=unit)
        facilitator.go(f"{home}behov/nyt/").send(
            title=title, category=kind, amount="5", unit=unit, must=True
        )
    facilitator.go(forces).press("/forslag/nyt/")
    proposal = facilitator.number
    for _person, title, _kind, _unit in wanted:
        facilitator.go(f"/forslag/{proposal}/del/").send(need=title, offer=title, amount="5")
    facilitator.go(f"/forslag/{proposal}/").press(f"/forslag/{proposal}/spoerg/")
    for person in (association, company):
        person.go(f"/forslag/{proposal}/").page.locator('main a[href$="/svar/"]').first.click()
        person.send(answer="yes")
    facilitator.go(f"/forslag/{proposal}/").press(f"/forslag/{proposal}/aftale/")
    agreement = facilitator.number
    for person, email in (
        (association, "forening@eksempel.dk"),
        (company, "virksomhed@eksempel.dk"),
    ):
        seen = len(installation.console())
        person.go(f"/aftaler/{agreement}/")
        person.page.locator('main form[action$="/kode/"] button').first.click()
        code = installation.mail_to(email, r"\b(\d{3} ?\d{3})\b", after=seen)[1]
        person.send(name="En fra os", code=code)
    facilitator.go(f"/aftaler/{agreement}/").sees("Alle har skrevet under")
    return agreement


def try_it(home: str, facilitator: Person, association: Person, agreement: str) -> str:
    facilitator.go(f"{home}pilot/").send(
        title="Følge til lægen", people="6", starts="2026-01-05", ends="2026-03-05"
    )
    pilot = facilitator.number
    facilitator.go(f"/pilotprojekter/{pilot}/teori/").send(
        problem="Folk går ikke til lægen", resources="To frivillige", activities="Vi går med",
        outputs="20 ture", outcomes="Folk kommer til lægen", impact="Bedre helbred",
    )  # fmt: skip
    facilitator.go(f"/pilotprojekter/{pilot}/risiko/").send(
        text="Vi accepterer, at nogen bliver væk.", owner="Følgeskabet"
    )
    association.go(f"/pilotprojekter/{pilot}/").page.locator('a[href$="/accept/"]').first.click()
    association.send(actor="Følgeskabet")
    begin = facilitator.go(f"/pilotprojekter/{pilot}/").page.locator('form[action$="/begynd/"]')
    if begin.count():
        begin.locator("button").click()
    return pilot


def measure_it(meet: Meet, pilot: str, facilitator: Person) -> str:
    desk = f"/pilotprojekter/{pilot}/maaling/"
    facilitator.go(f"{desk}ny/").send(instrument_key="who5")
    facilitator.go(f"{desk}koder/").send(number="6")
    codes = facilitator.page.locator(".e-sheet__code").all_inner_texts()
    assert len(codes) == 6
    patient = meet()
    for when, level in (("before", 2), ("after", 4)):
        facilitator.go(desk)
        facilitator.page.locator(f'form:has(input[value="{when}"]) button').first.click()
        for at, code in enumerate(codes):
            patient.go("/svar/").send(code=code)
            patient.page.locator("main a.e-all").first.click()
            answers = {f"q{n}": str(min(level + (n + at) % 2, 5)) for n in range(5)}
            patient.send(**answers, yes=True).sees("låst")
        facilitator.go(desk).page.locator('form[action$="/luk/"] button').first.click()
    facilitator.go(f"/pilotprojekter/{pilot}/slut/").send(text="Vi er færdige for nu.")
    facilitator.go(desk).press(f"/pilotprojekter/{pilot}/evaluer/")
    evaluation = facilitator.number
    facilitator.go(f"/evalueringer/{evaluation}/skriv/").send(
        summary="Seks svarede begge gange.", lessons="Den samme skal gå med hver gang."
    )
    facilitator.go(f"/evalueringer/{evaluation}/").sees("ændring")
    facilitator.press(f"/evalueringer/{evaluation}/raadet/")
    return evaluation


def decide_it(evaluation: str, secretariat: Person, member: Person) -> None:
    """At an extra meeting: the member votes, and the ballots are counted."""
    secretariat.go("/raadet/medlemmer/")
    secretariat.page.get_by_role("link", name="Ledig plads").first.click()
    seat = secretariat.number
    secretariat.go(f"/raadet/pladser/{seat}/medlem/").send(
        holder_name="Et medlem", email="medlem@eksempel.dk"
    )
    secretariat.go("/raadet/punkter/").page.get_by_role("link", name="Følge til lægen").last.click()
    item = secretariat.number
    # Nothing is decided on a meeting that lies ahead, so the council meets today.
    now = datetime.now(ZoneInfo("Europe/Copenhagen"))
    secretariat.go("/raadet/moeder/nyt/").send(
        title="Ekstra møde", starts_at=f"{now:%Y-%m-%dT%H:%M}",
        ends_at=f"{now + timedelta(hours=2):%Y-%m-%dT%H:%M}", place="Biblioteket",
    )  # fmt: skip
    secretariat.go(f"/raadet/punkter/{item}/moede/").send(meeting="Ekstra møde")
    secretariat.go("/raadet/moeder/")
    secretariat.page.get_by_role("link", name="Ekstra møde").first.click()
    meeting = secretariat.number
    secretariat.go(f"/raadet/moeder/{meeting}/fremmoede/")
    for box in secretariat.page.locator("[name=present]").all():
        box.check()
    secretariat.page.locator("main form button[type=submit]").first.click()
    secretariat.go(f"/raadet/punkter/{item}/afstemning/").send(method="yes_no")
    member.go(f"/raadet/punkter/{item}/").send(choice="yes")
    secretariat.go(f"/raadet/punkter/{item}/beslut/").send(
        text="Rådet giver det videre.", outcome="spread"
    )
    secretariat.go(f"/raadet/punkter/{item}/")
    secretariat.page.locator('form[action$="/offentliggoer/"] button').first.click()
    member.go(f"/raadet/punkter/{item}/").sees("Rådet giver det videre.")
    assert evaluation


def write_it_down(home: str, evaluation: str, facilitator: Person) -> str:
    facilitator.go(f"/evalueringer/{evaluation}/").press(f"/evalueringer/{evaluation}/dom/")
    facilitator.go(f"{home}koncept/").send(
        title="Med til lægen", problem="Folk tør ikke gå alene", core="En fast følgesvend",
        steps="Spørg\nGå med", roles="Forening: går med", pitfalls="Nye folk hver gang",
    )  # fmt: skip
    concept = facilitator.number
    facilitator.go(f"/koncepter/{concept}/kladde/").press(f"/koncepter/{concept}/kladde/udgiv/")
    facilitator.go(home).sees("Koncept")
    return concept


def adopt_it(neighbour: Person) -> None:
    neighbour.go("/koncepter/fra-andre/")
    row = neighbour.page.locator("form:has(input[name=slug][value^='med-til-laegen'])").first
    row.locator("button").first.click()
    concept = neighbour.number
    neighbour.go(f"/koncepter/{concept}/brug/").send(
        plan="Vi begynder på biblioteket.", changed="To gange om ugen.", core_kept="yes"
    )
    neighbour.sees("Med til lægen")
