"""Schemathesis over the whole OpenAPI document: each operation by itself, and sequences along the document's links.

Signed in, in one process with the server (WSGI), on a real database. Half of the requests are what the schema allows, half are
not. Each answer goes through `CHECKS`; what they find is collected, and a run goes on.
"""

from __future__ import annotations

import copy
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from typing import Any

import hypothesis
import schemathesis
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from rest_framework.test import APIClient
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from backend.accounts.models import User
from backend.consents.documents import SAMPLES, load_documents
from backend.privacy.exporting import make_exports
from config.wsgi import application
from tests.conftest import make_phone
from tests.contract import PUSH, document
from tests.security.plausible import PASSWORD, Values, make_plausible

# Not among them: `positive_data_acceptance`, because a schema can't say which codes the catalogue has, what is past or which
# id was deleted; and what the probes see to: tokens, and methods that there are not.
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
STEPS = 12
# How often a request goes to what there is, rather than to a generated address.
REUSE = defaultdict(float, GET=0.7, POST=0.7, PUT=0.2, PATCH=0.7, DELETE=0.2)
SIGNS_OUT = {"DELETE /v1/devices", "DELETE /v1/devices/{device_id}"}
# Rounds until an operation has succeeded often enough; one without parameters succeeds once in each.
MOST_TRIES = 60


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
        names = ", ".join(check.__name__ for check in CHECKS)
        lines += [
            f"  {self.total} requests to {len(self.requests)} operations in {self.seconds:.0f} s, seed {self.seed}",
            f"  answers: {by_status}; walks cut short: {self.walks_cut_short}",
            f"  checks: {names}",
            f"  failures: {len(self.failures)}",
        ]
        return "\n".join(lines)


class Fuzz:
    """One run, until it has sent as many requests as asked for and every operation has succeeded often enough."""

    def __init__(self, *, seed: int) -> None:
        load_documents(SAMPLES, now=timezone.now(), published=True)
        self.report = Report(seed)
        self.password = make_password(PASSWORD)
        self.accounts: dict[str, str] = {}
        self.headers = self._sign_in()
        self.schema = schemathesis.openapi.from_dict(signed_in(document()))
        self.schema.app = application
        self.operations: list[Any] = [
            result.ok() for result in self.schema.get_all_operations() if isinstance(result, Ok)
        ]
        self.values = Values()
        self.random = Random(seed)
        self.at_home = True  # asking as the participant whose addresses are in `made`
        # What there is to read, replace and delete: addresses by their form in the document.
        self.made: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._have_what_can_not_be_made()
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
            for number in range(MOST_TRIES):
                missing = successes - self.report.successes[operation.label]
                if missing > 0:
                    # Some things somebody can do a few times only, others only somebody who was there before.
                    somebody_new = self._sign_in() if number % 2 else None
                    self._fuzz(operation, GenerationMode.POSITIVE, 2 * missing, somebody_new)
        self.report.seconds = perf_counter() - started
        return self.report

    def _sign_in(self) -> dict[str, str]:
        """The header of somebody new, with a password."""
        phone = make_phone()
        User.objects.filter(pk=phone.user.pk).update(password=self.password)
        self.accounts[phone.authorization["Authorization"]] = str(phone.user.pk)
        # Compressed answers are for clients that expand them; this one does not.
        return {**phone.authorization, "Accept-Encoding": "identity"}

    def _say_whose(self, case: Any, headers: dict[str, str]) -> None:
        """A push names its account."""
        if case.operation.path == PUSH and case.meta and case.meta.generation.mode.is_positive:
            case.body["account"] = self.accounts[headers["Authorization"]]

    def _somebody_who_leaves(self, case: Any) -> dict[str, str]:
        """Somebody new for each request that ends what it is asked with."""
        headers = self._sign_in()
        if case.path_parameters and case.meta.generation.mode.is_positive:
            (device,) = APIClient().get("/v1/devices", headers=headers).json()["results"]
            case.path_parameters["device_id"] = device["id"]
        return headers

    def _have_what_can_not_be_made(self) -> None:
        """Devices, and something to download: a worker makes it."""
        for device in APIClient().get("/v1/devices", headers=self.headers).json()["results"]:
            self.made["/v1/devices/{device_id}"].append({"device_id": device["id"]})
        client = APIClient()
        started = client.post("/v1/exports", headers=self.headers)
        make_exports(now=timezone.now())
        for path in ("/v1/exports/{uid}", "/v1/exports/{uid}/download"):
            self.made[path].append({"uid": started.json()["id"]})
        document = client.get(f"/v1/exports/{started.json()['id']}", headers=self.headers).json()
        signature = document["download_url"].rpartition("=")[2]
        self.made["/v1/export-downloads/{uid}"].append({"uid": document["id"], "signature": signature})

    def _settings(self, examples: int, **more: Any) -> hypothesis.settings:
        return hypothesis.settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            **more,
        )

    def _fuzz(
        self, operation: Any, mode: GenerationMode, examples: int, somebody_new: dict[str, str] | None = None
    ) -> None:
        """One operation by itself."""
        headers = somebody_new or self.headers
        self.at_home = somebody_new is None
        try:
            strategy = operation.as_strategy(generation_mode=mode)
        except schemathesis.errors.InvalidSchema as error:
            self.report.failures[f"{operation.label}: {error}"] = str(error)
            return

        @hypothesis.seed(self.random.randrange(2**32))
        @self._settings(examples)
        @hypothesis.given(case=strategy)
        def one(case: Any) -> None:
            own = self._somebody_who_leaves(case) if operation.label in SIGNS_OUT else headers
            self._say_whose(case, own)
            self._judge(case, case.call(headers=own))

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
                self.headers = fuzz._sign_in()

            def get_call_kwargs(self, case: Any) -> dict[str, Any]:
                fuzz._say_whose(case, self.headers)
                return {"headers": self.headers}

            def validate_response(self, response: Any, case: Any, *args: Any, **kwargs: Any) -> None:
                fuzz._judge(case, response, recorder=self.recorder)

        hypothesis.seed(self.random.randrange(2**32))(Walk)
        self.at_home = False
        try:
            Walk.run(settings=self._settings(scenarios, stateful_step_count=STEPS))
        except hypothesis.errors.FlakyStrategyDefinition:
            self.report.walks_cut_short += (
                1  # the clock moved on between two runs of one sequence; the next begins anew
            )

    def _map_case(self, case: Any) -> Any:
        if case.meta is None or not case.meta.generation.mode.is_positive:
            return case
        random = Random(f"{self.report.seed}{case.path_parameters}{case.query}{case.body!r}")
        case = make_plausible(case, self.values, random)
        path = case.operation.path
        # What is done with a record is done with one that can be read.
        made = self.made[path] or self.made[path[: path.rfind("}") + 1]] if self.at_home else []
        if made and random.random() < REUSE[case.operation.method.upper()]:
            for name, value in random.choice(made).items():
                # All that is made is found by its address; an export also by the signature of its link.
                (case.query if name == "signature" else case.path_parameters)[name] = value
        return case

    def _remember(self, case: Any, response: Any) -> None:
        method, path = case.operation.method.upper(), case.operation.path
        if method == "PUT":
            self.made[path].append(dict(case.path_parameters))
        elif method == "POST" and "{" not in path and response.content and "id" in (created := response.json()):
            self.made[f"{path}/{{uid}}"].append({"uid": created["id"]})

    def _judge(self, case: Any, response: Any, *, recorder: Any = None) -> None:
        name = case.operation.label
        self.report.record(name, response.status_code)
        if 200 <= response.status_code < 300 and self.at_home:
            self._remember(case, response)
        try:
            case.validate_response(response, checks=CHECKS, recorder=recorder)
        except FailureGroup as group:
            for failure in group.exceptions:
                title = f"{name}: {getattr(failure, 'title', type(failure).__name__)}: {failure}"
                self.report.failures.setdefault(title[:300], f"{group}\n{json.dumps(case.body, default=str)[:2000]}")


def signed_in(whole: dict[str, Any]) -> dict[str, Any]:
    """The document for somebody who is signed in anyway: no request is made wrong by leaving the token out."""
    without = copy.deepcopy(whole)
    for operations in without["paths"].values():
        for operation in operations.values():
            operation.pop("security", None)
    return without
