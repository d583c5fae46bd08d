"""The endpoints, one module per domain, and what stands between a request and its handler."""
