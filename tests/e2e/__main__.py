"""`make e2e`: the processes of an installation, a client generated from its OpenAPI document, and staff in a browser.

The TypeScript client is generated, type-checked (strict) and run by npm; it signs up with the code from the local mailbox. Then
Chromium opens the admin. Nothing is mocked, and nothing of a demo's data is touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import django
from django.core.management import call_command

from config.demo.mailbox import local_mailbox
from config.demo.processes import Processes, free_port
from config.demo.steps import step
from tests.own_database import own_database

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "e2e"
HOST = "127.0.0.1"


def main() -> int:
    os.environ["ENGRAM_DEMO"] = "1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    npm = shutil.which("npm")
    if npm is None:
        print("make e2e needs Node 20 or newer, with npm.", file=sys.stderr)
        return 1
    BUILD.mkdir(parents=True, exist_ok=True)
    own_database("engram_e2e")
    port = free_port(HOST, preferred=0)
    server = f"http://{HOST}:{port}"
    with (
        tempfile.TemporaryDirectory(prefix="engram-e2e-") as folder,
        local_mailbox(Path(folder) / "mail") as mailbox,
        Processes(Path(folder) / "logs") as processes,
    ):
        # Erased at the next tick, and soon.
        os.environ["ENGRAM_ERASURE_WINDOW_DAYS"] = "0"
        os.environ["ENGRAM_ERASURE_LEDGER"] = str(Path(folder) / "erasures.jsonl")
        os.environ["ENGRAM_TICK_SECONDS"] = "1"
        django.setup()
        with step("Migrating the database, loading the catalogue"):
            call_command("migrate", verbosity=0)
            with open(os.devnull, "w") as nowhere:
                call_command("load_catalogue", stdout=nowhere)
        with step("Starting the API, a worker and beat"):
            processes.start(HOST, port)
        with step("Generating the client"):
            with urllib.request.urlopen(f"{server}/v1/openapi.json") as document:
                (BUILD / "openapi.json").write_bytes(document.read())
            run(npm, "ci", "--silent")
            run(npm, "run", "--silent", "generate")
        with step("Type-checking and compiling it"):
            run(npm, "run", "--silent", "build")
        print("\nA participant:", flush=True)
        run(npm, "run", "--silent", "participant", "--", server, str(mailbox), quiet=False)
        print("\nStaff:", flush=True)
        from tests.e2e.admin import visit_admin

        visit_admin(server)
    print("\nend to end: ok")
    return 0


def run(*command: str, quiet: bool = True) -> None:
    """Raises CalledProcessError, after what the command had to say."""
    try:
        subprocess.run(command, cwd=HERE, check=True, capture_output=quiet, text=True)
    except subprocess.CalledProcessError as error:
        print(error.stdout or "", error.stderr or "", file=sys.stderr)
        raise


if __name__ == "__main__":
    sys.exit(main())
