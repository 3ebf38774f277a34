"""Answering with the digits: one answer for each press, never by surprise, and not if unwanted."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation, NewContext

TITLE = "Om søndagen er der ingen steder"
READY = 800


def answered(page: Page) -> int:
    return int(page.locator(".i-progress progress").get_attribute("value") or -1)


def press(page: Page, key: str) -> None:
    page.wait_for_timeout(READY)
    with page.expect_navigation():
        page.keyboard.press(key)


def test_a_digit_answers_once_and_can_be_switched_off(
    installation: Installation, new_context: NewContext
) -> None:
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto("/udfordringer/")
    page.get_by_role("link", name=TITLE).first.click()
    page.get_by_role("link", name="Sig, hvad du mener").first.click()
    assert answered(page) == 0
    press(page, "1")
    page.keyboard.press("2")  # meant for the statement before
    page.wait_for_timeout(READY)
    assert answered(page) == 1
    for key in ("2", "3"):
        press(page, key)
    assert answered(page) == 3

    page.locator("main").get_by_role("link", name="Skriv et udsagn").click()
    page.locator("main textarea").press_sequentially("Kl. 12 eller 13")
    assert page.locator("main textarea").input_value() == "Kl. 12 eller 13"

    page.go_back()
    page.get_by_role("button", name="Slå tasterne fra").click()
    expect(page.get_by_role("button", name="Slå tasterne til")).to_be_visible()
    page.wait_for_timeout(READY)
    page.keyboard.press("1")
    page.wait_for_timeout(READY)
    assert answered(page) == 3


def test_a_telephone_without_keys_is_not_told_of_them(new_context: NewContext) -> None:
    page = new_context(viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True)
    telephone = page.new_page()
    telephone.goto("/udfordringer/")
    telephone.get_by_role("link", name=TITLE).first.click()
    telephone.get_by_role("link", name="Sig, hvad du mener").first.click()
    expect(telephone.locator(".i-answers")).to_be_visible()
    expect(telephone.locator(".i-keys")).to_be_hidden()
    telephone.wait_for_timeout(READY)
    telephone.keyboard.press("1")
    telephone.wait_for_timeout(READY)
    assert answered(telephone) == 0
