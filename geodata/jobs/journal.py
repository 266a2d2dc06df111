"""What the journal of a worker says of a job: its task, its number and how it ended, never its values.

The values of a job are in the queue, the reason of a failure is among those that are kept (`JobFailure`): both are
forgotten in time, which a journal is not. Of a task that names people only the kind of the error is told.
"""

import logging

from geodata.jobs.declaring import personal


class Discreet(logging.Filter):
    """Gives each record about a job another text; leaves out those that hold values and do not say of which job."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is shown."""
        job = getattr(record, "job", None)
        if job is None:
            return getattr(record, "action", "") != "ending_job"
        task, number = job["task_name"], job["id"]
        record.msg, record.args = f"Job {task}[{number}]: {getattr(record, 'action', '')}", ()
        record.job = {"task_name": task, "id": number}
        if task in personal() and isinstance(record.exc_info, tuple) and record.exc_info[0]:
            record.msg += f", {record.exc_info[0].__name__}"
            record.exc_info = None
        return True


discreet = Discreet()
