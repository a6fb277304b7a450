"""The configuration that services get."""
