"""The outside world behind the core's ports: one file or folder a thing."""
