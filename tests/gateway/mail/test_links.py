import time

import pytest

from gateway.mail.links import addresses_in, with_targets


def link(href: str, words: str) -> str:
    return with_targets(f'<a href="{href}">{words}</a>')


@pytest.mark.parametrize(
    ("href", "words", "host"),
    [
        ("https://evil.example/x", "https://bank.example/login", "evil.example"),
        ("https://evil.example/", "www.bank.example", "evil.example"),
        ("https://evil.example/", "<b>bank</b>.example", "evil.example"),
        ("https://bank.example.evil.example/", "bank.example", "bank.example.evil.example"),
        ("https://bank.example@evil.example/", "log in", "evil.example"),
        ("https://b&#97;nk.example@evil.example/", "log in", "evil.example"),
        ("https://xn--bnk-rbb.example/", "bank.example", "xn--bnk-rbb.example"),
        ("mailto:ann@evil.example?subject=x", "ann@bank.example", "evil.example"),
        ("https://evil.example:8443/", "See BANK.example now", "evil.example"),
    ],
)
def test_a_link_that_names_another_host_shows_its_own(href: str, words: str, host: str) -> None:
    assert f"</a> <small>(→ {host})</small>" in link(href, words)


@pytest.mark.parametrize(
    ("href", "words"),
    [
        ("https://bank.example/login", "https://bank.example/login"),
        ("https://www.bank.example/", "bank.example"),
        ("https://bank.example/", "login.bank.example"),
        ("https://bank.example/", "BANK.EXAMPLE"),
        ("https://xn--mnchen-3ya.example/", "münchen.example"),
        ("https://bank.example/", "here"),
        ("https://bank.example/", "version 1.2.3"),
        ("mailto:ann@bank.example", "ann@bank.example"),
        ("tel:+49301234567", "030 1234567"),
        ("https://[", "bank.example"),
    ],
)
def test_a_link_that_says_what_it_is_stays_as_it_is(href: str, words: str) -> None:
    assert "<small>" not in link(href, words)


def test_the_title_gives_the_target() -> None:
    assert link("https://x.example/?a=1&amp;b=2", "x") == (
        '<a href="https://x.example/?a=1&amp;b=2" title="https://x.example/?a=1&amp;b=2">x</a>'
    )


def test_what_leads_nowhere_says_nothing() -> None:
    assert with_targets("<a>bank.example</a></a><p>x</p>") == "<a>bank.example</a></a><p>x</p>"
    assert with_targets("<p>x</p>") == "<p>x</p>"


def test_a_link_in_a_link_is_read_as_its_own() -> None:
    html = '<a href="https://a.example">x<a href="https://b.example">a.example</a>'
    assert with_targets(html).endswith("a.example</a> <small>(→ b.example)</small>")


def test_a_name_that_is_none_is_shown_as_it_stands() -> None:
    name = "ä" * 70
    assert f"(→ {name}.example)" in link(f"https://{name}.example/", "bank.example")
    long = f"{'a.' * 200}example"
    assert f"(→ {long[:253]})" in link(f"https://{long}/", "bank.example")


def test_twice_the_links_cost_twice_the_time() -> None:
    def seconds(count: int) -> float:
        html = '<a href="https://x.example/">see y.example or a.b.c.d.e.f</a>' * count
        began = time.process_time()
        with_targets(html)
        return time.process_time() - began

    half = min(seconds(5_000) for _ in range(3))
    assert min(seconds(10_000) for _ in range(2)) < 4 * half + 0.1


def test_addresses_in_a_text_end_before_the_sentence_does() -> None:
    text = "See (https://a.example/x_y), HTTP://B.example! or ftp://c.example"
    assert list(addresses_in(text)) == [(5, "https://a.example/x_y"), (29, "HTTP://B.example")]
