"""Things in the shapes of Sentry's API."""
