"""Offering our tools over MCP: the protocol on standard streams, and nothing of what calls do."""
