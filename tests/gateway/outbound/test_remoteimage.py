"""What a stranger's link may make us do: fetch a picture from the Internet, and nothing else."""

import ssl
import time
from collections.abc import Iterator, Sequence

import pytest

from gateway.errors import NotFound
from gateway.outbound.remoteimage import MAX_REDIRECTS, RemoteImages, resolve_all
from tests.fakes.certificate import Certificate
from tests.fakes.elsewhere import Elsewhere, Page
from tests.webui.cast import PNG

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def on_loopback(ip: str, _port: int) -> bool:
    """Tests may go nowhere else; the product goes anywhere else."""
    return ip == "127.0.0.1"


@pytest.fixture
def world() -> Iterator[Elsewhere]:
    with Elsewhere() as outside:
        outside.pages["/a.png"] = Page(PNG)
        yield outside


def named(*ips: str) -> RemoteImages:
    """Fetches with a resolver that gives these addresses to every name."""
    return RemoteImages(may_connect=on_loopback, resolve=lambda _host, _port: ips)


def refusal(images: RemoteImages, url: str) -> str:
    with pytest.raises(NotFound) as refused:
        images.fetch(url)
    return refused.value.detail


def test_a_picture_comes_with_the_type_that_it_is(world: Elsewhere) -> None:
    world.pages["/a.png"] = Page(PNG, kind="text/html")
    found = named("127.0.0.1").fetch(f"http://pics.example:{world.port}/a.png")
    assert (found.content, found.content_type) == (PNG, "image/png")


def test_nothing_is_told_about_the_reader(world: Elsewhere) -> None:
    named("127.0.0.1").fetch(f"http://pics.example:{world.port}/a.png")
    (asked,) = world.asked
    assert {name.lower() for name in asked.headers} == {
        "host",
        "accept",
        "accept-encoding",
        "user-agent",
        "connection",
    }
    assert asked.headers["Host"] == f"pics.example:{world.port}"
    assert asked.headers["User-Agent"] == "Mozilla/5.0"


def test_the_path_arrives_as_it_was_written(world: Elsewhere) -> None:
    world.pages["/%C3%A4%20b/c.png?x=%2F&y=%C3%A4"] = Page(PNG)
    named("127.0.0.1").fetch(f"http://pics.example:{world.port}/ä b/c.png?x=%2F&y=ä#part")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "169.254.169.254",
        "１２７.０.０.１",
        "127。0。0。1",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nothing_of_ours_is_reached_however_it_is_written(host: str, scheme: str) -> None:
    assert "address refused" in refusal(RemoteImages(), f"{scheme}://{host}/a.png")


def test_a_name_with_one_address_of_ours_is_refused_whole(world: Elsewhere) -> None:
    url = f"http://pics.example:{world.port}/a.png"
    assert "address refused" in refusal(named("127.0.0.1", "10.0.0.1"), url)
    assert "address refused" in refusal(named(), url)
    assert "address refused" in refusal(named(*["127.0.0.1"] * 17), url)
    assert world.knocks == 0


def test_a_name_that_means_something_else_a_moment_later_changes_nothing(world: Elsewhere) -> None:
    """DNS rebinding: asked once for each address, and connected to what was judged."""
    answers: list[str] = ["127.0.0.1", "10.0.0.1"]
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return [answers[len(asked) - 1]]

    images = RemoteImages(may_connect=on_loopback, resolve=rebinding)
    assert images.fetch(f"http://pics.example:{world.port}/a.png").content == PNG
    assert asked == ["pics.example"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://pics.example/a.png",
        "file:///etc/passwd",
        "//pics.example/a.png",
        "gopher://pics.example/",
        "http:///a.png",
        "http://user@pics.example/a.png",
        "http://user:secret@pics.example/a.png",
        "http://[fe80::1%25eth0]/a.png",
        "http://pics.example/" + "a" * 5000,
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_no_plain_address_of_the_web_is_refused(url: str) -> None:
    assert "no plain address" in refusal(named("127.0.0.1"), url)


@pytest.mark.parametrize(
    "url", ["http://[", "http://pics.example:99999/", "http://" + "a" * 64 + ".example/", "http://a..b/"]
)
def test_what_is_no_address_at_all_is_refused(url: str) -> None:
    assert "remote image:" in refusal(named("127.0.0.1"), url)


@pytest.mark.parametrize("port", [22, 25, 6379, 8080])
def test_other_ports_than_those_of_the_web_are_refused(port: int) -> None:
    images = RemoteImages(resolve=lambda _host, _port: ["8.8.8.8"])
    assert "address refused" in refusal(images, f"http://pics.example:{port}/a.png")


def test_a_redirect_is_followed_and_judged_anew(world: Elsewhere) -> None:
    world.pages["/go"] = Page(status=302, headers={"Location": "/a.png"})
    assert named("127.0.0.1").fetch(f"http://pics.example:{world.port}/go").content == PNG


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/a.png",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:6379/",
        "file:///etc/passwd",
        "http://user@127.0.0.1/",
    ],
)
def test_a_redirect_to_something_of_ours_ends_there(world: Elsewhere, target: str) -> None:
    world.pages["/go"] = Page(status=302, headers={"Location": target})
    images = RemoteImages(may_connect=on_loopback)
    assert "refused" in (why := refusal(images, f"{world.url}/go")) or "no plain address" in why
    assert world.paths == ["/go"]


def test_redirects_without_end_end(world: Elsewhere) -> None:
    world.pages["/go"] = Page(status=302, headers={"Location": "/go"})
    assert "too many redirects" in refusal(named("127.0.0.1"), f"{world.url}/go")
    assert len(world.asked) == MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    "body", [SVG, b"<html><script>alert(1)</script>", b"%PDF-1.4\n%", b"MZ\x90\0", b"", b"GIF"]
)
def test_only_pictures_count_whatever_they_are_called(world: Elsewhere, body: bytes) -> None:
    world.pages["/a.png"] = Page(body, kind="image/png")
    assert refusal(named("127.0.0.1"), f"{world.url}/a.png").startswith("remote image: ")


def test_a_picture_over_the_limit_is_refused_announced_or_not(world: Elsewhere) -> None:
    images = RemoteImages(may_connect=on_loopback, max_bytes=len(PNG) + 10)
    world.pages["/long"] = Page(PNG + b"\0" * 11)
    world.pages["/secretly"] = Page(PNG + b"\0" * 11, length=-1)
    world.pages["/just"] = Page(PNG + b"\0" * 10, length=-1)
    assert "too large" in refusal(images, f"{world.url}/long")
    assert "too large" in refusal(images, f"{world.url}/secretly")
    assert len(images.fetch(f"{world.url}/just").content) == len(PNG) + 10


def test_a_picture_that_ends_early_is_refused(world: Elsewhere) -> None:
    world.pages["/a.png"] = Page(PNG, length=len(PNG) + 1)
    assert "remote image:" in refusal(named("127.0.0.1"), f"{world.url}/a.png")


def test_what_is_packed_is_refused(world: Elsewhere) -> None:
    world.pages["/a.png"] = Page(PNG, headers={"Content-Encoding": "gzip"})
    assert "packed" in refusal(named("127.0.0.1"), f"{world.url}/a.png")


def test_a_page_that_is_not_there_is_no_picture(world: Elsewhere) -> None:
    assert "404" in refusal(named("127.0.0.1"), f"{world.url}/none")


def test_a_server_that_says_a_byte_now_and_then_is_cut_off(world: Elsewhere) -> None:
    world.pages["/slow"] = Page(PNG * 1000, pause=0.05)
    images = RemoteImages(may_connect=on_loopback, seconds=0.5)
    began = time.monotonic()
    assert "remote image:" in refusal(images, f"{world.url}/slow")
    assert time.monotonic() - began < 5


def test_nobody_there_is_no_picture() -> None:
    assert "ConnectionRefusedError" in refusal(named("127.0.0.1"), "http://pics.example:1/a.png")


def test_over_tls_the_name_must_be_the_certificates(certificate: Certificate) -> None:
    trust = ssl.create_default_context(cafile=str(certificate.cert))
    with Elsewhere(certificate.server_context()) as world:
        world.pages["/a.png"] = Page(PNG)
        images = RemoteImages(on_loopback, lambda _host, _port: ["127.0.0.1"], trust=trust)
        assert images.fetch(f"https://localhost:{world.port}/a.png").content == PNG
        assert "SSLCert" in refusal(images, f"https://pics.example:{world.port}/a.png")
        assert "SSLCert" in refusal(named("127.0.0.1"), f"https://localhost:{world.port}/a.png")


def test_the_systems_resolver_reads_numbers_as_addresses() -> None:
    assert resolve_all("0x7f.1", 80) == ("127.0.0.1",)
