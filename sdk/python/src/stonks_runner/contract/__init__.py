"""The words in which a plugin and the host speak: the records of `wit/v1`, as Python types."""
