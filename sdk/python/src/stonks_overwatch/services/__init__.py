"""What services return."""
