"""Where programs find the API: under one path, beside the page. Knows no call."""

PREFIX = "/api/v1"
DOCS, MCP = f"{PREFIX}/docs", f"{PREFIX}/mcp"
