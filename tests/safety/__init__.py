"""The safety cases that no other folder proves already, asserted on the host's side."""
