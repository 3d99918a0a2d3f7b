"""Keycloak 26 with the county's realm: each kind of caller gets a token that gateway and service read as meant."""

import math
import time

import pytest

from shared.doors.tokens import CLAIMS, LONGEST_SECONDS, WHY, verify_until
from shared.ground.context import ROLES, Caller, Role
from tests.keycloak import APP_REDIRECT
from tests.keycloak.conftest import County, Desk

AREA = "140927200201"
# Each kind of person, as the administrator describes him beside his group.
PEOPLE: dict[Role, dict[str, str]] = {
    "county": {"area": AREA[:6]},
    "township": {"area": AREA[:9]},
    "village": {"area": AREA},
    "team": {"area": AREA},
    "helper": {"area": AREA},
    "department": {"area": AREA[:6], "unit": "water"},
    "bank": {"bank": "rcu"},
    "insurer": {},
    "entity": {"unit": "ent-01"},
    "auditor": {"area": AREA[:4]},
    "surveyor": {"area": AREA[:6]},
    "villager": {"area": AREA, "person": "0b5d4f0a-3f9b-4a55-8f0e-6d2a5c1e7b90"},
}
MACHINES: dict[str, Caller] = {
    "bank-xinhe": Caller("bank-xinhe", "bank", bank="xinhe"),
    "bank-rcu": Caller("bank-rcu", "bank", bank="rcu"),
    "county-archive": Caller("county-archive", "subscriber", AREA[:6]),
}
# Who may read loans, and exits.
READ_LOANS = {"county", "township", "village", "team", "villager", "bank", "auditor"}
READ_EXITS = {"county", "subscriber"}


async def let_in(county: County, token: str, caller: Caller) -> None:
    """Both doors know him for who he is, and open what is his role's."""
    me = await county.get("/whoami", token)
    assert me.status_code == 200, me.text
    assert me.json().items() <= {name: getattr(caller, name) for name in Caller.__slots__}.items()
    keys, issuer = county.gateway.app.state.keys.known, county.gateway.app.state.settings.issuer
    bearer = verify_until(token, keys, issuer=issuer, audience="shenchi", dev_allowed=False)
    assert bearer.caller == caller
    assert bearer.expires - bearer.issued <= LONGEST_SECONDS
    loans = await county.get("/finance/v1/loans", token)
    assert loans.status_code == (200 if caller.role in READ_LOANS else 403), loans.text
    exits = await county.get("/feed/exits", token)
    assert exits.status_code == (200 if caller.role in READ_EXITS else 403), exits.text


async def test_people_are_who_the_administrator_says(desk: Desk, county: County) -> None:
    for role, attributes in PEOPLE.items():
        username = f"li.{role}"
        made = await desk.person(username, role, **attributes)
        assert made.status_code == 201, made.text
        tokens = await desk.login(username)
        await let_in(county, tokens["access_token"], Caller(username, role, **attributes))


@pytest.mark.parametrize("client", MACHINES)
async def test_machines_sign_for_their_tokens(desk: Desk, county: County, client: str) -> None:
    await let_in(county, await desk.machine(client), MACHINES[client])


async def test_nobody_signs_twice_or_for_another(desk: Desk) -> None:
    once = desk.signed("bank-rcu")
    assert (await desk.token(**once)).status_code == 200
    for form in (
        once,
        desk.signed("bank-rcu", key="bank-xinhe"),
        desk.signed("bank-rcu", aud="https://other.example"),
        desk.signed("bank-rcu", exp=int(time.time()) - 60),
        {"grant_type": "client_credentials", "client_id": "bank-rcu", "client_secret": "secret"},
    ):
        answer = await desk.token(**form)
        assert answer.status_code in (400, 401), answer.text
        assert "access_token" not in answer.json()


async def test_an_app_renews_with_a_token_that_works_once(desk: Desk, county: County) -> None:
    await desk.person("wang", "county", area=AREA[:6])
    first = await desk.login("wang")
    renewal = {"grant_type": "refresh_token", "client_id": "app"}
    second = (await desk.token(**renewal, refresh_token=first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    await let_in(county, second["access_token"], Caller("wang", "county", AREA[:6]))
    stolen = await desk.token(**renewal, refresh_token=first["refresh_token"])
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")


async def test_an_app_gets_tokens_by_its_one_flow_alone(desk: Desk) -> None:
    await desk.person("zhao", "county", area=AREA[:6])
    password = await desk.token(grant_type="password", client_id="app", username="zhao", password="any")
    assert (password.status_code, password.json()["error"]) == (400, "unauthorized_client")
    unproven = await desk.screen()
    assert "error=invalid_request" in unproven.headers["Location"]
    assert "code_challenge" in unproven.headers["Location"]
    implicit = await desk.screen(response_type="token", nonce="n")
    assert "error=unauthorized_client" in implicit.headers["Location"]
    elsewhere = await desk.screen(redirect_uri="https://other.example/")
    assert elsewhere.status_code == 400


async def test_tokens_of_another_kind_are_refused(desk: Desk, county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.person("sun", "county", area=AREA[:6])
    foreign = {
        "clientId": "foreign", "publicClient": True, "redirectUris": [APP_REDIRECT], "fullScopeAllowed": False,
        "attributes": {"access.token.header.type.rfc9068": "true"}, "defaultClientScopes": [],
    }  # fmt: skip
    made = await desk.admin("POST", "/clients", json=foreign)
    assert made.status_code == 201, made.text
    tokens = await desk.login("sun")
    assert await county.refusal(tokens["access_token"]) == ""
    assert WHY["other_audience"] in await county.refusal((await desk.login("sun", "foreign"))["access_token"])
    assert WHY["no_access_token"] in await county.refusal(tokens["id_token"])
    assert WHY["not_signed_here"] in await county.refusal(tokens["refresh_token"])
    later = time.time() + LONGEST_SECONDS
    monkeypatch.setattr(time, "time", lambda: later)
    assert WHY["expired"] in await county.refusal(tokens["access_token"])


async def test_who_is_not_described_whole_is_let_in_nowhere(desk: Desk, county: County) -> None:
    for username, group, attributes in (
        ("qian.nobody", "", {"area": AREA[:6]}),
        ("qian.chosen", "", {"area": AREA[:6], "role": "county"}),  # the role is the group's alone
        ("qian.nowhere", "county", {}),
        ("qian.village", "village", {"area": AREA[:9]}),
        ("qian.banker", "bank", {}),
        ("qian.other", "county", {"area": AREA[:6], "bank": "rcu"}),
        ("qian.villager", "villager", {"area": AREA}),
    ):
        assert (await desk.person(username, group, **attributes)).status_code == 201
        assert WHY["claims"] in await county.refusal((await desk.login(username))["access_token"]), username


async def test_the_administrator_cannot_write_what_is_none(desk: Desk) -> None:
    for username, attributes in (
        ("zhou", {"area": AREA[:5]}),
        ("zhou", {"bank": "no-such-bank"}),
        ("system:registry", {}),
        ("zhou\\wu", {}),
        ("zh\u043eu", {}),  # a Cyrillic o
    ):
        answer = await desk.person(username, "", **attributes)
        assert answer.status_code == 400, (username, attributes)


async def test_a_new_key_is_found_and_a_withdrawn_one_ends(desk: Desk, county: County) -> None:
    def time_passes() -> None:
        """Long enough that the issuer may be asked again."""
        for door in (county.gateway, county.finance):
            door.app.state.keys.asked_at = -math.inf

    async def seen() -> list[str]:
        return [key.kid for key in county.gateway.app.state.keys.known if key.kid]

    before = await desk.machine("bank-rcu")
    assert await county.refusal(before) == ""
    (old,) = (await desk.admin("GET", "/components", params={"name": "rsa-generated"})).json()
    new = {"name": "rsa-new", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider",
           "config": {"priority": ["200"], "algorithm": ["RS256"]}}  # fmt: skip
    assert (await desk.admin("POST", "/components", json=new)).status_code == 201
    after = await desk.machine("bank-rcu")
    known = await seen()
    assert WHY["not_signed_here"] in await county.refusal(after)  # nobody makes us ask at every request
    time_passes()
    assert await county.refusal(after) == ""
    assert len(await seen()) == len(known) + 1
    assert await county.refusal(before) == ""  # both are in force
    assert (await desk.admin("DELETE", f"/components/{old['id']}")).status_code == 204
    time_passes()
    await county.refusal(after)  # by which the keys are read anew, beside the request
    await county.gateway.app.state.keys.renewal
    await county.finance.app.state.keys.renewal
    assert WHY["not_signed_here"] in await county.refusal(before)
    assert await county.refusal(after) == ""


def test_the_table_above_is_whole() -> None:
    roles = {*PEOPLE, *(caller.role for caller in MACHINES.values())}
    assert roles == ROLES - {"system"}
    assert CLAIMS == ("sub", "role", "area", "bank", "unit", "person")
