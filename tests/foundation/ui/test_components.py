"""Each component says what it was given, and nothing it was not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.core.paging import Page
from samskab.civic.foundation.ui import samples
from samskab.civic.foundation.ui.templatetags import ui

TEMPLATES = Path(ui.__file__).parents[1] / "templates/ui"
FRAMES = {"base.html", "patterns.html"}
COMPONENTS = sorted(path.name for path in TEMPLATES.glob("*.html") if path.name not in FRAMES)


def draw(name: str, **values: Any) -> str:
    html = re.sub(r"\s+", " ", render_to_string(f"ui/{name}.html", values))
    return re.sub(r"> <", "><", html)


def say(source: str, **values: Any) -> str:
    return Template(source).render(Context(values))


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_component_is_shown_on_the_pattern_page(name: str, rf: RequestFactory) -> None:
    drawn: list[str] = []
    from django.template.engine import Engine

    original = Engine.get_template

    def remember(self: Engine, template_name: str) -> Any:
        drawn.append(template_name)
        return original(self, template_name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "get_template", remember)
        render_to_string("ui/patterns.html", samples.context(), request=_bare(rf))
    source = (TEMPLATES / "patterns.html").read_text("utf-8")
    tag = f"{{% {name.removesuffix('.html')} "
    assert f"ui/{name}" in drawn or tag in source
    assert f"ui/{name}" in source or tag in source


def _bare(rf: RequestFactory) -> Any:
    request = rf.get("/moenstre/", HTTP_HOST="silkeborg.localhost")
    request.by = SimpleNamespace(signed_in=False, has=lambda *roles: False)  # type: ignore[attr-defined]
    return request


# --- one by one --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "role"),
    [("error", "alert"), ("warning", "alert"), ("success", "status"), ("info", "status")],
)
def test_an_alert_is_as_urgent_as_its_kind(kind: str, role: str) -> None:
    html = draw("alert", kind=kind, text="Tekst <b>")
    assert f'class="alert alert-{kind}' in html
    assert f'role="{role}"' in html
    assert "Tekst &lt;b&gt;" in html


def test_a_card_shows_its_place_on_the_journey() -> None:
    html = draw("card", title="Mad", href="/x/", step="Åben", step_no=3)
    assert '<h3 class="s-card__title"><a href="/x/">Mad</a></h3>' in html
    assert html.count("s-dot--done") == 2
    assert html.count("s-dot--now") == 1
    assert html.count('class="s-dot') - html.count('class="s-dots') == 9
    assert "s-example" not in html


def test_a_card_may_stand_under_another_heading() -> None:
    assert "<h2" in draw("card", title="Mad", level=2)
    assert "<h4" in draw("card", title="Mad", level=4)


def test_a_journey_says_which_step_it_is_at() -> None:
    with override("da"):
        html = draw("journey", steps=samples.context()["steps"])
    assert "<span>Trin 4 af 10</span><strong>Undersøges</strong>" in html
    assert html.count("(gjort)") == 3
    assert html.count("(ikke endnu)") == 6
    assert html.count('aria-current="step"') == 1


def test_a_closed_journey_is_nowhere() -> None:
    html = draw("journey", steps=samples.context()["steps"], closed="Lukket: løst")
    assert "Lukket: løst" in html
    assert "aria-current" not in html


def test_a_timeline_gives_dates_to_programs_too() -> None:
    entry = SimpleNamespace(
        at=datetime(2026, 3, 4, 23, 30, tzinfo=UTC), title="Åbnet", who="", text="a\nb", href=""
    )
    with override("da"):
        html = draw("timeline", entries=[entry])
    assert '<time datetime="2026-03-05T00:30:00+01:00">5. marts 2026</time>' in html
    assert "<p>a<br>b</p>" in html


def test_an_empty_timeline_says_so() -> None:
    with override("da"):
        assert "Her er ikke sket noget endnu." in draw("timeline", entries=[])


def test_facts_leave_out_what_nobody_knows_but_keep_a_zero() -> None:
    html = draw("facts", items=[("Sted", ""), ("Antal", 0), ("Fra", None)])
    assert "<dt>Antal</dt><dd>0</dd>" in html
    assert "Sted" not in html
    assert "Fra" not in html


def test_the_opinion_bar_says_in_words_what_it_draws() -> None:
    with override("da"):
        html = draw("bar", agree=12, disagree=5, pass_=3)
    assert "Enig 12 (60 %)" in html
    assert "Uenig 5 (25 %)" in html
    assert "Ved ikke 3 (15 %)" in html
    assert '<rect x="60.0" width="25.0"' in html


def test_no_votes_are_no_division_by_zero() -> None:
    assert [part["percent"] for part in ui.shares(0, None, 0)] == [0, 0, 0]


def test_paging_is_silent_on_the_only_page() -> None:
    assert draw("paging", page=Page([], "", True, "")).strip() == ""


def test_paging_leads_on_and_back_to_the_first_with_the_same_filters() -> None:
    html = draw("paging", page=Page([], "q=a&after=x", False, "q=a"))
    assert 'href="?q=a"' in html
    assert 'href="?q=a&amp;after=x" rel="next"' in html


def test_breadcrumbs_end_where_one_is() -> None:
    html = say('{% crumbs "Udfordringer" "/u/" "Mad" "" %}')
    assert 'href="/u/">Udfordringer</a>' in html
    assert re.search(r'aria-current="page">.*Mad</li>', html)


def test_the_steps_of_a_form_tell_what_is_done() -> None:
    html = draw("steps", current=2, total=3, labels=["A", "B", "C"])
    assert html.count("s-wizard__step--done") == 1
    assert re.search(r'--now" aria-current="step">.*?<span>B</span>', html)


def test_a_post_button_carries_its_keys_and_what_it_is_about() -> None:
    html = say('{% post_button "/x/" "Støt" seen=4 about="Mad" vote="agree" %}', csrf_token="T")
    assert '<form method="post" action="/x/"' in html
    assert 'name="csrfmiddlewaretoken" value="T"' in html
    assert re.search(r'name="once" value="[\w-]{24}"', html)
    assert 'name="seen" value="4"' in html
    assert 'name="vote" value="agree"' in html
    assert '<span class="sr-only"> Mad</span>' in html


def test_each_post_button_has_its_own_key() -> None:
    keys = {
        re.findall(r'"once" value="([^"]+)"', say('{% post_button "/" "A" %}'))[0] for _ in range(5)
    }
    assert len(keys) == 5


def test_a_region_can_be_reached_by_keyboard_and_has_a_name() -> None:
    html = say("{% region name %}<table></table>{% endregion %}", name="Timer & år")
    assert 'role="region" tabindex="0" aria-label="Timer &amp; år"' in html
    assert "<table></table>" in html


def test_a_person_is_drawn_with_initials() -> None:
    assert ui.initials("Anna Sofie Holm") == "AH"
    assert ui.initials("Elfac") == "E"
    assert ui.initials("") == ""


# --- text --------------------------------------------------------------------------------------


def test_markdown_lets_nothing_run() -> None:
    html = ui.markdown("# A\n\n<script>x</script> [a](javascript:x) **b**")
    assert "<h2>A</h2>" in html
    assert "<strong>b</strong>" in html
    assert "<script" not in html
    assert "href" not in html


def test_lines_keep_breaks_and_escape_the_rest() -> None:
    assert ui.lines("a\n<b>\n\nc") == "<p>a<br>&lt;b&gt;</p>\n\n<p>c</p>"


def test_an_icon_is_silent_unless_it_is_given_words() -> None:
    assert 'aria-hidden="true"' in ui.icon("search")
    assert 'role="img" aria-label="Lukket &quot;nu&quot;"' in ui.icon("lock", 'Lukket "nu"')
    assert "<path" in ui.icon("search")


def test_an_unknown_icon_breaks_no_page() -> None:
    assert ui.icon("no-such-icon").startswith("<svg")


# --- forms -------------------------------------------------------------------------------------


class Sample(CivicForm):
    title = forms.CharField(label="Titel", help_text="Kort.", max_length=5)
    day = forms.DateField(label="Dag", required=False)
    kind = forms.ChoiceField(label="Slags", choices=[("a", "A")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="Ja tak", required=False)


def test_a_field_has_its_label_hint_and_error_tied_together() -> None:
    with override("da"):
        html = str(Sample({"title": "for lang", "kind": "a"}))
    assert '<label class="form-label" for="id_title">Titel' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext">Kort.' in html
    assert 'id="id_title_error"' in html
    assert "Skriv højst 5 tegn. Du har skrevet 8." in html
    assert 'value="for lang"' in html


def test_the_error_summary_leads_to_a_place_that_is_there() -> None:
    with override("da"):
        html = str(Sample({}))
    targets = re.findall(r'<li><a href="#([^"]+)">', html)
    assert targets == ["id_title", "id_kind"]
    for target in targets:
        assert f'id="{target}"' in html
    assert "Titel – Udfyld dette felt." in html


def test_a_fresh_form_has_no_errors_and_tells_about_the_star() -> None:
    with override("da"):
        html = str(Sample())
    assert "alert-error" not in html
    assert "Krævede felter er markeret med *." in html
    assert html.count('class="s-star"') == 2
    assert html.count("(frivilligt)") == 2


def test_hidden_book_keeping_is_part_of_the_form() -> None:
    html = str(Sample())
    assert re.search(r'type="hidden" name="once" value="[\w-]{24}"', html)
    assert 'for="id_once"' not in html


def test_controls_wear_the_classes_of_the_design_system() -> None:
    html = str(Sample())
    assert re.search(r'type="date"[^>]*class="form-input"', html)
    assert re.search(r'type="radio"[^>]*class="form-radio"', html)
    assert re.search(r'type="checkbox"[^>]*class="form-checkbox"', html)


def test_a_date_comes_back_as_the_browser_wants_it() -> None:
    html = str(Sample(initial={"day": datetime(2026, 3, 4, tzinfo=UTC).date()}))
    assert 'value="2026-03-04"' in html


def test_filters_carry_no_keys_and_can_be_cleared() -> None:
    with override("da"):
        html = draw("filters", form=samples.SampleFilter({"q": "mad"}), csv_href="?format=csv")
    assert 'method="get"' in html
    assert 'href="?">Nulstil</a>' in html
    assert 'href="?format=csv"' in html
    assert "once" not in html
    assert "(frivilligt)" not in html


class ManyFilters(forms.Form):
    q = forms.CharField(required=False)
    sector = forms.CharField(required=False)
    place = forms.CharField(required=False)
    group = forms.CharField(required=False)
    period = forms.CharField(required=False)


def test_many_filters_are_folded_until_one_of_them_is_used() -> None:
    assert ui.folded(samples.SampleFilter())["more"] == []
    fresh, used = ui.folded(ManyFilters({"q": "mad"})), ui.folded(ManyFilters({"period": "2026"}))
    assert [field.name for field in fresh["more"]] == ["group", "period"]
    assert not fresh["open"]
    assert used["open"]
    assert re.search(r"<details[^>]* open>", draw("filters", form=ManyFilters({"group": "unge"})))


def test_the_page_for_our_own_failures_needs_nothing_to_be_shown() -> None:
    html = render_to_string("core/500.html")
    assert "<h1>Noget gik galt hos os</h1>" in html
    assert 'href="/static/ui/samskab.css"' in html
