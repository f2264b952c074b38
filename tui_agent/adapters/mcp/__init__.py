"""Tools of other programs, by the Model Context Protocol; its package is loaded in hosts alone."""
