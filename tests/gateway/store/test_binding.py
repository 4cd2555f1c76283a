"""What the work at hand is bound to, and for how long."""

import threading
from contextvars import copy_context

from gateway.store import binding


def test_whatever_serves_all_is_bound_to_all() -> None:
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(binding.present()))
    thread.start()
    thread.join()
    assert (binding.present(), seen) == ("all", ["all"])


def test_a_request_is_nobodys_then_an_accounts_and_then_over() -> None:
    def request() -> list[str]:
        told = []
        for step in (binding.bind_nobody, lambda: binding.bind(7), binding.release):
            step()
            told.append(binding.present())
        return told

    assert copy_context().run(request) == ["none", "7", "all"]
    assert binding.present() == "all"


def test_a_block_gives_back_what_was_before() -> None:
    with binding.to_account(7):
        with binding.everywhere():
            assert binding.present() == "all"
        elsewhere = binding.present()
    with binding.held(elsewhere):
        assert binding.present() == "7"
    assert binding.present() == "all"
