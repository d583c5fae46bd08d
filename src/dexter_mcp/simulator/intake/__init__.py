"""What Sentry makes of an event that an SDK sends."""
