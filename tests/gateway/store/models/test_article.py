"""Articles and files."""

from sqlalchemy import delete, select

from gateway.store import session
from gateway.store.models import Article, Intake
from tests.world import World, mail


def test_an_article_outlives_its_intake(world: World) -> None:
    world.receive(mail())
    with session.transaction() as db:
        db.execute(delete(Intake))
        kept = db.execute(select(Article.intake_id, Article.raw_sha256)).one()
    assert kept.intake_id is None
    assert kept.raw_sha256
