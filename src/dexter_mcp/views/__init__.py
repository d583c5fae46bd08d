"""From model to the text that a language model reads: pure functions, no I/O."""
