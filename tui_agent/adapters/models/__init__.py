"""Models: the hosts that hold the keys, the wire between them and us, and the choice among them."""
