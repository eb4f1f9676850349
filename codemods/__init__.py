"""The codemods that come with fixbot, in the documented order in which their fixes open. The only such list."""

from codemods import (
    batch_reads,
    blocking_calls,
    cached_factories,
    duplicate_blocks,
    hoisted_constants,
    loop_logging,
    merge_conflicts,
    pagination,
    parallel_awaits,
    shared_clients,
    sql_indexes,
    streamed_payloads,
    timing_middleware,
)
from fixbot.codemod import Codemod

ALL: tuple[Codemod, ...] = (
    merge_conflicts.codemod,
    duplicate_blocks.codemod,
    batch_reads.codemod,
    parallel_awaits.codemod,
    blocking_calls.codemod,
    cached_factories.codemod,
    shared_clients.codemod,
    pagination.codemod,
    hoisted_constants.codemod,
    loop_logging.codemod,
    streamed_payloads.codemod,
    sql_indexes.codemod,
    timing_middleware.codemod,
)
