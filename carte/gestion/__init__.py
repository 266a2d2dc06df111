"""The managers' space: see what is mine, draw, describe, publish, undo."""
