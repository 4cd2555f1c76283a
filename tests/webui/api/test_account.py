from flask.testing import FlaskClient

from tests.webui.cast import World


def test_the_ledger_adds_up_for_each_account_alone(client: FlaskClient, world: World) -> None:
    ours = client.get("/api/v1/ledger", headers=world.ours.headers).json
    assert ours == {
        "offered": 1,
        "tickets": 1,
        "follow_ups": 0,
        "duplicates": 0,
        "quarantined": 0,
        "refused": 0,
        "pending": 0,
    }
    theirs = client.get("/api/v1/ledger", headers=world.stranger.headers).json
    assert theirs is not None
    assert set(theirs.values()) == {0}


def test_each_account_sees_its_mailboxes(client: FlaskClient, world: World) -> None:
    for business in (world.ours, world.stranger):
        boxes = client.get("/api/v1/mailboxes", headers=business.headers).json
        assert boxes is not None
        (box,) = boxes["items"]
        assert set(box) == {"id", "address", "forwarding_address", "name"}
        assert box["address"] == f"help@{business.name}.example"
        assert box["forwarding_address"].endswith("@desk.localhost")
