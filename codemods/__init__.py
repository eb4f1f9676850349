"""The codemods that come with fixbot, in the documented order in which their fixes open. The only such list."""

from codemods import batch_reads, blocking_calls, cached_factories, duplicate_blocks, sql_indexes
from fixbot.codemod import Codemod

ALL: tuple[Codemod, ...] = (
    duplicate_blocks.codemod,
    batch_reads.codemod,
    blocking_calls.codemod,
    cached_factories.codemod,
    sql_indexes.codemod,
)
