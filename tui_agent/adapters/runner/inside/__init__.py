"""What runs inside the sandbox: confining itself, trying to escape, and keeping commands."""
