import pytest

from gateway.mail.body import Segment
from gateway.mail.shown import Shown, show


# The HTML of one program each, cut to what tells its quotes.
PROGRAMS = [
    pytest.param(
        '<div dir="ltr">Yes, it works.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">XX Foo bar Ann &lt;<a href="mailto:a@x.example">a@x.example</a>&gt; ezt xyz:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex"><div>Is it?</div></blockquote></div>',
        "Yes, it works.",
        id="gmail",
    ),
    pytest.param(
        '<div class=WordSection1><p class=MsoNormal>Ja, geht.</p><p class=MsoNormal><o:p>&nbsp;</o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class=MsoNormal><b>Von:</b> Ann &lt;a@x.example&gt; <br><b>Gesendet:</b> Montag, 3. Juni 2024 10:00<br><b>An:</b> Bob<br><b>Betreff:</b> x</p></div><p>Geht es?</p></div>',
        "Ja, geht.",
        id="outlook",
    ),
    pytest.param(
        '<div>Igen.</div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><font><b>Xyz:</b> Ann<br><b>Abc:</b> 2024</font></div><div>Older</div>',
        "Igen.",
        id="outlook-odd-language",
    ),
    pytest.param(
        '<div>Ok thanks<br></div><div id="ms-outlook-mobile-signature"><div><br></div>Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div><hr><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Ann &lt;a@x.example&gt;<br><b>Sent:</b> Monday, June 3, 2024<br><b>To:</b> Bob<br><b>Subject:</b> x</div><div>Older</div>',
        "Ok thanks",
        id="outlook-ios",
    ),
    pytest.param(
        '<div class="elementToProof">Fine.</div><div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg"><span><b>De :</b>&nbsp;Ann &lt;a@x.example&gt;<br><b>Envoyé :</b>&nbsp;lundi 3 juin 2024<br><b>À :</b>&nbsp;Bob<br><b>Objet :</b>&nbsp;x</span></div><p>Older</p>',
        "Fine.",
        id="outlook-new",
    ),
    pytest.param(
        '<html><body>Works.<div><br><blockquote type="cite"><div>On 3 Jun 2024, at 10:00, Ann &lt;a@x.example&gt; wrote:</div><br class="Apple-interchange-newline"><div>Older</div></blockquote></div><br></body></html>',
        "Works.",
        id="apple",
    ),
    pytest.param(
        '<div dir="ltr">Danke</div><div dir="ltr"><br><blockquote type="cite">Am 03.06.2024 um 10:00 schrieb Ann &lt;a@x.example&gt;:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">Older</div></blockquote>',
        "Danke",
        id="apple-ios",
    ),
    pytest.param(
        '<div>Danke</div><br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Von meinem iPhone gesendet</div><div dir="ltr"><br><blockquote type="cite">Am 03.06.2024 um 10:00 schrieb Ann &lt;a@x.example&gt;:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">Older</div></blockquote>',
        "Danke",
        id="apple-sig",
    ),
    pytest.param(
        '<p>Ok.</p><div class="moz-cite-prefix">Den 3. kk 2024 Foo Ann bla:<br></div><blockquote type="cite" cite="mid:1@x"><p>Older</p></blockquote><p></p><pre class="moz-signature" cols="72">-- \nBob\nExample</pre>',
        "Ok.",
        id="thunderbird",
    ),
    pytest.param(
        '<div class="moz-cite-prefix">Am 03.06.24 um 10:00 schrieb Ann:<br></div><blockquote type="cite" cite="mid:1@x"><p>Older</p></blockquote><p>Unten steht die Antwort.</p>',
        "Unten steht die Antwort.",
        id="thunderbird-bottom",
    ),
    pytest.param(
        '<div class="ydp1yahoo-style-wrap"><div dir="ltr">Thanks!</div><div><br></div></div><div id="yahoo_quoted_3317" class="yahoo_quoted"><div><div>On Monday, June 3, 2024 at 10:00:00 AM GMT+2, Ann &lt;a@x.example&gt; wrote:</div><div><br></div><div>Older</div></div></div>',
        "Thanks!",
        id="yahoo",
    ),
    pytest.param(
        '<div>Fine.</div><div class="protonmail_signature_block"><div>Sent with <a href="https://proton.me/">Proton Mail</a> secure email.</div></div><div><br></div><div class="protonmail_quote"> On Monday, June 3rd, 2024 at 10:00, Ann &lt;a@x.example&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">Older</blockquote><br></div>',
        "Fine.",
        id="proton",
    ),
    pytest.param(
        '<html><body><div>Danke</div><div><div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5;"><div style="margin:0 0 10px 0;"><b>Gesendet:</b>&nbsp;Montag, 03. Juni 2024 um 10:00 Uhr<br/><b>Von:</b>&nbsp;"Ann" &lt;a@x.example&gt;<br/><b>An:</b>&nbsp;b@x.example<br/><b>Betreff:</b>&nbsp;x</div><div>Older</div></div></div></body></html>',
        "Danke",
        id="gmx",
    ),
    pytest.param(
        '<div>Merci</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>De: </b>"Ann" &lt;a@x.example&gt;<br><b>À: </b>"Bob"<br><b>Envoyé: </b>Lundi 3 Juin 2024 10:00:00<br><b>Objet: </b>x<br></div><br><div>Older</div>',
        "Merci",
        id="zimbra",
    ),
    pytest.param(
        '<div>Да</div><div> </div><div>03.06.2024, 10:00, "Ann" &lt;a@x.example&gt;:</div><blockquote type="cite"><p>Older</p></blockquote>',
        "Да",
        id="yandex",
    ),
    pytest.param(
        "<HTML><BODY>Да<br><br><br>Понедельник,  3 июня 2024, 10:00 +03:00 от Ann &lt;a@x.example&gt;:<br><blockquote>Older</blockquote></BODY></HTML>",
        "Да",
        id="mailru",
    ),
    pytest.param(
        "<p>Ok</p><table><tr><td><b>From:</b></td><td>Ann &lt;a@x.example&gt;</td></tr><tr><td><b>Sent:</b></td><td>Monday</td></tr><tr><td><b>To:</b></td><td>Bob</td></tr><tr><td><b>Subject:</b></td><td>x</td></tr></table><p>Older</p>",
        "Ok",
        id="table-fields",
    ),
    pytest.param(
        "<div><div>Reply</div><div><div>On 11-Apr-2011, at 6:54 PM, Bob wrote:</div><div>Test</div></div></div>",
        "Reply",
        id="ms-nested",
    ),
]


def shown(*segments: Segment) -> tuple[Shown, list[str]]:
    defects: list[str] = []
    return show(segments, defects), defects


def test_nothing_shows_nothing() -> None:
    assert shown() == (Shown(None, "", ""), [])


def test_plain_text_has_no_html() -> None:
    assert shown(Segment("\n \nhello\n", None))[0] == Shown(None, "hello", "hello")


def test_plain_text_wins_over_the_html_beside_it() -> None:
    found = shown(Segment("plain", "<p onclick=x>html</p>"))[0]
    assert (found.html, found.text) == ("<p>html</p>", "plain")


def test_html_alone_gives_its_text_and_its_quotes_are_history() -> None:
    html = "<p>Yes.</p><p>On 3 May 2024 Ann &lt;a@x.example&gt; wrote:</p><blockquote>Is it?</blockquote>"
    found = shown(Segment(None, html))[0]
    assert found.reply_text == "Yes."
    assert "Is it?" in found.text
    assert ">" not in found.text.replace("<a@x.example>", "")


def test_an_answer_in_html_between_quotes_keeps_its_question_set_in() -> None:
    html = (
        '<div class="gmail_attr">On Mon, Jun 3, 2024 Ann &lt;a@x.example&gt; wrote:</div>'
        "<blockquote>on?</blockquote><p>Yes.</p><blockquote>paper?</blockquote><p>No.</p>"
    )
    found = shown(Segment(None, html))[0].reply_text.split("\n")
    assert [line for line in found if line][1:] == ["  on?", "Yes.", "  paper?", "No."]


def test_marks_of_structure_are_ours_alone() -> None:
    found = shown(Segment("\ufdd3all of this is new", None))[0]
    assert found == Shown(None, "all of this is new", "all of this is new")


def test_a_forward_by_its_subject_is_no_quote() -> None:
    segment = Segment("see\n\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: x\n\nbroken", None)
    assert show([segment], []).reply_text == "see"
    assert show([segment], [], hands_on=True).reply_text.endswith("broken")


@pytest.mark.parametrize(("html", "reply"), PROGRAMS)
def test_the_html_of_all_programs_gives_the_new_text(html: str, reply: str) -> None:
    assert shown(Segment(None, html))[0].reply_text == reply


def test_plain_text_between_html_is_shown_as_html_too() -> None:
    found = shown(Segment("a < b", None), Segment(None, "<p>c</p>"))[0]
    assert found.html == "<div>a &lt; b</div>\n<p>c</p>"
    assert found.text == "a < b\nc"


@pytest.mark.parametrize("opening", ["<title>", "<style>", "<script>", "<svg><title>"])
def test_an_element_that_never_closes_hides_nothing(opening: str) -> None:
    found, defects = shown(Segment(None, f"{opening}the printer is broken"))
    assert "the printer is broken" in found.text
    assert "the printer is broken" in (found.html or "")
    assert defects == ["HTML hides its text"]


def test_a_picture_alone_has_no_text() -> None:
    assert shown(Segment(None, '<style>p{}</style><img src="cid:a">'))[0].text == ""


def test_html_beyond_the_limits_is_named() -> None:
    found, defects = shown(Segment(None, "<div>" * 5_000 + "kept"))
    assert "kept" in found.text
    assert defects == ["HTML is too large or too deep to be shown"]
