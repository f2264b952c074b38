"""The panes of the full screen; each has one entrance, `show(state)`."""
