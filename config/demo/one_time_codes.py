"""The six digits that an authenticator app would show for the demo's member of staff: `python -m config.demo.one_time_codes`.

By RFC 6238, as every such app does it; so a newcomer needs no phone for the demo.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import sys
import time
from pathlib import Path

SECONDS = 30
ROOT = Path(__file__).resolve().parents[2]


def demo_secret(state: Path) -> str:
    """The demo's secret in base 32, made once for each state folder."""
    file = state / "admin_totp_secret"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(base64.b32encode(secrets.token_bytes(20)).decode())
    return file.read_text()


def code(secret: str, *, now: float) -> str:
    """The code of the half minute that `now`, in seconds since 1970, is in."""
    counter = int(now // SECONDS).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(secret), counter, hashlib.sha1)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def main() -> int:
    state = Path(os.environ.get("ENGRAM_STATE") or ROOT / ".engram").resolve()
    if not (state / "admin_totp_secret").exists():
        print("There is no demo yet: make demo", file=sys.stderr)
        return 1
    now = time.time()
    print(f"{code(demo_secret(state), now=now)}  (for {SECONDS - now % SECONDS:.0f} more seconds; each works once)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
