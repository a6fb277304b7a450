"""Logging and the writing of dates and amounts."""
