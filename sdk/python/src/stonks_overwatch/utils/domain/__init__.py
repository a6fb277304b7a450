"""Kinds of products, and sectors."""
