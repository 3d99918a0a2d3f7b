"""What `shenchi people` prints: tokens of people whom the running county knows, and what they may be tried on.

Who that is the county itself is asked, as its office asks it; nobody is invented here.
"""

import json
import shlex
import sys
import uuid
from collections.abc import Callable
from typing import Any

from deploy.local.issuer import COUNTY, development_token, signing_key
from deploy.local.state import State, Trouble
from deploy.local.supervisor import GATEWAY, fetch

Row = dict[str, Any]
Ask = Callable[[str], Row]
ANSWERS_WITHIN_S = 30
HELPERS = 50  # so many are looked at for one who still helps a poor household
POOR = ("poor", "returned")


def print_people(state: State) -> None:
    """Lines of `export NAME=value` for a shell; what the county has none of yet is told on stderr.

    Raises:
        Trouble: the county does not answer, or nobody helps anybody yet.
    """
    for name, value in people(state).items():
        if value is None:
            print(f"There is none yet for {name}.", file=sys.stderr)
        else:
            print(f"export {name}={shlex.quote(value)}")


def people(state: State) -> dict[str, str | None]:
    """Values by name; None: the county has none yet."""
    key = signing_key(state.folder)

    def ask(path: str) -> Row:
        token = development_token(key, "dev-county", "county", COUNTY)
        answer = fetch(state.ports[GATEWAY], path, ANSWERS_WITHIN_S, token)
        if answer is None or answer[0] != 200:
            raise Trouble(f"The county does not answer {path}: see `shenchi status`.")
        found: Row = json.loads(answer[1])
        return found

    helper, household = helped(ask)
    batch = first(ask, "/industry/v1/payouts/batches?state=checked", "/industry/v1/payouts/batches?state=closed")
    loan = first(ask, f"/finance/v1/loans?state=disbursed{'&bank=' + batch['bank'] if batch else ''}")
    bank = (batch or loan or {}).get("bank")
    rounds = ask("/relocation/v1/allocation/rounds")["items"]
    return {
        "OFFICIAL": development_token(key, "dev-county", "county", COUNTY),
        "CADRE": development_token(key, helper["subject"], "helper", helper["division"]),
        "BANK": bank and development_token(key, f"bank-{bank}", "bank", bank=bank),
        "VILLAGER": development_token(
            key, "dev-villager", "villager", household["division"], person=household["people"][0]["reference"]
        ),
        "SUB": development_token(key, "county-archive", "subscriber", COUNTY),
        "HOUSEHOLD": household["id"],
        "VILLAGE": household["division"],
        "LOAN_NO": loan and loan["loan_no"],
        "BATCH": batch and batch["id"],
        "ROUND": next((r["id"] for r in rounds if r["state"] == "drawn"), None),
        "VISIT": str(uuid.uuid4()),  # as a phone makes it up
        "DAY": ask("/clock")["business_date"],
    }


def helped(ask: Ask) -> tuple[Row, Row]:
    """A helper and a household that is his and poor still, with its people."""
    for helper in ask(f"/assessment/v1/teams/cadres?role=helper&limit={HELPERS}")["items"]:
        for pairing in ask(f"/assessment/v1/teams/pairings?cadre_id={helper['id']}")["items"]:
            if pairing["ends_on"] is None and pairing["division"].startswith(helper["division"]):
                household = ask(f"/registry/v1/households/{pairing['household_id']}")
                if household["status"] in POOR and household["people"]:
                    return helper, household
    raise Trouble("Nobody helps a household yet: play the year with `shenchi year`, or wait until February is played.")


def first(ask: Ask, *lists: str) -> Row | None:
    """The first item of the first list that has one."""
    found = (item for path in lists for item in ask(f"{path}&limit=1")["items"])
    return next(found, None)
