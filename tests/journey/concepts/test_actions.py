from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from samskab.civic.commons.actors.models import Category
from samskab.civic.foundation.core.errors import CivicError, Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.challenges.queries import timeline
from samskab.civic.journey.concepts import actions, package, queries
from samskab.civic.journey.concepts.models import (
    Adoption,
    AdoptionReport,
    Concept,
    ConceptVersion,
    Level,
    Status,
)
from samskab.civic.journey.concepts.parcel import Parcel
from tests.journey.concepts.conftest import RECIPE, evaluated, words

FIGURES: dict[str, Any] = {"instrument": "who5", "n": 9, "estimate": 7.2, "se": 3.9}


# --- writing -----------------------------------------------------------------------------------
def test_a_draft_takes_over_needs_and_figures_and_is_nobodys_business_yet(
    drafted: Concept, visitor: Principal, member: Principal
) -> None:
    version = drafted.versions.get()
    assert [(need["title"], need["amount"], need["must"]) for need in version.needs] == [
        ("Kaffe og brød", 48, True), ("En der spørger", 4.5, False),
    ]  # fmt: skip
    assert version.needs[0]["category"] == "kaffe"
    assert (version.evidence["n"], version.evidence["estimate"]) == (8, 20.0)
    assert version.evidence["sentences"]["da"][0] == "8 personer svarede både før og efter."
    assert not drafted.is_public
    assert list(queries.visible(visitor)) == []
    assert list(queries.visible(member)) == [drafted]


def test_publishing_brings_the_challenge_to_its_last_step(
    concept: Concept, challenge: Challenge, visitor: Principal
) -> None:
    challenge.refresh_from_db()
    assert challenge.step == Step.CONCEPT
    assert timeline(challenge)[0].message == "The recipe is here: %(concept)s"
    assert concept.is_public
    assert concept.current is not None
    assert concept.current.number == 1
    assert list(queries.visible(visitor)) == [concept]
    assert [group.slug for group in concept.target_groups.all()] == ["hjemloese"]
    assert concept.level == Level.TOO_LITTLE


@pytest.mark.parametrize("verdict", ["stop", ""])
def test_without_a_yes_of_the_council_there_is_no_concept(
    verdict: str, tried: Any, facilitator: Principal
) -> None:
    with pytest.raises(Conflict) as error:
        actions.write_concept(by=facilitator, challenge=tried(verdict), **RECIPE)
    assert ("stop" in str(error.value.message)) == (verdict == "stop")
    assert not Concept.objects.exists()


def test_what_was_stopped_is_kept_for_others_to_learn_from(
    tried: Any, council: Council, other_council: Council
) -> None:
    challenge = tried("stop")
    assert [row.pilot.challenge for row in queries.stopped(council)] == [challenge]
    assert queries.stopped(other_council) == []
    Challenge.objects.update(is_public=False)
    assert queries.stopped(council) == []


def test_adapt_takes_what_has_to_be_changed(tried: Any, facilitator: Principal) -> None:
    concept = actions.write_concept(by=facilitator, challenge=tried("adapt"), **RECIPE)
    version = concept.versions.get()
    with pytest.raises(Invalid) as error:
        actions.publish_version(by=facilitator, version=version)
    assert error.value.field == "must_change"
    values = {**RECIPE, "must_change": "Find en, der bliver."}
    actions.edit_version(by=facilitator, version=version, **values)
    assert actions.publish_version(by=facilitator, version=version).is_public


@pytest.mark.parametrize(
    ("empty", "field"),
    [({"problem": " "}, "problem"), ({"for_whom": ""}, "for_whom"), ({"core": [" "]}, "core"),
     ({"steps": []}, "steps")],
)  # fmt: skip
def test_an_unfinished_recipe_is_saved_but_not_published(
    empty: dict[str, Any], field: str, challenge: Challenge, facilitator: Principal
) -> None:
    concept = actions.write_concept(by=facilitator, challenge=challenge, **{**RECIPE, **empty})
    with pytest.raises(Invalid) as error:
        actions.publish_version(by=facilitator, version=concept.versions.get())
    assert error.value.field == field
    challenge.refresh_from_db()
    assert challenge.step == Step.EVALUATED


def test_a_second_concept_of_the_same_challenge_is_refused(
    drafted: Concept, challenge: Challenge, facilitator: Principal
) -> None:
    with pytest.raises(Conflict):
        actions.write_concept(by=facilitator, challenge=challenge, **RECIPE)
    assert Concept.objects.count() == ConceptVersion.objects.count() == 1


def test_two_concepts_of_one_name_get_two_addresses(
    concept: Concept, council: Council, facilitator: Principal
) -> None:
    other = evaluated(council, "spread", "Anden")
    made = actions.write_concept(by=facilitator, challenge=other, **RECIPE)
    assert (concept.slug, made.slug) == ("morgenbordet", "morgenbordet-2")


def test_the_wrong_people_write_nothing(
    challenge: Challenge, drafted: Concept, member: Principal, representative: Principal,
    participant: Principal, visitor: Principal, outsider: Principal, categories: Any,
) -> None:  # fmt: skip
    version = drafted.versions.get()
    for by, error in [(member, NotAllowed), (representative, NotAllowed), (visitor, NotAllowed),
                      (participant, NotAllowed), (outsider, NotFound)]:  # fmt: skip
        tries: list[Any] = [
            lambda by=by: actions.write_concept(by=by, challenge=challenge, **RECIPE),
            lambda by=by: actions.edit_version(by=by, version=version, **RECIPE),
            lambda by=by: actions.publish_version(by=by, version=version),
            lambda by=by: actions.begin_version(by=by, concept=drafted),
            lambda by=by: actions.drop_requirement(by=by, version=version, title="x"),
            lambda by=by: actions.add_requirement(
                by=by, version=version, category=categories["kaffe"], title="x", amount=Decimal(1)
            ),
        ]
        for act in tries:
            with pytest.raises(error):
                act()


def test_a_stale_draft_is_told(drafted: Concept, facilitator: Principal) -> None:
    version = drafted.versions.get()
    actions.edit_version(by=facilitator, version=version, seen=version.version, **RECIPE)
    with pytest.raises(Conflict):
        actions.edit_version(
            by=facilitator, version=version, seen=version.version, **{**RECIPE, "title": "Sidst"}
        )
    assert drafted.versions.get().title == "Morgenbordet"


def test_words_of_another_council_are_not_found(
    drafted: Concept, facilitator: Principal, other_council: Council
) -> None:
    foreign = words(other_council)
    version = drafted.versions.get()
    with pytest.raises(NotFound):
        actions.edit_version(
            by=facilitator, version=version, target_groups=[foreign["hjemloese"]], **RECIPE
        )
    with pytest.raises(NotFound):
        actions.add_requirement(
            by=facilitator, version=version, category=foreign["kaffe"], title="", amount=Decimal(1)
        )


def test_the_list_of_needs_grows_and_shrinks(
    drafted: Concept, facilitator: Principal, categories: dict[str, Category]
) -> None:
    version = drafted.versions.get()

    def add(title: str = "", amount: str = "2") -> ConceptVersion:
        return actions.add_requirement(
            by=facilitator, version=version, category=categories["samtale"], title=title,
            amount=Decimal(amount),
        )  # fmt: skip

    assert add().needs[-1]["title"] == "Samtale"
    with pytest.raises(Invalid) as twice:
        add()
    with pytest.raises(Invalid) as nothing:
        add("Andet", "0")
    assert (twice.value.field, nothing.value.field) == ("title", "amount")
    gone = actions.drop_requirement(by=facilitator, version=version, title="Samtale")
    assert [need["title"] for need in gone.needs] == ["Kaffe og brød", "En der spørger"]
    with pytest.raises(Conflict):
        actions.drop_requirement(by=facilitator, version=version, title="Samtale")


# --- versions ----------------------------------------------------------------------------------
def test_a_published_version_never_changes(
    concept: Concept, facilitator: Principal, categories: dict[str, Category]
) -> None:
    version = concept.versions.get()
    tries: list[Any] = [
        lambda: actions.edit_version(by=facilitator, version=version, **RECIPE),
        lambda: actions.publish_version(by=facilitator, version=version),
        lambda: actions.drop_requirement(by=facilitator, version=version, title="Kaffe og brød"),
        lambda: actions.add_requirement(
            by=facilitator, version=version, category=categories["kaffe"], title="Ny",
            amount=Decimal(1),
        ),
    ]  # fmt: skip
    for act in tries:
        with pytest.raises(Conflict):
            act()
    version.title = "Ændret"
    with pytest.raises(ImproperlyConfigured):
        version.save()
    with pytest.raises(ImproperlyConfigured):
        version.delete()
    assert concept.versions.get().title == "Morgenbordet"


def test_a_new_version_is_published_beside_the_old_one(
    concept: Concept, facilitator: Principal
) -> None:
    draft = actions.begin_version(by=facilitator, concept=concept)
    assert (draft.number, draft.core, draft.needs) == (
        2, RECIPE["core"], concept.versions.get(number=1).needs,
    )  # fmt: skip
    with pytest.raises(Conflict):
        actions.begin_version(by=facilitator, concept=concept)
    with pytest.raises(Invalid) as error:
        actions.publish_version(by=facilitator, version=draft)
    assert error.value.field == "changes"
    core = ["Kaffe og brød kommer først.", "Den samme person kommer igen i morgen."]
    values = {**RECIPE, "core": core, "changes": "Vi har lært, at det er i morgen."}
    actions.edit_version(by=facilitator, version=draft, **values)
    concept.refresh_from_db()
    assert concept.current is not None
    assert concept.current.number == 1
    actions.publish_version(by=facilitator, version=draft)
    concept.refresh_from_db()
    assert concept.current.number == 2
    before, after = concept.versions.get(number=1), concept.versions.get(number=2)
    (part,) = queries.changed(before, after)
    assert [(piece.kind, piece.text.strip()) for piece in part.pieces if piece.kind != "same"] == [
        ("removed", "igen."), ("added", "igen i morgen."),
    ]  # fmt: skip


def test_the_catalogue_keeps_the_old_title_while_the_next_is_a_draft(
    concept: Concept, facilitator: Principal
) -> None:
    draft = actions.begin_version(by=facilitator, concept=concept)
    actions.edit_version(by=facilitator, version=draft, **{**RECIPE, "title": "Bordet"})
    concept.refresh_from_db()
    assert concept.title == "Morgenbordet"


# --- what crosses between councils -------------------------------------------------------------
def test_only_what_is_published_crosses_to_another_council(
    drafted: Concept, facilitator: Principal, neighbour: Principal
) -> None:
    assert list(queries.published_elsewhere(neighbour.council)) == []
    with pytest.raises(NotFound):
        actions.fetch_elsewhere(by=neighbour, council="silkeborg", slug=drafted.slug)
    actions.publish_version(by=facilitator, version=drafted.versions.get())
    assert list(queries.published_elsewhere(neighbour.council)) == [drafted]
    assert list(queries.published_elsewhere(drafted.council)) == []


def test_a_draft_of_the_next_version_does_not_cross(
    concept: Concept, facilitator: Principal, neighbour: Principal
) -> None:
    draft = actions.begin_version(by=facilitator, concept=concept)
    actions.edit_version(by=facilitator, version=draft, **{**RECIPE, "title": "Hemmelig"})
    fetched, new = actions.fetch_elsewhere(by=neighbour, council="silkeborg", slug=concept.slug)
    assert new
    assert [(row.number, row.title) for row in fetched.versions.all()] == [(1, "Morgenbordet")]


def test_what_was_brought_home_is_a_copy_without_keys_into_the_other_council(
    fetched: Concept, concept: Concept, neighbour: Principal, visitor: Principal
) -> None:
    version = fetched.versions.get()
    assert (fetched.council, fetched.origin_slug, fetched.origin_name) == (
        neighbour.council, "silkeborg", "Silkeborg",
    )  # fmt: skip
    assert fetched.challenge is None
    assert version.core == RECIPE["core"]
    assert package.document(version) == package.document(concept.versions.get())
    assert not fetched.is_public
    assert list(queries.visible(Principal(neighbour.council))) == []
    assert list(queries.visible(visitor)) == [concept]


def test_what_we_tell_is_handed_over_by_a_job_of_its_own_and_stands_once(
    fetched: Concept, neighbour: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []
    with monkeypatch.context() as patch:
        patch.setattr(actions, "hand_over", SimpleNamespace(enqueue=given.append))
        adoption = actions.adopt(by=neighbour, concept=fetched)
    assert given == [adoption.pk]
    assert actions.hand_over.priority > 0  # before what merely has to be worked out anew
    assert not AdoptionReport.objects.exists()
    assert [actions.hand_over.func(adoption.pk) for _turn in range(2)] == [True, True]
    assert AdoptionReport.objects.get().place_slug == neighbour.council.slug
    Concept.objects.filter(council__slug="silkeborg").update(is_public=False)
    assert not actions.hand_over.func(adoption.pk)


def test_what_was_brought_home_is_not_passed_on_as_ones_own(
    fetched: Concept, adopted: Adoption, council: Council
) -> None:
    assert list(queries.published_elsewhere(council)) == []


def test_bringing_it_home_twice_changes_nothing(fetched: Concept, neighbour: Principal) -> None:
    again, new = actions.fetch_elsewhere(by=neighbour, council="silkeborg", slug=fetched.slug)
    assert (again, new) == (fetched, False)
    assert fetched.versions.count() == 1


def test_a_newer_version_comes_beside_the_first(
    fetched: Concept, concept: Concept, facilitator: Principal, neighbour: Principal
) -> None:
    draft = actions.begin_version(by=facilitator, concept=concept)
    values = {**RECIPE, "title": "Morgenbordet nu", "changes": "Nyt navn"}
    actions.edit_version(by=facilitator, version=draft, **values)
    actions.publish_version(by=facilitator, version=draft)
    actions.fetch_elsewhere(by=neighbour, council="silkeborg", slug=concept.slug)
    fetched.refresh_from_db()
    assert (fetched.title, fetched.versions.count()) == ("Morgenbordet nu", 2)
    assert not fetched.is_public


def test_a_council_cannot_change_what_others_wrote(fetched: Concept, neighbour: Principal) -> None:
    with pytest.raises(NotAllowed):
        actions.begin_version(by=neighbour, concept=fetched)


def test_the_wrong_people_bring_nothing_home(
    concept: Concept, other_council: Council, member: Principal, visitor: Principal,
    participant: Principal, representative: Principal,
) -> None:  # fmt: skip
    for by in (member, visitor, participant, representative):
        with pytest.raises(NotAllowed):
            actions.fetch_elsewhere(by=by, council="nabo", slug=concept.slug)
        with pytest.raises(NotAllowed):
            actions.import_package(by=by, parcel=Parcel({}, "", "", BytesIO()))
        with pytest.raises(NotAllowed):
            actions.take_report(by=by, document={})
        with pytest.raises(NotAllowed):
            actions.take_report_file(by=by, data=b"")
        with pytest.raises(NotAllowed):
            actions.know_publisher(by=by, key="", slug="x", name="X")


# --- using it ----------------------------------------------------------------------------------
def test_adopting_makes_a_challenge_of_ones_own_with_the_needs(
    adopted: Adoption, neighbour: Principal
) -> None:
    challenge = adopted.challenge
    assert (challenge.council, challenge.step) == (neighbour.council, Step.RAISED)
    assert challenge.what.endswith("På biblioteket.")
    assert [(need.title, need.amount, need.unit) for need in challenge.needs.order_by("pk")] == [
        ("Kaffe og brød", 48, "måltider om ugen"),
        ("En der spørger", Decimal("4.50"), "timer om ugen"),
    ]  # fmt: skip
    assert [group.slug for group in challenge.target_groups.all()] == ["hjemloese"]
    assert (adopted.needs_left, adopted.status) == ([], Status.PLANNED)
    assert "Builds on “%(concept)s” from %(origin)s" in [e.message for e in timeline(challenge)]
    adopted.concept.refresh_from_db()
    assert adopted.concept.is_public


def test_needs_without_a_word_wait_and_are_taken_over_later(
    concept: Concept, neighbour: Principal
) -> None:
    fetched, _new = actions.fetch_elsewhere(by=neighbour, council="silkeborg", slug=concept.slug)
    adoption = actions.adopt(by=neighbour, concept=fetched)
    assert adoption.challenge.needs.count() == 0
    assert [need["category"] for need in adoption.needs_left] == ["kaffe", "samtale"]

    def take() -> int:
        return actions.take_over_needs(by=neighbour, concept=fetched, adoption=adoption)

    with pytest.raises(Conflict):
        take()
    words(neighbour.council)
    assert take() == 2
    assert adoption.challenge.needs.count() == 2
    with pytest.raises(Conflict):
        take()


def test_using_it_twice_at_once_is_refused(adopted: Adoption, neighbour: Principal) -> None:
    with pytest.raises(Conflict):
        actions.adopt(by=neighbour, concept=adopted.concept)
    assert Adoption.objects.count() == 1
    assert Challenge.objects.filter(council=neighbour.council).count() == 1


def test_ones_own_concept_is_not_adopted(concept: Concept, facilitator: Principal) -> None:
    with pytest.raises(NotAllowed):
        actions.adopt(by=facilitator, concept=concept)


def test_the_council_that_wrote_it_is_told_at_each_step(
    adopted: Adoption, concept: Concept, neighbour: Principal
) -> None:
    report = AdoptionReport.objects.get()
    assert (report.council, report.concept, report.place_slug, report.place_name) == (
        concept.council, concept, "nabo", "Nabo",
    )  # fmt: skip
    assert (report.status, report.changed, report.used_number) == (
        "planned", "To morgener om ugen.", 1,
    )  # fmt: skip
    actions.begin_use(by=neighbour, adoption=adopted)
    report.refresh_from_db()
    assert report.status == "running"
    with pytest.raises(Conflict):
        actions.begin_use(by=neighbour, adoption=adopted)


def told(by: Principal, adoption: Adoption, **values: Any) -> Adoption:
    return actions.report_back(by=by, adoption=adoption, note="Vi er glade for det.", **values)


def test_a_report_travels_back_with_its_figures(
    adopted: Adoption, concept: Concept, neighbour: Principal
) -> None:
    done = told(neighbour, adopted, **FIGURES, core_kept=True, changed="To gange om ugen.")
    report = AdoptionReport.objects.get()
    assert (done.status, report.status, report.note) == (
        "reported", "reported", "Vi er glade for det.",
    )  # fmt: skip
    assert (report.n, report.estimate, report.se, report.core_kept) == (9, 7.2, 3.9, True)
    assert (round(report.low or 0, 2), round(report.high or 0, 2)) == (-0.44, 14.84)
    assert LogEntry.objects.filter(
        council=concept.council, verb="concepts.receive_report", who="system"
    ).count() == 2  # fmt: skip
    with pytest.raises(Conflict):
        told(neighbour, adopted)


def test_an_interval_is_as_good_as_a_standard_error(
    adopted: Adoption, neighbour: Principal
) -> None:
    done = told(neighbour, adopted, instrument="who5", n=9, estimate=7.0, low=-0.84, high=14.84)
    assert round(done.se or 0, 2) == 4.0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"n": 4}, "n"),
        ({"n": None}, "n"),
        ({"estimate": None}, "estimate"),
        ({"se": None}, "se"),
        ({"se": 0.0}, "se"),
        ({"instrument": " "}, "instrument"),
        ({"low": 8.0, "high": 9.0}, "low"),
        ({"low": 9.0, "high": 1.0}, "low"),
    ],
)
def test_figures_that_cannot_be_used_are_refused(
    values: dict[str, Any], field: str, adopted: Adoption, neighbour: Principal
) -> None:
    with pytest.raises(Invalid) as error:
        told(neighbour, adopted, **{**FIGURES, **values})
    assert error.value.field == field
    adopted.refresh_from_db()
    assert (adopted.status, adopted.n) == ("planned", None)


def test_words_alone_are_a_report_too(adopted: Adoption, neighbour: Principal) -> None:
    assert told(neighbour, adopted).n is None
    report = AdoptionReport.objects.get()
    assert (report.status, report.n, report.instrument) == ("reported", None, "")


def test_a_report_without_words_is_refused(adopted: Adoption, neighbour: Principal) -> None:
    with pytest.raises(Invalid) as error:
        actions.report_back(by=neighbour, adoption=adopted, note=" ")
    assert error.value.field == "note"


def test_after_a_report_it_can_be_used_again(adopted: Adoption, neighbour: Principal) -> None:
    told(neighbour, adopted)
    again = actions.adopt(by=neighbour, concept=adopted.concept)
    assert again.pk != adopted.pk
    assert AdoptionReport.objects.count() == 2


def test_the_wrong_people_neither_use_nor_report(
    fetched: Concept, adopted: Adoption, other_council: Council, secretariat: Principal
) -> None:
    from tests import cast

    for by, error in [(secretariat, NotFound), (Principal(other_council), NotAllowed),
                      (cast.a_person(other_council, "en"), NotAllowed)]:  # fmt: skip
        tries: list[Any] = [
            lambda by=by: actions.adopt(by=by, concept=fetched),
            lambda by=by: actions.begin_use(by=by, adoption=adopted),
            lambda by=by: told(by, adopted),
            lambda by=by: actions.take_over_needs(by=by, concept=fetched, adoption=adopted),
        ]
        for act in tries:
            with pytest.raises(error):
                act()


def test_a_stale_report_is_told(adopted: Adoption, neighbour: Principal) -> None:
    seen = adopted.version
    actions.begin_use(by=neighbour, adoption=adopted)
    with pytest.raises(Conflict):
        told(neighbour, adopted, seen=seen)


# --- delivery ----------------------------------------------------------------------------------
def deliver(council: Council, adoption: Adoption, **changes: Any) -> AdoptionReport:
    document = package.told(adoption) | changes
    return actions.receive_report(council=council, document=document)


def test_the_same_delivery_twice_changes_nothing(adopted: Adoption, council: Council) -> None:
    before = LogEntry.objects.count()
    assert deliver(council, adopted) == AdoptionReport.objects.get()
    assert LogEntry.objects.count() == before


def test_what_was_reported_stands(
    adopted: Adoption, council: Council, neighbour: Principal
) -> None:
    told(neighbour, adopted, **FIGURES)
    adopted.refresh_from_db()
    with pytest.raises(Conflict):
        deliver(council, adopted, note="Alligevel ikke.")
    with pytest.raises(Conflict):
        deliver(council, adopted, status="planned", reported_on=None, figures=None)
    assert AdoptionReport.objects.get().note == "Vi er glade for det."


def test_another_place_cannot_write_over_a_report(adopted: Adoption, council: Council) -> None:
    with pytest.raises(Conflict):
        deliver(council, adopted, place={"slug": "ond", "name": "Ond"})
    assert AdoptionReport.objects.get().place_slug == "nabo"


@pytest.mark.parametrize(
    "changes",
    [
        {"concept": {"council": "andre", "slug": "morgenbordet", "version": 1}},
        {"concept": {"council": "silkeborg", "slug": "ukendt", "version": 1}},
        {"concept": {"council": "silkeborg", "slug": "morgenbordet", "version": 7}},
        {"place": {"slug": "silkeborg", "name": "Os selv"}},
        {"status": "reported"},
        {"status": "done"},
        {"adopted_on": "2026-02-31"},
        {"note": "x" * 2001},
        {"ekstra": 1},
        {"key": "<script>"},
        {"changed": "a\x00b"},
    ],
)
def test_a_report_that_does_not_fit_leaves_no_trace(
    changes: dict[str, Any], adopted: Adoption, council: Council
) -> None:
    before = list(AdoptionReport.objects.values())
    with pytest.raises(Invalid):
        deliver(council, adopted, **changes)
    assert list(AdoptionReport.objects.values()) == before


def test_a_report_about_a_draft_is_not_known(
    adopted: Adoption, council: Council, concept: Concept, facilitator: Principal
) -> None:
    actions.begin_version(by=facilitator, concept=concept)
    about = {"council": "silkeborg", "slug": concept.slug, "version": 2}
    with pytest.raises(Invalid):
        deliver(council, adopted, concept=about, key="nabo:99")


def test_a_cpr_number_in_a_report_is_refused(adopted: Adoption, council: Council) -> None:
    with pytest.raises(CivicError):
        deliver(council, adopted, key="nabo:98", changed="Han hed 010190-1234.")
    assert AdoptionReport.objects.count() == 1


def test_the_database_itself_refuses_figures_about_too_few(adopted: Adoption) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AdoptionReport.objects.update(n=4, estimate=1.0)
    with pytest.raises(IntegrityError), transaction.atomic():
        AdoptionReport.objects.update(status="reported")
    with pytest.raises(IntegrityError), transaction.atomic():
        AdoptionReport.objects.update(low=2.0, high=1.0)


def test_the_installation_itself_may_walk_the_whole_way(
    tried: Any, council: Council, other_council: Council
) -> None:
    here, there = system(council, "Rådet"), system(other_council, "Naboen")
    written = actions.write_concept(by=here, challenge=tried("spread"), **RECIPE)
    actions.publish_version(by=here, version=written.versions.get())
    fetched, _new = actions.fetch_elsewhere(by=there, council="silkeborg", slug=written.slug)
    adoption = actions.adopt(by=there, concept=fetched)
    assert told(there, adoption, **FIGURES).status == "reported"
    assert written.reports.get().n == 9
