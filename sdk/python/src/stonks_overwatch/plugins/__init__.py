"""Interfaces, manifest and errors of plugins."""
