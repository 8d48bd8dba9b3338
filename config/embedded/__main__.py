"""`python -m config.embedded exec -- COMMAND …`, `status`, `stop` and `delete`."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
from pathlib import Path

from config.embedded.accounts import EmbeddedError
from config.embedded.foreground import run_in_foreground
from config.embedded.keepers import SERVERS, keep
from config.embedded.places import Place, default_state
from config.embedded.sessions import embedded_services


def main() -> int:
    arguments = parse_arguments()
    throwaway = arguments.throwaway
    state = Path(arguments.state).resolve() if arguments.state else default_state(throwaway=throwaway)
    places = [Place(state, name, throwaway) for name in SERVERS]
    if arguments.action == "keep":
        keep(Place(state, arguments.server, throwaway))
    elif arguments.action == "exec":
        with embedded_services(state=state, throwaway=throwaway) as urls:
            environment = {
                **os.environ,
                "DATABASE_URL": urls.database_url,
                "DATABASE_OWNER_URL": urls.database_owner_url,
                "REDIS_URL": urls.redis_url,
            }
            return run_in_foreground(arguments.command, environment)
    elif arguments.action == "status":
        return max([print_status(place) for place in places])  # each is printed
    else:
        for place in places:
            stop(place, delete=arguments.action == "delete")
        if arguments.action == "delete":
            shutil.rmtree(state / "runs", ignore_errors=True)
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m config.embedded",
        usage="%(prog)s {exec,status,stop,delete} [--state FOLDER] [--throwaway] [-- COMMAND …]",
        description="Run a command with a PostgreSQL and a Valkey from wheels, or see to those that run.",
    )
    parser.add_argument("action", choices=["exec", "status", "stop", "delete", "keep"])
    parser.add_argument("--state", help="folder to keep everything in (ENGRAM_STATE, .engram)")
    parser.add_argument("--throwaway", action="store_true", help="fast, unsafe against power cuts, for tests")
    parser.add_argument("--server", choices=list(SERVERS), help=argparse.SUPPRESS)
    own, command = split_at_dashes(sys.argv[1:])
    arguments = parser.parse_args(own)
    if (arguments.action == "exec") != bool(command):
        parser.error("exec, and only exec, takes a command, after --")
    arguments.command = command
    return arguments


def split_at_dashes(words: list[str]) -> tuple[list[str], list[str]]:
    """What stands before the first `--`, and what after it."""
    if "--" not in words:
        return words, []
    position = words.index("--")
    return words[:position], words[position + 1 :]


def print_status(place: Place) -> int:
    """One line on the server; 3 if it doesn't run, as in `service status`."""
    title = SERVERS[place.server].title
    running = None
    if place.folder.exists():
        with place.lock("entry").held():
            running = running_server(place)
    if running is None:
        print(f"{title}: not running ({place.folder})")
        return 3
    print(f"{title}: running on 127.0.0.1:{running['port']}, process {running['pid']} ({place.folder})")
    return 0


def running_server(place: Place) -> dict[str, int] | None:
    """What the keeper says of the server while both live. The caller holds `entry.lock`."""
    if not place.running.exists() or place.lock("keeper").is_free(shared=True):
        return None
    running: dict[str, int] = json.loads(place.running.read_text())
    return running


def stop(place: Place, *, delete: bool) -> None:
    """Stop the server under whoever uses it, and remove its data if asked to."""
    if not place.folder.exists():
        return
    with place.lock("entry").held():
        if running := running_server(place):
            os.kill(running["keeper"], signal.SIGTERM)
        with place.lock("keeper").held():
            if delete:
                place.delete()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EmbeddedError as error:
        sys.exit(f"config.embedded: {error}")
    except PermissionError as error:
        sys.exit(f"config.embedded: {error}. If another user made the state folder, set ENGRAM_STATE to one of yours.")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
