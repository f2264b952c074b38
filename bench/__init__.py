"""Our own figures: start, keys, streams, turns; they inform and never fail a run."""
