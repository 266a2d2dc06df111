"""Work that outlives a request: declared, queued with the change that asks for it, done by `manage.py run_worker`.

    @jobs.task("exports.write", retry=jobs.Backoff(first_s=30, most=5))
    def write(*, uuid: str) -> None: ...

    with recording(by=user):
        …
        jobs.defer(write, uuid=str(uuid))       # is queued if, and only if, this transaction is committed

The queue is procrastinate's, in our database (decision 0140). A room names its tasks in `tasks.py`, and
`geodata/tasks.py` names the rooms, where the worker looks for them.
"""

from geodata.jobs.backoff import Backoff
from geodata.jobs.declaring import defer, periodic, task

__all__ = ["Backoff", "defer", "periodic", "task"]
