"""Questions that need several calls to Sentry, and the desk at which they are answered."""
