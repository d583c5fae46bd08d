"""What tools propose to change: names settled, arguments checked, nothing sent.

A module for each kind of thing, as in `tools/` and `recipes/`.
"""
