"""Sends requests at a constant rate, and starts the clock of each when it is due, not when it could be sent.

A load generator that waits for an answer before it sends the next request (a closed loop) sends nothing while a
service is blocked, so that the wait disappears from its percentiles. Here the schedule is fixed beforehand; what
a blocked service makes late counts as late. HTTP itself is aiohttp's.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fixbot.errors import FixbotError
from fixbot.profiling.model import Endpoint, Sample

HEADER = "x-fixbot-request"
"""By this header the probe recognises a request; it takes it off before the service sees it."""

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Planned:
    """A request, `at` seconds after the start, to the service `side` of those that are measured."""

    at: float
    endpoint: Endpoint
    side: int = 0


def constant_rate(endpoints: Sequence[Endpoint], count: int, rate: float) -> list[Planned]:
    """`count` requests, `rate` a second, to the endpoints in turn."""
    return [Planned(n / rate, endpoints[n % len(endpoints)]) for n in range(count)]


def send(
    bases: Sequence[str],
    plan: Iterable[Planned],
    *,
    concurrency: int,
    timeout: float,
    told: Callable[[int], None] = lambda _: None,
) -> list[Sample]:
    """Send what is planned, at most `concurrency` at a time, and give an answer `timeout` seconds.

    `bases` are the addresses of the services, by side. A request that finds all connections in use waits, and its
    clock runs. `told` is called with how many are done.
    """
    return asyncio.run(_send(bases, list(plan), concurrency, timeout, told))


async def _send(
    bases: Sequence[str], plan: list[Planned], concurrency: int, seconds: float, told: Callable[[int], None]
) -> list[Sample]:
    aiohttp = library()
    done: list[Sample] = []
    connector = aiohttp.TCPConnector(limit=concurrency)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
    ) as session:

        async def one(planned: Planned, due: float) -> None:
            endpoint, number = planned.endpoint, next(_numbers)
            status, error = 0, ""
            try:
                async with asyncio.timeout(seconds):
                    async with session.request(
                        endpoint.method,
                        bases[planned.side] + endpoint.url,
                        data=endpoint.body,
                        headers={**endpoint.headers, HEADER: str(number)},
                        allow_redirects=False,
                        timeout=aiohttp.ClientTimeout(total=None),
                    ) as response:
                        async for _ in response.content.iter_chunked(1 << 16):
                            pass
                        status = response.status
            except TimeoutError:
                error = f"no answer within {seconds:g} s"
            except aiohttp.ClientError as exc:
                error = f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__
            latency = time.perf_counter() - due
            done.append(Sample(endpoint.name, planned.side, due, latency, status, error, number))
            told(len(done))

        start = time.perf_counter() + 0.01
        async with asyncio.TaskGroup() as tasks:
            for planned in plan:
                due = start + planned.at
                if (wait := due - time.perf_counter()) > 0:
                    await asyncio.sleep(wait)
                tasks.create_task(one(planned, due))
    return sorted(done, key=lambda sample: sample.due)


def library() -> Any:
    """aiohttp. Raises `FixbotError` where the extra is not installed."""
    try:
        import aiohttp
        import psutil  # noqa: F401 - the extra's other half
    except ImportError as exc:
        raise FixbotError(
            f"Measuring needs more packages, and `{exc.name}` is missing. Install fixbot with its extra `profile`: "
            "pip install 'fixbot[profile]', or from a checkout pip install -e '.[profile]'"
        ) from exc
    return aiohttp
