"""What a page keeps from people, as axe finds it."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{page.url} {v['id']}: {node['html'][:120]}" for v in found for node in v["nodes"]]
