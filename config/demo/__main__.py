"""Start Engram's processes, do the main job over HTTP as phones would, show what came out, and go on serving.

`ONCE=1` checks the scores and stops. `serve` starts the processes on the data that is there and shows nothing.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
import time
from pathlib import Path

import django
from django.core.management import call_command

from config.demo.stopping import Stopped, stop_on_signals

ROOT = Path(__file__).resolve().parents[2]


def prepare_environment() -> Path:
    """Demo mode, and an own secret: before Django reads its settings. Returns the folder that state lives in."""
    state = Path(os.environ.get("ENGRAM_STATE") or ROOT / ".engram").resolve()
    state.mkdir(parents=True, exist_ok=True)
    secret = state / "secret_key"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(64))
    os.environ.setdefault("ENGRAM_DEMO", "1")
    os.environ.setdefault("SECRET_KEY", secret.read_text())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("ENGRAM_TICK_SECONDS", "2")
    os.environ.setdefault("ENGRAM_MAIL_SPREAD_SECONDS", "0")  # who has chosen this hour waits for their mail
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.setdefault("DEFAULT_FROM_EMAIL", "Engram <weekly@engram.example>")
    return state


def main() -> int:
    started = time.monotonic()
    stop_on_signals()
    state = prepare_environment()

    from config.demo.mailbox import local_mailbox
    from config.demo.processes import Processes, ProcessFailed, free_port, server_address
    from config.demo.steps import step

    serve_only = sys.argv[1:] == ["serve"]
    once = os.environ.get("ONCE", "") not in ("", "0")
    host = own_address(os.environ.get("HOST") or "127.0.0.1")
    port = free_port(host, preferred=int(os.environ.get("PORT") or 8000))
    os.environ.setdefault("PUBLIC_URL", f"http://localhost:{port}")
    try:
        with local_mailbox(state / "mail") as mailbox, Processes(state / "logs") as processes:
            django.setup()
            with step("Migrating the database"):
                call_command("migrate", verbosity=0)
            os.environ.pop("DATABASE_OWNER_URL", None)  # nothing that is started from here on can be the owner
            with step("Loading the catalogue"):
                call_command("load_catalogue", stdout=open(os.devnull, "w"))  # noqa: SIM115
                call_command("load_consent_documents", publish=True, stdout=open(os.devnull, "w"))  # noqa: SIM115
            with step("Starting the API, a worker and beat"):
                processes.start(host, port)
            from config.demo.one_time_codes import code, demo_secret
            from config.demo.study import show_study
            from config.demo.study_admin import demo_admin

            right = True if serve_only else show_study(server_address(host, port), mailbox)
            print(f"\nReady in {time.monotonic() - started:.1f} s.")
            if once:
                return 0 if right else 1
            print_addresses(host, port, demo_admin(state), code(demo_secret(state), now=time.time()), mailbox)
            processes.wait()
            return 1
    except Stopped:
        print("\nStopped.")
        return 0
    except ProcessFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def own_address(host: str) -> str:
    """`host` if this machine has it. Some shells set HOST to something else altogether."""
    try:
        with socket.create_server((host, 0)):
            return host
    except OSError:
        print(f"HOST={host} is no address of this machine: serving on 127.0.0.1.")
        return "127.0.0.1"


def network_address() -> str | None:
    """This machine's address on the local network. Nothing is sent: the system only picks a route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation, RFC 5737
        except OSError:
            return None
        return str(probe.getsockname()[0])


def print_addresses(host: str, port: int, password: str, code: str, mailbox: Path | None) -> None:
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0") else host  # noqa: S104
    print(f"\n  API docs   http://{shown}:{port}/docs")
    print(f"  Admin      http://{shown}:{port}/admin/   (admin@engram.example, {password})")
    print(f"             and the code {code}, or a later one: make code")
    if host == "0.0.0.0" and (address := network_address()):  # noqa: S104
        print(f"  From a phone on this network: http://{address}:{port}")
    if mailbox is not None:
        print(f"  Mail       {mailbox}")
    print("\nCtrl-C stops everything.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
