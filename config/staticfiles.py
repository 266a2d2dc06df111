"""Static files as they are served: the built bundles, not their sources."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class BuiltStaticFilesConfig(StaticFilesConfig):
    """Leaves the sources of scripts and styles out of what is collected."""

    ignore_patterns: list[str] = [*StaticFilesConfig.ignore_patterns, "carte/js/*", "carte/css/*"]
