"""What is for whoever runs the system does not stand on the public port."""

import httpx

from tests.conftest import free_port
from tests.integration.gateway.conftest import Street


async def test_metrics_and_status_have_a_port_of_their_own(street: Street) -> None:
    port = free_port()
    door = await street.gateway(ops_port=port)
    for path in ("/metrics", "/status"):
        assert (await door.client.get(path)).status_code == 404
    assert [(await door.client.get(path)).status_code for path in ("/health", "/ready")] == [200, 200]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as scraper:
        assert (await scraper.get("/status")).json()["service"] == "gateway"
        assert b"http_request_seconds" in (await scraper.get("/metrics")).content
        assert (await scraper.get("/whoami")).status_code == 404
        # What stands before every door stands before these too.
        unknown = await scraper.get("/nothing")
        assert (unknown.json()["code"], unknown.headers["X-Content-Type-Options"]) == (
            "shared.route_unknown",
            "nosniff",
        )
        refused = await scraper.post("/status")
        assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


async def test_a_service_behind_the_gateway_keeps_them(street: Street) -> None:
    finance = await street.house.listen("finance", "api")
    assert [(await finance.client.get(path)).status_code for path in ("/metrics", "/status")] == [200, 200]
