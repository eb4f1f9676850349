"""Remove code that stands twice.

To be written.
"""
import ast
from fixbot.codemod import Codemod
from fixbot.model import Severity
codemod = Codemod(__name__, triggers=[b"return"], severity=Severity.LOW, category="Bug", tests=True)
