"""The protocol: which events there are, and when they are valid."""
