"""Every tool of this server: one module per domain, each of them a toolset.

A launch chooses toolsets; a tool's code is imported when it is first called. Until then the
generated surface (`tools/` at the top of the repository) speaks for it.
"""
