"""Small mails that once cost far more than their size: each was measured, and stays within two seconds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import pace
from tests.gateway.mail.test_bounds import HEAD, MAX_RSS_BYTES, cost_of, filled, multipart

HTML = HEAD + b"Content-Type: text/html\r\n\r\nlast word "


def blanks_in_brackets() -> bytes:
    return b"To: <" + b" " * 65_000 + b">\r\n" + HEAD + b"\r\nlast word"


def stars() -> bytes:
    return HEAD + b"\r\nlast word\r\n" + (b"*" * 198 + b"\r\n") * 9_000


def dashes_before_an_attribution() -> bytes:
    return HEAD + b"\r\nlast word\r\n" + (b"a1" + b"-" * 390 + b":\r\n> q\r\n") * 4_900


def dated_lines() -> bytes:
    return HEAD + b"\r\nlast word\r\n" + b"On 2020-01-01 10:00 a@x.example\r\n" * 19_000


def attributes_of_one_tag() -> bytes:
    return HTML + b"<p " + b" ".join(b"a%d" % n for n in range(250_000)) + b">x"


def foreign_elements() -> bytes:
    return HTML + b"<svg>" + b"<tr>" * 400_000


def end_tags_in_comments() -> bytes:
    return HTML + b"<div><!--</div>-->" * 100_000


def end_tags_in_attributes() -> bytes:
    return HTML + b"<div title='</div>'>" * 90_000


def end_tags_in_lists_of_choices() -> bytes:
    return HTML + b"<div><select></div></select>" * 60_000


def formatting_never_closed() -> bytes:
    return HTML + b"<p>" + b"".join(b"<b id=a%d>" % n for n in range(390)) + b"</p>" + b"<p>x</p>" * 100_000


def words_between_cells() -> bytes:
    return HTML + b"<table>" + b"<br>" * 450_000


def links_that_name_many_hosts() -> bytes:
    return HTML + (b"<a href=http://x.example>" + "ä.example ".encode() * 190 + b"</a>") * 800


@pytest.mark.parametrize(
    "build",
    [
        blanks_in_brackets,
        stars,
        dashes_before_an_attribution,
        dated_lines,
        attributes_of_one_tag,
        foreign_elements,
        end_tags_in_comments,
        end_tags_in_attributes,
        end_tags_in_lists_of_choices,
        formatting_never_closed,
        words_between_cells,
        links_that_name_many_hosts,
    ],
    ids=lambda build: build.__name__,
)
def test_a_small_mail_costs_two_seconds_at_most(build: Callable[[], bytes], tmp_path: Path) -> None:
    cost = cost_of(build(), tmp_path)
    assert cost.cpu_seconds < 2
    assert cost.rss_bytes < MAX_RSS_BYTES
    assert "last word" in cost.found["text"]


def blanks_behind_what_may_be_a_delimiter() -> bytes:
    return HEAD + b"Content-Type: multipart/mixed\r\n\r\n--x" + filled(b" ") + b"last word"


def soft_line_ends_with_blanks() -> bytes:
    return HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\nlast word" + filled(b"= \r\n")


def one_folded_field() -> bytes:
    return HEAD + b"X: y\r\n" + filled(b" y\r\n") + b"\r\nlast word"


def short_flowed_lines() -> bytes:
    return HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\nlast word\n" + filled(b"a\n")


def short_signed_lines() -> bytes:
    end = b"\n-----BEGIN PGP SIGNATURE-----\n-----END PGP SIGNATURE-----\n"
    return HEAD + b"\r\nlast word\n-----BEGIN PGP SIGNED MESSAGE-----\n\n" + filled(b"a\n") + end


def short_enriched_lines() -> bytes:
    return HEAD + b"Content-Type: text/enriched\r\n\r\nlast word\n" + filled(b"a\n")


def encoded_words_in_many_parts() -> bytes:
    part = b'--b\r\nContent-Type: application/x; name="' + b"=?utf-8?q?a?=" * 300 + b'"\r\n\r\nhi\r\n'
    return multipart(b"--b\r\n\r\nlast word\r\n" + part * 9_900)


def parameters_of_many_parts() -> bytes:
    name = b"; ".join(b"name*%d*=%%41" % n for n in range(330))
    part = b"--b\r\nContent-Type: application/x; " + name + b"\r\n\r\nhi\r\n"
    return multipart(b"--b\r\n\r\nlast word\r\n" + part * 9_900)


def charsets_of_many_parts() -> bytes:
    part = b"--b\r\nContent-Type: text/plain; charset=nope\r\n\r\n%d \xe0\xe1\xe2\xe3\xe4\xe5\xe6\r\n"
    return multipart(b"--b\r\n\r\nlast word\r\n" + b"".join(part % n for n in range(9_900)))


@pytest.mark.parametrize(
    "build",
    [
        blanks_behind_what_may_be_a_delimiter,
        soft_line_ends_with_blanks,
        one_folded_field,
        short_flowed_lines,
        short_signed_lines,
        short_enriched_lines,
        encoded_words_in_many_parts,
        parameters_of_many_parts,
        charsets_of_many_parts,
    ],
    ids=lambda build: build.__name__,
)
def test_a_mail_of_the_largest_size_costs_five_seconds_at_most(
    build: Callable[[], bytes], tmp_path: Path
) -> None:
    cost = cost_of(build(), tmp_path)
    assert cost.cpu_seconds < pace.seconds(5)
    assert cost.rss_bytes < MAX_RSS_BYTES
    assert "last word" in cost.found["text"]
