"""A certificate authority of one's own, and what it certifies: localhost, now or in the past."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Authority:
    """PEM files: the authority's certificate, and a server's certificate and key."""

    ca: Path
    server: tuple[Path, Path]

    def client_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.ca))

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.server)
        return context


def make_authority(
    folder: Path, *, names: tuple[str, ...] = ("localhost",), is_expired: bool = False
) -> Authority:
    """A fresh one; its server is called by `names` and 127.0.0.1."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    until = now - _DAY if is_expired else now + 2 * _DAY
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name, name = _name(f"Tests {x509.random_serial_number() % 10**9}"), _name(names[0])
    ca = _builder(ca_name, ca_name, ca_key, now + 2 * _DAY)
    ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    alternatives: list[x509.GeneralName] = [x509.DNSName(each) for each in names]
    if "localhost" in names:
        alternatives.append(x509.IPAddress(ip_address("127.0.0.1")))
    server = _builder(ca_name, name, key, until)
    server = server.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    paths = folder / "ca.pem", folder / "server.pem", folder / "server.key"
    paths[0].write_bytes(ca.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(server.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    paths[2].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return Authority(paths[0], (paths[1], paths[2]))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    issuer: x509.Name, subject: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - 10 * _DAY)
        .not_valid_after(until)
    )
