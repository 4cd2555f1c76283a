import pytest

from gateway.mail.allowance import Cost, may_spend, shared
from gateway.mail.parse import parse
from gateway.mail.words import decode_words

HEAD = b"From: Ann <ann@x.example>\r\nSubject: =?utf-8?q?h=C3=A4?=\r\n"
PART = b"--b\r\nContent-Type: application/x; %s\r\n\r\nhi\r\n"


def defects_of(parts: bytes) -> tuple[str, ...]:
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--\r\n"
    mail = parse(raw, detect_type=lambda _: "")
    assert mail.subject == "hä"
    assert mail.from_ is not None
    assert mail.from_.address == "ann@x.example"
    return mail.defects


@pytest.mark.parametrize("cost", Cost)
def test_what_is_shared_ends_and_is_named_once(cost: Cost) -> None:
    defects: list[str] = []
    with shared(defects):
        assert may_spend(cost, cost.most - 1)
        assert may_spend(cost)
        assert not may_spend(cost)
        assert not may_spend(cost)
    assert defects == [cost.defect]


def test_one_cost_takes_nothing_from_another_nor_from_the_next_mail() -> None:
    for _ in range(2):
        with shared([]):
            assert may_spend(Cost.WORD, Cost.WORD.most)
            assert may_spend(Cost.GUESS)


def test_outside_a_mail_nothing_is_counted() -> None:
    assert may_spend(Cost.GUESS, Cost.GUESS.most + 1)


def test_encoded_words_beyond_the_allowance_stand_as_they_were_sent() -> None:
    with shared([]):
        may_spend(Cost.WORD, Cost.WORD.most - 1)
        assert decode_words("=?utf-8?q?a?= x =?utf-8?q?b?=") == "a x =?utf-8?q?b?="


def test_names_of_all_parts_share_the_encoded_words() -> None:
    part = PART % (b'name="' + b"=?utf-8?q?a?=" * 300 + b'"')
    assert Cost.WORD.defect not in defects_of(part * 700)
    assert Cost.WORD.defect in defects_of(part * 1_000)


def test_all_parts_share_the_guesses() -> None:
    part = PART % (b'name="' + bytes(range(0xE0, 0xFF)) + b'"')
    assert Cost.GUESS.defect in defects_of(part * (Cost.GUESS.most + 1))


def test_all_parts_share_the_parameters_and_each_has_a_few() -> None:
    many = PART % b"; ".join(b"name*%d*=%%41" % n for n in range(300))
    few = PART % b"charset=x; name*0*=%41; name*1*=%42"
    assert Cost.PARAMETER.defect not in defects_of(many * 100 + few)
    assert Cost.PARAMETER.defect in defects_of(many * 500)
    assert Cost.PARAMETER.defect not in defects_of(few * 5_000)
