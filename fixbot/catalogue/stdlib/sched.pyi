"""Effects of sched: `run` waits for the time of each event.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking

class scheduler:
    @blocking
    def run(self): ...
