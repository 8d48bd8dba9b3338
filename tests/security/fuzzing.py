"""Schemathesis over the whole OpenAPI document: each operation by itself, and sequences along the document's links.

Signed in, in one process with the server (WSGI), on a real database. Half of the requests are what the schema allows, half are
not. Each answer goes through `CHECKS`; what they find is collected, and a run goes on.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from config.wsgi import application
from tests.conftest import make_phone
from tests.contract import document
from tests.security.plausible import Values, make_plausible

# Not among them: `positive_data_acceptance`, because a schema can't say which codes the catalogue has, what is past or which
# id was deleted; and those that look at methods and headers of Schemathesis' own list, which the probes see to.
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.use_after_free,
    checks.ensure_resource_availability,
]
AUTH_CHECKS = [checks.ignored_auth]
STEPS = 12
# How often a request goes to what there is, rather than to a generated address.
REUSE = defaultdict(float, GET=0.7, PUT=0.2, PATCH=0.7, DELETE=0.2)
# Rounds until an operation has succeeded often enough; one without parameters succeeds once in each.
MOST_TRIES = 30


@dataclass
class Report:
    """What a run sent, and what came of it."""

    seed: int
    requests: Counter[str] = field(default_factory=Counter)
    successes: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    walks_cut_short: int = 0
    seconds: float = 0.0

    @property
    def total(self) -> int:
        return self.requests.total()

    def record(self, operation: str, status: int) -> None:
        self.requests[operation] += 1
        self.statuses[status] += 1
        if 200 <= status < 300:
            self.successes[operation] += 1

    def table(self) -> str:
        lines = [f"  {'operation':<48}{'requests':>10}{'successes':>11}"]
        lines += [f"  {name:<48}{self.requests[name]:>10}{self.successes[name]:>11}" for name in sorted(self.requests)]
        by_status = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        names = ", ".join(check.__name__ for check in (*CHECKS, *AUTH_CHECKS))
        lines += [
            f"  {self.total} requests to {len(self.requests)} operations in {self.seconds:.0f} s, seed {self.seed}",
            f"  answers: {by_status}; walks cut short: {self.walks_cut_short}",
            f"  checks: {names}",
            f"  failures: {len(self.failures)}",
        ]
        return "\n".join(lines)


class Fuzz:
    """One run, until it has sent as many requests as asked for and every operation has succeeded often enough."""

    def __init__(self, token: str, *, seed: int) -> None:
        self.report = Report(seed)
        self.headers = {"Authorization": f"Bearer {token}"}
        self.schema = schemathesis.openapi.from_dict(document())
        self.schema.app = application
        self.operations: list[Any] = [
            result.ok() for result in self.schema.get_all_operations() if isinstance(result, Ok)
        ]
        self.values = Values()
        self.random = Random(seed)
        self.walking = False
        self.auth_checked: set[str] = set()
        # What there is to read, replace and delete: addresses by their form in the document.
        self.made: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.schema.hook("map_case")(lambda context, case: self._map_case(case))

    def run(self, requests: int, *, successes: int) -> Report:
        started = perf_counter()
        share = max(2, requests // (4 * len(self.operations)))
        for operation in self.operations:
            self._fuzz(operation, GenerationMode.POSITIVE, share)
            self._fuzz(operation, GenerationMode.NEGATIVE, share)
        while self.report.total < requests:
            self._walk(max(1, (requests - self.report.total) // STEPS))
        for operation in self.operations:
            for _ in range(MOST_TRIES):
                missing = successes - self.report.successes[operation.label]
                if missing > 0:
                    self._fuzz(operation, GenerationMode.POSITIVE, 2 * missing)
        self.report.seconds = perf_counter() - started
        return self.report

    def _settings(self, examples: int, **more: Any) -> hypothesis.settings:
        return hypothesis.settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            **more,
        )

    def _fuzz(self, operation: Any, mode: GenerationMode, examples: int) -> None:
        """One operation by itself."""
        try:
            strategy = operation.as_strategy(generation_mode=mode)
        except schemathesis.errors.InvalidSchema as error:
            self.report.failures[f"{operation.label}: {error}"] = str(error)
            return

        @hypothesis.seed(self.random.randrange(2**32))
        @self._settings(examples)
        @hypothesis.given(case=strategy)
        def one(case: Any) -> None:
            response = case.call(headers=self.headers)
            self._judge(case, response, self.headers)

        try:
            one()
        except hypothesis.errors.Unsatisfiable:
            return  # nothing that the schema forbids can be said in such a request

    def _walk(self, scenarios: int) -> None:
        """Sequences of operations along the links: create, read, replace, delete; a page, the next; a week, its guidance.

        Each sequence has a participant of its own, so that the same requests get the same answers when Hypothesis repeats them.
        """
        fuzz = self

        class Walk(self.schema.as_state_machine()):  # type: ignore[misc]
            def setup(self) -> None:
                self.headers = {"Authorization": f"Bearer {make_phone().token}"}

            def get_call_kwargs(self, case: Any) -> dict[str, Any]:
                return {"headers": self.headers}

            def validate_response(self, response: Any, case: Any, *args: Any, **kwargs: Any) -> None:
                fuzz._judge(case, response, self.headers, recorder=self.recorder)

        hypothesis.seed(self.random.randrange(2**32))(Walk)
        self.walking = True
        try:
            Walk.run(settings=self._settings(scenarios, stateful_step_count=STEPS))
        except hypothesis.errors.FlakyStrategyDefinition:
            self.report.walks_cut_short += (
                1  # the clock moved on between two runs of one sequence; the next begins anew
            )
        finally:
            self.walking = False

    def _map_case(self, case: Any) -> Any:
        if case.meta is None or not case.meta.generation.mode.is_positive:
            return case
        random = Random(f"{self.report.seed}{case.path_parameters}{case.query}{case.body!r}")
        case = make_plausible(case, self.values, random)
        made = [] if self.walking else self.made[case.operation.path]
        if made and random.random() < REUSE[case.operation.method.upper()]:
            case.path_parameters.update(random.choice(made))
        return case

    def _remember(self, case: Any, response: Any) -> None:
        method, path = case.operation.method.upper(), case.operation.path
        if method == "PUT":
            self.made[path].append(dict(case.path_parameters))
        elif method == "POST" and isinstance(created := response.json(), dict) and "id" in created:
            self.made[f"{path}/{{uid}}"].append({"uid": created["id"]})

    def _judge(self, case: Any, response: Any, headers: dict[str, str], *, recorder: Any = None) -> None:
        name = case.operation.label
        self.report.record(name, response.status_code)
        wanted = list(CHECKS)
        if 200 <= response.status_code < 300:
            if not self.walking:
                self._remember(case, response)
            if name not in self.auth_checked:
                self.auth_checked.add(name)
                wanted += AUTH_CHECKS
        try:
            case.validate_response(
                response,
                checks=wanted,
                headers=headers,
                transport_kwargs={"headers": headers},
                recorder=recorder,
            )
        except FailureGroup as group:
            for failure in group.exceptions:
                title = f"{name}: {getattr(failure, 'title', type(failure).__name__)}: {failure}"
                self.report.failures.setdefault(title[:300], f"{group}\n{json.dumps(case.body, default=str)[:2000]}")
