"""The lines of granian that reach the log of the server."""

import json
import logging.config
from pathlib import Path

from granian.log import LOGGING_CONFIG

CONFIG = Path(__file__).parents[3] / "config" / "granian_log.json"


def test_only_the_warning_about_threads_is_kept_back(capsys):
    chosen = LOGGING_CONFIG | json.loads(CONFIG.read_text())
    chosen["loggers"] = {"_granian_tested": {"handlers": ["console"], "level": "WARNING", "propagate": False}}
    logging.config.dictConfig(chosen)
    log = logging.getLogger("_granian_tested")
    log.warning("Configuration allows spawning up to 124 Python threads, which seems quite high")
    log.warning("Unexpected exit from worker-1")
    assert capsys.readouterr().out == "[WARNING] Unexpected exit from worker-1\n"
