"""The one place that starts processes, a module for each kind of child."""
