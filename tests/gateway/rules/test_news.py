from gateway.rules.news import Kind, News, channel, decode, encode

NEWS = (News(1, Kind.TICKET, 7), News(1, Kind.PEOPLE, 7, 3, "writing", "abc"), News(0, Kind.SESSIONS, 0, 3))


def test_what_is_told_arrives_as_it_was() -> None:
    assert decode(encode(NEWS)) == NEWS
    assert decode(encode(NEWS).encode()) == NEWS


def test_words_of_another_release_are_left_out() -> None:
    assert decode('[[1,"weather",3,0,"",""],[1,"ticket",7,0,"","","more"],[1,"draft",2]]') == (
        News(1, Kind.TICKET, 7),
        News(1, Kind.DRAFT, 2),
    )


def test_what_is_no_news_says_nothing() -> None:
    assert [decode(text) for text in ("", "{", "7", '{"a":1}', "[7]", "[[]]")] == [()] * 6


def test_each_database_of_a_queue_server_has_a_channel() -> None:
    assert channel(0) != channel(1)
