"""What counters take and give: a charge, and where it leaves its limit."""

from __future__ import annotations

from dataclasses import dataclass

from backend.limits.policies import Policy, PolicyName, policy


@dataclass(frozen=True, slots=True)
class Charge:
    policy: Policy
    subject: str

    @property
    def key(self) -> str:
        return f"{self.policy.name}:{self.subject}"


@dataclass(frozen=True, slots=True)
class Standing:
    """A limit after a decision: `used`, microseconds of its capacity that are used, and `wait`, microseconds until one more
    would be allowed; 0 if this one was."""

    policy: Policy
    used: int
    wait: int

    @property
    def remaining(self) -> int:
        return max(0, (self.policy.capacity - self.used) // self.policy.interval)


def charge(name: PolicyName, subject: str) -> Charge:
    """One use of a limit by somebody: an address, a participant, a keyed hash; never anything to be read."""
    return Charge(policy(name), subject)
