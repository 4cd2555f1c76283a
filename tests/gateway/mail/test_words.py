import pytest

from gateway.mail.words import decode_words, unbase64


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?UTF-8?Q?Gr=C3=BC=C3=9Fe?= aus =?iso-8859-1?q?K=F6ln?=", "Grüße aus Köln"),
        ("=?utf-8?q?one?= \t =?utf-8?q?two?=", "onetwo"),
        ("=?utf-8?b?w4M=?= =?iso-8859-1?q?=FC?=", "Ãü"),
        ("=?utf-8?b?4oI=?= =?utf-8?b?rA==?=", "€"),
        ("=?utf-8*en?q?hello?=", "hello"),
        ("=?utf-8?b?R3LDvMOfZQ?=", "Grüße"),
        ("=?utf-8?q?cut off", "cut off"),
        ("=?utf-8?x?strange?=", "=?utf-8?x?strange?="),
        ("=?no end", "=?no end"),
        ("=?utf-8?q?two_words?= =?utf-8?q?_more?=", "two words more"),
        ("=?utf-8?q?a=0D=0AX-Injected:_1?=", "a X-Injected: 1"),
    ],
)
def test_encoded_words_are_read_also_in_broken_forms(value: str, text: str) -> None:
    assert decode_words(value) == text


def test_many_unfinished_words_cost_linear_time() -> None:
    assert decode_words("=?" * 30_000).startswith("=?")


@pytest.mark.parametrize("octets", [b"aGVsbG8", b"aGVsbG8=", b"aGV\r\nsbG8", b"aGVsb*G8=", b"aGVsbG8=="])
def test_base64_needs_neither_padding_nor_purity(octets: bytes) -> None:
    assert unbase64(octets) == b"hello"


def test_a_lone_last_letter_of_base64_is_let_go() -> None:
    assert unbase64(b"aGVsbG8gA") == b"hello "
