"""The settings of the tests for a worker in a process of its own, which knows the chores and soon misses a dead one."""

from config.settings.test import *  # noqa: F403

PROCRASTINATE_IMPORT_PATHS = ["tests.data.geodata.jobs.chores"]
JOBS_LOST_AFTER_S = 1.0
JOBS_LOOK_S = 0.1
