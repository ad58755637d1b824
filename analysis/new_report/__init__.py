"""A new study, from an empty form to rows of the tables.

`form` writes a file with every column that can be filled; `entry` turns the filled file into rows, `trial` adds them to
a copy of the data, checks everything and says what the results would become, `keep` adds them to the data themselves.
"""
