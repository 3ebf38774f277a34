"""The council as an actor: followed, told and left by another implementation on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import apmodel
import pytest
from apkit.client._common import validate_webfinger_result
from apkit.client.models import Resource, WebfingerResult
from apkit.client.sync.client import ActivityPubClient
from apkit.types import ActorKey as TheirKey
from apsig import draft
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.errors import Conflict, NotAllowed
from samskab.civic.foundation.core.models import Council, Hostname
from samskab.civic.foundation.core.outgoing import Refused, Unreachable, post
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.public.federation import actions, keys, signatures, words
from samskab.civic.public.federation.actions import (
    add_follower,
    deliver_due,
    make_key,
    remove_follower,
    seal_keys_anew,
    tell,
    tell_due,
)
from samskab.civic.public.federation.models import ActorKey, Delivery, Follower, Told
from samskab.civic.public.federation.remote import Remote
from samskab.civic.public.news.actions import edit_news, publish_news, withdraw_news
from samskab.civic.public.news.models import NewsItem

ClientAs = Callable[[Principal], Client]
WRITTEN = {"title_da": "Haven er åben", "lead_da": "Kom & grav.", "text_da": "Alle er med."}
PAIR = rsa.generate_private_key(65537, 2048)
OURS = "silkeborg.localhost:8000"


@pytest.fixture
def item(council: Council, secretariat: Principal) -> NewsItem:
    return publish_news(by=secretariat, **WRITTEN)


class There:
    """A server with one actor. It takes only what apsig finds properly signed by ours."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.status, self.ours = 202, ""
        self.pair = PAIR
        other = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(other.actor()).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/activity+json")
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): text for name, text in self.headers.items()}
                url = f"http://{other.host}{self.path}"
                try:
                    draft.Verifier(other.ours, "POST", url, headers, body).verify(
                        raise_on_fail=True
                    )
                    other.taken.append(json.loads(body))
                    self.send_response(other.status)
                except Exception as error:
                    other.refused.append(repr(error))
                    self.send_response(401)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.id, self.key_id = f"http://{self.host}/bo", f"http://{self.host}/bo#main-key"
        self.inbox = f"http://{self.host}/inbox"

    def actor(self) -> dict[str, Any]:
        return {
            "@context": words.CONTEXT, "id": self.id, "type": "Person", "inbox": self.inbox,
            "outbox": f"{self.id}/outbox", "preferredUsername": "bo",
            "endpoints": {"sharedInbox": self.inbox},
            "publicKey": {"id": self.key_id, "owner": self.id,
                          "publicKeyPem": keys.public_text(self.pair)},
        }  # fmt: skip

    def kinds(self) -> list[str]:
        return [message["type"] for message in self.taken]


@pytest.fixture
def there(council: Council, settings: Any) -> Iterator[There]:
    found = There()
    settings.LOCAL_HOSTS = [found.host]
    found.ours = make_key(by=system(council)).public
    yield found
    found.server.shutdown()
    found.server.server_close()


def signed_post(there: There, message: Any, **other: Any) -> int:
    """Signed by apsig, handed to our inbox."""
    path = "/ap/indbakke/"
    body = json.dumps(message).encode()
    headers = draft.Signer(
        headers=other.pop("headers", {}), private_key=other.pop("pair", PAIR), method="POST",
        url=f"http://{OURS}{path}", key_id=other.pop("key_id", there.key_id), body=body,
    ).sign()  # fmt: skip
    body = other.pop("body", body)
    headers = {**headers, **other}
    return int(
        Client()
        .post(
            path,
            body,
            content_type="application/activity+json",
            headers={**headers, "host": OURS},
        )
        .status_code
    )


def follow(there: There, council: Council, **other: Any) -> dict[str, Any]:
    return {"@context": words.CONTEXT, "id": f"{there.id}/f/1", "type": "Follow",
            "actor": there.id, "object": words.actor_id(council)} | other  # fmt: skip


@pytest.fixture
def followed(there: There, council: Council) -> There:
    assert signed_post(there, follow(there, council)) == 202
    deliver_due()
    there.taken.clear()
    return there


# --- another implementation, over HTTP ---------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_another_implementation_finds_follows_hears_and_leaves(
    live_server: Any, settings: Any, council: Council, secretariat: Principal, there: There
) -> None:
    port = live_server.thread.port
    settings.PORT = port
    Hostname.objects.filter(council=council).update(host="127.0.0.1")
    publish_news(by=secretariat, **WRITTEN)
    tell_due()
    here, mine = f"127.0.0.1:{port}", [TheirKey(key_id=there.key_id, private_key=PAIR)]
    with ActivityPubClient() as client:
        handle = words.handle(council)[1:]
        found = client.get(f"http://{here}/.well-known/webfinger?resource=acct:{handle}").json()
        result = WebfingerResult.from_dict(found)
        validate_webfinger_result(result, Resource(username="silkeborg", host=here))
        actor = client.actor.fetch(str(result.get("application/activity+json").href))
        assert (actor.preferred_username, actor.name) == ("silkeborg", "Silkeborg")
        there.ours = actor.public_key.public_key_pem
        outbox = client.get(actor.outbox).json()
        assert outbox["totalItems"] == 1
        first = {"@context": words.CONTEXT} | outbox["orderedItems"][0]
        assert isinstance(apmodel.load(first), apmodel.Create)

        wanted = follow(there, council)
        sent = client.post(actor.inbox, body=wanted, signatures=mine, sign_with=["draft-cavage"])
        assert sent.status == 202
        deliver_due()
        assert (there.kinds(), there.refused) == (["Accept"], [])
        assert there.taken[0]["object"]["id"] == wanted["id"]

        item = publish_news(by=secretariat, **{**WRITTEN, "title_da": "En bro"})
        for _again in range(2):
            tell_due()
        edit_news(by=secretariat, item=item, **{**WRITTEN, "title_da": "To broer"}, why="To")
        tell_due()
        withdraw_news(by=secretariat, item=item, why="Nej")
        tell_due()
        deliver_due()
        assert (there.kinds(), there.refused) == (["Accept", "Create", "Update", "Delete"], [])
        created, updated = there.taken[1]["object"], there.taken[2]["object"]
        assert "En bro" in created["content"]
        assert "Kom &amp; grav." in created["content"]
        assert "To broer" in updated["content"]
        assert created["id"] == updated["id"] == there.taken[3]["object"]["id"]
        assert client.get(created["url"]).status == 410

        undo = {"@context": words.CONTEXT, "id": f"{there.id}/u/1", "type": "Undo",
                "actor": there.id, "object": wanted}  # fmt: skip
        sent = client.post(actor.inbox, body=undo, signatures=mine, sign_with=["draft-cavage"])
        assert sent.status == 202
    assert not Follower.objects.exists()


# --- who may follow ----------------------------------------------------------------------------
def test_a_signed_follow_is_kept_once(followed: There, council: Council) -> None:
    signed_post(followed, follow(followed, council, id=f"{followed.id}/f/2"))
    row = Follower.objects.get()
    assert (row.actor, row.shared_inbox) == (followed.id, followed.inbox)
    answer = Client().get("/ap/foelgere/", headers={"host": OURS}).json()
    assert answer["totalItems"] == 1
    assert followed.id not in json.dumps(answer)


FORGED: dict[str, Callable[[There], dict[str, Any]]] = {
    "no signature": lambda there: {"Signature": ""},
    "another key": lambda there: {"pair": rsa.generate_private_key(65537, 2048)},
    "another body": lambda there: {"body": b'{"type": "Follow", "actor": "x", "object": "y"}'},
    "a digest of another body": lambda there: {"digest": signatures.digest(b"x")},
    "an old date": lambda there: {"headers": {"date": "Tue, 03 Nov 2020 10:00:00 GMT"}},
    "a key of nobody": lambda there: {"key_id": f"http://{there.host}/andre#main-key"},
    "a key on an own network": lambda there: {"key_id": "https://10.0.0.1/bo#main-key"},
    "a key on this machine": lambda there: {"key_id": "http://127.0.0.1:1/bo#main-key"},
}


@pytest.mark.parametrize("name", FORGED)
def test_what_is_not_properly_signed_changes_nothing(
    there: There, council: Council, name: str
) -> None:
    status = signed_post(there, follow(there, council), **FORGED[name](there))
    assert status in {400, 401, 202}
    assert (status == 202) == (name == "another body")
    assert not Follower.objects.exists()


def test_nobody_follows_or_leaves_for_somebody_else(followed: There, council: Council) -> None:
    other = f"http://{followed.host}/eva"
    assert signed_post(followed, follow(followed, council, actor=other)) == 401
    undo = {"type": "Undo", "actor": other, "object": follow(followed, council)}
    assert signed_post(followed, undo) == 202
    assert Follower.objects.count() == 1


def test_an_actor_whose_inbox_is_elsewhere_is_not_believed(there: There, council: Council) -> None:
    there.inbox = "https://offer.dk/inbox"
    assert signed_post(there, follow(there, council)) == 401


def test_an_account_that_is_gone_follows_no_more(followed: There) -> None:
    gone = {"id": "x", "type": "Delete", "actor": followed.id, "object": followed.id}
    assert signed_post(followed, gone) == 202
    assert not Follower.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"actor": 3}', b"[" * 20000])
def test_what_is_no_message_is_told_so(council: Council, body: bytes) -> None:
    answer = Client().post("/ap/indbakke/", body, content_type="application/activity+json")
    assert answer.status_code == 400
    assert Client().get("/ap/indbakke/").status_code == 405


def test_other_messages_are_let_lie_without_asking_anybody(there: There, council: Council) -> None:
    note = {"type": "Create", "actor": "https://10.0.0.1/x", "object": {"type": "Note"}}
    assert signed_post(there, note) == 202
    assert not Delivery.objects.exists()


# --- telling -----------------------------------------------------------------------------------
def test_old_and_planned_news_and_examples_are_not_sent(
    followed: There, secretariat: Principal
) -> None:
    publish_news(by=secretariat, **WRITTEN, publish_at=datetime(2031, 1, 1, tzinfo=UTC))
    publish_news(by=secretariat, **{**WRITTEN, "title_da": "Eksempel"}, is_example=True)
    assert tell_due() == 0
    assert not Told.objects.exists()


def test_a_change_that_nobody_sees_is_not_told(item: NewsItem, secretariat: Principal) -> None:
    assert tell_due() == 1
    edit_news(by=secretariat, item=item, **{**WRITTEN, "text_da": "Alle."}, why="Kortere")
    assert (tell_due(), Told.objects.count()) == (0, 1)


def test_only_the_installation_tells(item: NewsItem, council: Council, visitor: Principal) -> None:
    somebody = Remote("https://x.dk/a", "https://x.dk/i", "", "https://x.dk/a#k", "")
    for act in (
        lambda: tell(by=visitor, item=item),
        lambda: make_key(by=visitor),
        lambda: add_follower(by=visitor, remote=somebody, follow={}),
        lambda: remove_follower(by=visitor, actor="https://x.dk/a"),
    ):
        with pytest.raises(NotAllowed):
            act()
    withdraw_news(by=Principal(council, is_system=False, roles=frozenset({"secretariat"})),
                  item=item, why="Nej")  # fmt: skip
    with pytest.raises(Conflict):
        tell(by=system(council), item=item)


def test_what_does_not_arrive_is_tried_again_later_and_given_up(
    followed: There, item: NewsItem, secretariat: Principal, client_as: ClientAs
) -> None:
    followed.status = 503
    tell_due()
    waits = []
    for _n in range(len(actions.AGAIN_AFTER)):
        assert deliver_due() == 0
        row = Delivery.objects.get()
        waits.append(round((row.next_at - clock.now()) / timedelta(minutes=1)))
        Delivery.objects.update(next_at=clock.now() - timedelta(seconds=1))
    assert waits == [1, 5, 30, 120, 720, 1440, 2880]
    page = client_as(secretariat).get("/andre-netvaerk/").content.decode()
    assert "@silkeborg@silkeborg.localhost:8000" in page
    assert followed.inbox in page
    assert deliver_due() == 0
    assert not Delivery.objects.exists()


def test_an_inbox_that_is_gone_is_forgotten(followed: There, item: NewsItem) -> None:
    Follower.objects.update(shared_inbox="")
    followed.status = 410
    tell_due()
    deliver_due()
    assert (Delivery.objects.count(), Follower.objects.count()) == (0, 0)


def test_nothing_is_sent_into_an_own_network(council: Council, settings: Any) -> None:
    for url in ("https://10.0.0.1/i", "https://localhost/i", "http://x.dk/i", "https://x.dk:8/i"):
        with pytest.raises(Refused):
            post(url, body=b"{}", limit=100)
    settings.LOCAL_HOSTS = ["127.0.0.1:1"]
    with pytest.raises(Unreachable):
        post("http://127.0.0.1:1/i", body=b"{}", limit=100)


# --- the key -----------------------------------------------------------------------------------
def test_the_key_lies_encrypted_and_outlives_a_new_secret(
    council: Council, other_council: Council, settings: Any
) -> None:
    row = make_key(by=system(council))
    assert make_key(by=system(council)).pk == row.pk
    key = keys.unseal(row.sealed, str(council.pk))
    assert keys.public_text(key) == row.public
    with pytest.raises(keys.Unreadable):
        keys.unseal(row.sealed, str(other_council.pk))
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another-" + "y" * 50
    with pytest.raises(keys.Unreadable):
        keys.unseal(row.sealed, str(council.pk))
    settings.SECRET_KEY_FALLBACKS = [before]
    assert seal_keys_anew() == 1
    settings.SECRET_KEY_FALLBACKS = []
    sealed = ActorKey.objects.get().sealed
    assert keys.public_text(keys.unseal(sealed, str(council.pk))) == row.public


# --- what is shown -----------------------------------------------------------------------------
def test_the_name_leads_to_the_actor_and_no_other_name_does(council: Council) -> None:
    client = Client(headers={"host": OURS})
    for name in ("acct:silkeborg@silkeborg.localhost:8000", words.actor_id(council)):
        found = client.get("/.well-known/webfinger", {"resource": name})
        assert found["Content-Type"].startswith("application/jrd+json")
        assert found.json()["links"][0]["href"] == words.actor_id(council)
    for name in ("", "acct:andre@silkeborg.localhost:8000", "acct:silkeborg@andre.dk"):
        assert client.get("/.well-known/webfinger", {"resource": name}).status_code == 404


def test_a_post_can_be_fetched_while_its_news_is_out(
    item: NewsItem, secretariat: Principal
) -> None:
    client = Client(headers={"host": OURS})
    found = client.get(f"/ap/nyhed/{item.pk}/").json()
    assert found["url"] == f"http://{OURS}/nyheder/haven-er-aaben/"
    withdraw_news(by=secretariat, item=item, why="Nej")
    assert client.get(f"/ap/nyhed/{item.pk}/").status_code == 404
    assert client.get("/ap/udbakke/").json()["totalItems"] == 0


def test_only_the_office_sees_how_it_goes(member: Principal, client_as: ClientAs) -> None:
    assert client_as(member).get("/andre-netvaerk/").status_code == 403
