"""The sample account, whole."""

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway import clock
from gateway.cli import demo
from gateway.cli.demo import Demo
from gateway.cli.parts import Stage
from gateway.desk import passwords, people, signin
from gateway.errors import Conflict, Invalid
from gateway.rules.access import Sight
from gateway.rules.status import Status
from gateway.settings import Settings, load
from gateway.store import intake, newsmail, outbox, session
from gateway.store.models import Notification
from gateway.store.outbox import Topic
from gateway.store.queries.articles import get_detail
from gateway.store.queries.customers import list_customers
from gateway.store.queries.tickets import TicketFilter, TicketRow, list_tickets
from tests.databases import Databases

ACCOUNT = 1


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = load(data_dir=tmp_path_factory.mktemp("demo") / "data", demo=True)
    made.root.mkdir()
    return made


@pytest.fixture(scope="module")
def prepared(settings: Settings, databases: Databases) -> Iterator[Demo]:
    databases.lay(settings.effective_database_url)
    session.configure(settings.effective_database_url)
    made = demo.prepare(settings)
    yield made
    made.listener.close()
    session.dispose()


@pytest.fixture
def rows(prepared: Demo, settings: Settings) -> dict[str, TicketRow]:
    """The tickets by their first word."""
    session.configure(settings.effective_database_url)
    with session.reading() as db:
        page = list_tickets(db, Sight(ACCOUNT), TicketFilter(), limit=100)
    return {row.subject.split()[0]: row for row in page.items}


def test_a_dozen_tickets_in_every_state_stand_ready(rows: dict[str, TicketRow]) -> None:
    assert len(rows) >= 12
    found = {row.status for row in rows.values()}
    assert found == {Status.NEW, Status.OPEN, Status.PENDING, Status.CLOSED}
    assert len({row.created_at.date() for row in rows.values()}) >= 5


def test_nothing_of_the_samples_is_mailed_to_their_owner(prepared: Demo) -> None:
    with session.reading() as db:
        told = db.execute(select(Notification.at)).scalars().all()
        assert told
        waiting = [newsmail.list_waiting(db, now=at + timedelta(hours=12)) for at in told]
    assert any(waiting)
    assert not any(person.wanted for found in waiting for person in found)


def test_customers_have_their_people(rows: dict[str, TicketRow]) -> None:
    with session.reading() as db:
        found = list_customers(db, Sight(ACCOUNT)).items
    assert len(found) == 6
    assert all(customer.contact_count for customer in found)
    assert rows["VPN"].customer is not None
    assert rows["Anfrage:"].customer is None


def test_a_strangers_mail_is_kept_apart_from_the_ticket_it_names(rows: dict[str, TicketRow]) -> None:
    assert rows["AW:"].maybe_belongs_to == rows["Internet"].number


def test_everything_offered_is_filed_and_nothing_is_owed(rows: dict[str, TicketRow]) -> None:
    with session.reading() as db:
        ledger = intake.ledger(db, ACCOUNT)
        owed = {topic: outbox.depth(db, topic) for topic in Topic}
        details = [get_detail(db, Sight(ACCOUNT), row.number) for row in rows.values()]
    assert (ledger.tickets, ledger.pending, ledger.duplicates) == (len(rows), 0, 0)
    assert not any(count for topic, count in owed.items() if topic is not Topic.PREVIEW)  # workers make those
    articles = [article for detail in details for article in detail.articles]
    assert {delivery.state for article in articles for delivery in article.deliveries} == {"sent"}
    assert [article.defects for article in articles if article.defects] == []


def test_a_second_start_makes_nothing_twice(prepared: Demo, rows: dict[str, TicketRow]) -> None:
    again = demo.prepare(prepared.settings.with_values(postbox_port=0))
    again.listener.close()
    assert again.password == prepared.password
    with session.reading() as db:
        assert len(list_tickets(db, Sight(ACCOUNT), TicketFilter(), limit=100).items) == len(rows)


def test_the_password_signs_in_and_only_the_operator_can_read_it(prepared: Demo, settings: Settings) -> None:
    session.configure(settings.effective_database_url)
    with session.reading() as db:
        known = signin.find_credentials(db, demo.LOGIN)
    assert known is not None
    assert passwords.check(known.password_hash, prepared.password)
    assert f"Sign in as demo with the password {prepared.password}" in prepared.welcome
    assert stat.S_IMODE((settings.demo_dir / "password").stat().st_mode) == 0o600


def test_outgoing_mail_ends_in_the_postbox_unless_a_server_is_set(prepared: Demo) -> None:
    made = prepared.settings
    assert made.relay_url.get_secret_value() == made.postbox_url
    port = prepared.listener.getsockname()[1]
    assert made.postbox_url == f"smtp://127.0.0.1:{port}"
    own = demo.prepare(made.with_values(postbox_port=0, relay_url="smtp://mail.example"))
    own.listener.close()
    assert own.settings.relay_url.get_secret_value() == "smtp://mail.example"


def test_the_postbox_runs_on_the_open_socket_and_stops_after_those_who_send(prepared: Demo) -> None:
    part = prepared.part
    assert part.argv == ("postbox", "--fd", str(prepared.listener.fileno()))
    assert part.fds == (prepared.listener.fileno(),)
    assert part.stage is Stage.QUEUE


def test_an_account_of_ones_own_is_left_alone(tmp_path: Path, databases: Databases) -> None:
    settings = load(data_dir=tmp_path / "data", demo=True)
    databases.lay(settings.effective_database_url)
    session.configure(settings.effective_database_url)
    with session.transaction() as db:
        people.create_account(
            db, login="demo", email="me@office.example", name="", password_hash="x", now=clock.now()
        )
    with pytest.raises(Conflict, match="another data directory"):
        demo.prepare(settings)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "desk.example", "::"])
def test_the_demo_stays_on_this_machine_unless_told_otherwise(tmp_path: Path, host: str) -> None:
    with pytest.raises(Invalid, match="M4A_DEMO_ANYWHERE"):
        load(data_dir=tmp_path, demo=True, web_host=host)
    assert load(data_dir=tmp_path, demo=True, web_host=host, demo_anywhere=True).demo
    assert load(data_dir=tmp_path, demo=True, web_host="::1").demo
