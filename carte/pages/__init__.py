"""Visitor pages: one list and one page per collection of the registry, and the pages about the network.

A collection without builder and template of its own gets the generic ones.
"""
