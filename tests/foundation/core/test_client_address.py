from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from samskab.civic.foundation.core.http import client_address

SEEN = [
    (0, "203.0.113.9", "127.0.0.1"),  # nobody vouches for what the visitor wrote
    (1, "203.0.113.9", "203.0.113.9"),
    (1, "10.0.0.1, 203.0.113.9", "203.0.113.9"),  # the first part is the visitor's own invention
    (2, "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
    (2, "203.0.113.9", "127.0.0.1"),  # came past one of the servers
    (1, "", "127.0.0.1"),
]


@pytest.mark.parametrize(("proxies", "header", "address"), SEEN)
def test_the_address_is_what_our_own_web_server_saw(
    settings: Settings, proxies: int, header: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert client_address(RequestFactory().get("/", headers={"X-Forwarded-For": header})) == address
