"""The codemods that come with fixbot, in the documented order in which their fixes open. The only such list."""

from codemods import batch_reads, blocking_calls, cached_factories, duplicate_blocks, parallel_awaits
from fixbot.codemod import Codemod

ALL: tuple[Codemod, ...] = (
    duplicate_blocks.codemod,
    batch_reads.codemod,
    parallel_awaits.codemod,
    blocking_calls.codemod,
    cached_factories.codemod,
)
