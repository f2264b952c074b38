"""What takes the whole screen for a while."""
