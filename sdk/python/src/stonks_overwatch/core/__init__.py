"""Service types, and the interfaces that services implement."""
