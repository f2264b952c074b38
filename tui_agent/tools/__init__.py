"""What a model can call: one file a tool, each with a proposal first and the effect after."""
