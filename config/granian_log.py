"""What granian need not say: the threads that open maps are told of changes on are asked for (GEODATA_STREAMS)."""

import logging


class Unexpected(logging.Filter):
    """Everything but the warning that there are many threads."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is shown."""
        return not record.getMessage().startswith("Configuration allows spawning up to ")
