from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client

from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.principal import Principal


@pytest.fixture
def browser(council: Council) -> Client:
    return Client(HTTP_HOST="silkeborg.localhost")


def newest_code() -> str:
    found = re.search(r"^\d{4}-\d{4}$", mail.outbox[-1].body, re.MULTILINE)
    assert found
    return found.group()


def ask_for_code(browser: Client, email: str, **more: str) -> Any:
    return browser.post("/log-ind/", {"email": email, **more})


def sign_in(browser: Client, email: str, **more: str) -> Any:
    ask_for_code(browser, email, **more)
    return browser.post("/log-ind/kode/", {"code": newest_code()})


def signed_in_as(browser: Client) -> str:
    key = browser.session.get("_auth_user_id")
    return User.objects.get(pk=key).email if key else ""


def test_a_known_person_signs_in_with_a_code(browser: Client, member: Principal) -> None:
    answer = sign_in(browser, member.email)
    assert (answer.status_code, answer["Location"]) == (302, "/min-side/")
    assert signed_in_as(browser) == member.email


def test_somebody_new_gets_an_account_only_when_the_code_comes_back(browser: Client) -> None:
    ask_for_code(browser, "Ny@Eksempel.dk")
    assert not User.objects.exists()
    browser.post("/log-ind/kode/", {"code": newest_code()})
    assert signed_in_as(browser) == "ny@eksempel.dk"
    assert EmailAddress.objects.get().verified
    assert LogEntry.objects.filter(verb="accounts.open_account").count() == 1


def test_a_stranger_cannot_tell_a_known_address_from_an_unknown(
    browser: Client, member: Principal
) -> None:
    seen = []
    for email in (member.email, "ukendt@silkeborg.eksempel.dk"):
        fresh = Client(HTTP_HOST="silkeborg.localhost")
        answer = ask_for_code(fresh, email)
        page = fresh.get("/log-ind/kode/").content.decode().replace(email, "")
        wrong = fresh.post("/log-ind/kode/", {"code": "0000-0000"})
        text = re.sub(r'value="[^"]{20,}"|\d{4}-\d{4}', "", page)
        letter = mail.outbox[-1]
        body = letter.body.replace(newest_code(), "")
        seen.append((answer["Location"], text, wrong.status_code, letter.subject, body))
    assert seen[0] == seen[1]
    assert len(mail.outbox) == 2


def test_the_mail_is_short_plain_danish_from_the_council(browser: Client) -> None:
    ask_for_code(browser, "ny@eksempel.dk")
    letter = mail.outbox[0]
    assert letter.from_email == "Silkeborg <samskab@localhost>"
    assert letter.subject == "Din kode til at logge ind"
    assert letter.body.startswith("Hej\n\nHer er din kode:\n\n")
    assert not getattr(letter, "alternatives", [])


def test_the_mail_is_english_on_the_english_page(browser: Client) -> None:
    browser.post("/en/log-ind/", {"email": "new@example.org"})
    assert mail.outbox[0].subject == "Your code to sign in"
    assert "Here is your code:" in mail.outbox[0].body


def test_a_wrong_code_is_told_and_the_page_stays(browser: Client) -> None:
    ask_for_code(browser, "ny@eksempel.dk")
    answer = browser.post("/log-ind/kode/", {"code": "1"})
    assert answer.status_code == 422
    assert "Koden passer ikke" in answer.content.decode()
    assert signed_in_as(browser) == ""


def test_three_wrong_codes_end_the_attempt(browser: Client) -> None:
    ask_for_code(browser, "ny@eksempel.dk")
    code = newest_code()
    for _n in range(3):
        answer = browser.post("/log-ind/kode/", {"code": "0000-0000"})
    assert answer["Location"] == "/log-ind/"
    assert browser.post("/log-ind/kode/", {"code": code})["Location"] == "/log-ind/"
    assert not User.objects.exists()


def test_a_code_without_its_dash_is_the_same_code(browser: Client) -> None:
    ask_for_code(browser, "ny@eksempel.dk")
    browser.post("/log-ind/kode/", {"code": newest_code().replace("-", "")})
    assert signed_in_as(browser) == "ny@eksempel.dk"


def test_a_new_code_ends_the_old_one(browser: Client) -> None:
    ask_for_code(browser, "ny@eksempel.dk")
    old = newest_code()
    browser.post("/log-ind/kode/", {"again": "1"})
    assert len(mail.outbox) == 2
    assert browser.post("/log-ind/kode/", {"code": old}).status_code == 422
    browser.post("/log-ind/kode/", {"code": newest_code()})
    assert signed_in_as(browser) == "ny@eksempel.dk"


def test_a_code_works_in_the_browser_that_asked_for_it_only(browser: Client) -> None:
    ask_for_code(browser, "ny@eksempel.dk")
    other = Client(HTTP_HOST="silkeborg.localhost")
    assert other.post("/log-ind/kode/", {"code": newest_code()})["Location"] == "/log-ind/"
    assert signed_in_as(other) == ""


def test_an_old_code_no_longer_works(browser: Client, settings: Any) -> None:
    ask_for_code(browser, "ny@eksempel.dk")
    settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = -1
    answer = browser.post("/log-ind/kode/", {"code": newest_code()})
    assert (answer["Location"], signed_in_as(browser)) == ("/log-ind/", "")


def test_the_fourth_code_to_one_address_in_a_minute_is_refused(browser: Client) -> None:
    for _n in range(3):
        ask_for_code(browser, "ny@eksempel.dk")
    answer = ask_for_code(browser, "ny@eksempel.dk")
    assert answer.status_code == 422
    assert "ny@eksempel.dk" in answer.content.decode()
    assert len(mail.outbox) == 3


@pytest.mark.parametrize("email", ["", "ikke en adresse"])
def test_an_address_is_needed(browser: Client, email: str) -> None:
    answer = ask_for_code(browser, email)
    assert (answer.status_code, mail.outbox) == (422, [])


def test_a_person_comes_to_where_they_were_going(browser: Client) -> None:
    assert sign_in(browser, "ny@eksempel.dk", next="/roller/")["Location"] == "/roller/"


def test_nobody_is_sent_to_another_site(browser: Client) -> None:
    answer = sign_in(browser, "ny@eksempel.dk", next="https://ond.example/")
    assert answer["Location"] == "/min-side/"


def test_a_page_that_needs_sign_in_leads_there_and_back(browser: Client) -> None:
    answer = browser.get("/min-side/")
    assert answer["Location"] == "/log-ind/?next=/min-side/"


def test_a_closed_account_stays_out(browser: Client, member: Principal) -> None:
    User.objects.filter(pk=member.user_id).update(is_active=False)
    assert sign_in(browser, member.email)["Location"] == "/log-ind/lukket/"
    assert signed_in_as(browser) == ""
    assert browser.get("/log-ind/lukket/").status_code == 200


def test_signing_in_sets_the_session_cookie_and_no_other(browser: Client) -> None:
    browser.get("/log-ind/")
    sign_in(browser, "ny@eksempel.dk")
    browser.get("/min-side/")
    browser.get("/min-side/sikkerhed/")
    assert set(browser.cookies) == {"samskab"}


def test_signing_out_needs_a_button(browser: Client) -> None:
    sign_in(browser, "ny@eksempel.dk")
    assert browser.get("/log-ud/").status_code == 200
    assert signed_in_as(browser) == "ny@eksempel.dk"
    assert browser.post("/log-ud/")["Location"] == "/"
    assert signed_in_as(browser) == ""


def test_mail_that_cannot_be_sent_is_told_and_the_address_kept(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", broken)
    answer = ask_for_code(browser, "ny@eksempel.dk")
    assert answer.status_code == 422
    assert "Vi kunne ikke sende mailen" in answer.content.decode()


def test_another_address_can_be_used_instead(browser: Client) -> None:
    ask_for_code(browser, "ny@eksempel.dk")
    assert browser.post("/log-ud/", {"next": "/log-ind/"})["Location"] == "/log-ind/"
    assert browser.get("/log-ind/kode/")["Location"] == "/log-ind/"


# --- second lock ---------------------------------------------------------------------------


def app_code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def test_an_app_becomes_the_second_lock_and_is_asked_for(
    browser: Client, secretariat: Principal
) -> None:
    sign_in(browser, secretariat.email)
    page = browser.get("/min-side/sikkerhed/app/").content.decode()
    secret = browser.session["mfa.totp.secret"]
    assert secret in page
    answer = browser.post("/min-side/sikkerhed/app/", {"code": app_code(secret)})
    assert answer["Location"] == "/min-side/sikkerhed/noedkoder/"
    codes = re.findall(
        r"<li><code>([\d-]{8,})</code>", browser.get(answer["Location"]).content.decode()
    )
    assert len(codes) == 10

    fresh = Client(HTTP_HOST="silkeborg.localhost")
    assert sign_in(fresh, secretariat.email)["Location"] == "/log-ind/anden-laas/"
    assert signed_in_as(fresh) == ""
    assert fresh.post("/log-ind/anden-laas/", {"code": "1"}).status_code == 200
    assert signed_in_as(fresh) == ""
    fresh.post("/log-ind/anden-laas/", {"code": codes[0]})
    assert signed_in_as(fresh) == secretariat.email


def with_app(person: Principal) -> None:
    TOTP.activate(User.objects.get(pk=person.user_id), "A" * 32)


def test_staff_without_a_second_lock_are_reminded_until_they_have_one(
    browser: Client, secretariat: Principal
) -> None:
    sign_in(browser, secretariat.email)
    assert "en ekstra lås" in browser.get("/min-side/").content.decode()
    with_app(secretariat)
    assert "en ekstra lås på din" not in browser.get("/min-side/").content.decode()


def test_a_participant_is_not_reminded(browser: Client, participant: Principal) -> None:
    sign_in(browser, participant.email)
    assert "en ekstra lås på din" not in browser.get("/min-side/").content.decode()


def test_where_it_is_required_staff_are_led_to_the_second_lock(
    browser: Client, secretariat: Principal, participant: Principal, settings: Any
) -> None:
    settings.REQUIRE_MFA = True
    sign_in(browser, secretariat.email)
    assert browser.get("/privatliv/fortegnelse/")["Location"] == "/min-side/sikkerhed/"
    assert browser.get("/min-side/sikkerhed/").status_code == 200
    with_app(secretariat)
    assert browser.get("/privatliv/fortegnelse/").status_code == 200

    other = Client(HTTP_HOST="silkeborg.localhost")
    sign_in(other, participant.email)
    assert other.get("/privatliv/fortegnelse/").status_code == 200


SECURITY = ["", "app/", "noegler/", "noegler/ny/"]


@pytest.mark.parametrize("path", SECURITY)
@pytest.mark.parametrize("language", ["", "/en"])
def test_every_page_about_locks_opens(browser: Client, path: str, language: str) -> None:
    sign_in(browser, "ny@eksempel.dk")
    answer = browser.get(f"{language}/min-side/sikkerhed/{path}")
    assert answer.status_code == 200
    assert answer.content.decode().count("<h1") == 1


def test_the_pages_behind_an_app_open(browser: Client, member: Principal) -> None:
    with_app(member)
    sign_in(browser, member.email)
    assert browser.get("/log-ind/anden-laas/").content.decode().count("<h1") == 1
    browser.force_login(
        User.objects.get(pk=member.user_id), "allauth.account.auth_backends.AuthenticationBackend"
    )
    answer = browser.get("/min-side/sikkerhed/app/fjern/")
    assert answer["Location"].startswith("/min-side/sikkerhed/bekraeft/")
    assert browser.get(answer["Location"]).content.decode().count("<h1") == 1
    answer = browser.post(answer["Location"], {"code": app_code("A" * 32)})
    for path in ("app/fjern/", "noedkoder/nye/"):
        assert browser.get(f"/min-side/sikkerhed/{path}").content.decode().count("<h1") == 1
    assert Authenticator.objects.get().type == "totp"


def test_a_person_changes_the_address_with_a_code_to_the_new_one(
    browser: Client, member: Principal
) -> None:
    sign_in(browser, member.email)
    answer = browser.post("/min-side/e-mail/", {"email": "nyt@eksempel.dk", "action_add": "1"})
    page = browser.get("/log-ind/bekraeft-e-mail/")
    assert answer.status_code == 302 and "nyt@eksempel.dk" in page.content.decode()
    assert mail.outbox[-1].to == ["nyt@eksempel.dk"]
    browser.post("/log-ind/bekraeft-e-mail/", {"code": newest_code()})
    assert User.objects.get(pk=member.user_id).email == "nyt@eksempel.dk"


# --- the organisation's own sign-in --------------------------------------------------------


def test_without_a_provider_there_is_no_button(browser: Client) -> None:
    assert "udbyder" not in browser.get("/log-ind/").content.decode()


def test_with_a_provider_its_button_is_shown(browser: Client, settings: Any) -> None:
    app = {"provider_id": "staff", "name": "Kommunen", "client_id": "1", "settings": {}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    page = browser.get("/log-ind/").content.decode()
    assert 'action="/log-ind/udbyder/staff/login/"' in page
    assert "Log ind med Kommunen" in page
