"""What a page keeps from people, as axe finds it."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Between two colours a word may be faint for a moment: a page is looked at when it is still.
STILL = """() => Promise.allSettled(document.getAnimations()
  .filter((animation) => animation.effect.getComputedTiming().endTime !== Infinity)
  .map((animation) => animation.finished))"""


def violations(page: Page) -> list[str]:
    page.evaluate(STILL)
    found = Axe().run(page).response["violations"]
    return [f"{page.url} {v['id']}: {node['html'][:120]}" for v in found for node in v["nodes"]]
