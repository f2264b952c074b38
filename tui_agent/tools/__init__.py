"""What a model can call: one file a tool, each preparing a proposal and running it once approved."""
