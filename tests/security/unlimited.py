"""Numbers so high that no limit is met, for what looks at other things than limits."""

from __future__ import annotations

from typing import get_args

from backend.limits.policies import PolicyName

UNLIMITED = [f"{name}=1000000/60" for name in get_args(PolicyName)]
