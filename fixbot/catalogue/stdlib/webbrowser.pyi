"""Effects of webbrowser: starting another program.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, writes

@blocking
@writes("process")
def open(): ...
@blocking
@writes("process")
def open_new(): ...
@blocking
@writes("process")
def open_new_tab(): ...
