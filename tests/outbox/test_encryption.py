"""Over TLS, by either kind, a mail goes to no server but the one whose certificate somebody we trust has signed."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.utils import timezone

from backend.outbox.enqueuing import NewMail, enqueue
from backend.outbox.kinds import RenderedMail, register_kind
from backend.outbox.models import MailState, OutgoingMail
from backend.outbox.sending import send_mail
from config.demo.processes import free_port
from tests.conftest import Mailbox, Phone
from tests.outbox.bulk import BULK

pytestmark = pytest.mark.django_db

KINDS = ["implicit", "STARTTLS"]
Serve = Callable[[str, Path], Mailbox]


def certificate(folder: Path, address: str) -> Path:
    """A file with a key and a certificate that the server of this address has signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = timezone.now()
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = folder / f"{address}.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file


@pytest.fixture
def serve(settings: Any) -> Iterator[Serve]:
    register_kind("plain", lambda context: RenderedMail("Subject", "Text", "<p>HTML</p>"), subscription=BULK)
    with ExitStack() as stack:

        def start(kind: str, file: Path) -> Mailbox:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(file)
            port = free_port("127.0.0.1", preferred=0)
            options = {"ssl_context": tls} if kind == "implicit" else {"tls_context": tls, "require_starttls": True}
            mailbox = Mailbox()
            controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
            controller.start()
            stack.callback(controller.stop)
            settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER = "127.0.0.1", port, ""
            settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = kind == "implicit", kind == "STARTTLS"
            return mailbox

        yield start


def send_one(phone: Phone) -> OutgoingMail:
    enqueue([NewMail(phone.user.pk, "plain", "one", {}, timezone.now() - timedelta(minutes=1))])
    send_mail()
    return OutgoingMail.objects.get()


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_with_a_trusted_certificate_gets_the_mail(
    phone: Phone, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    file = certificate(tmp_path, "127.0.0.1")
    mailbox = serve(kind, file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert send_one(phone).state == MailState.SENT
    assert mailbox.recipients == [phone.user.email]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("address", "trusted", "words"),
    [("127.0.0.1", False, "CERTIFICATE_VERIFY_FAILED"), ("127.0.0.2", True, "IP address mismatch")],
)
def test_any_other_server_gets_nothing(
    phone: Phone,
    serve: Serve,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    address: str,
    trusted: bool,
    words: str,
) -> None:
    file = certificate(tmp_path, address)
    mailbox = serve(kind, file)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    mail = send_one(phone)
    assert (mail.state, mail.attempts) == (MailState.PENDING, 0)
    assert words in mail.last_reply
    assert mailbox.messages == []
