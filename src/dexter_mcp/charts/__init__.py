"""Charts, from figures to SVG and PNG; pure, and knows nothing of Sentry."""
