"""Drawing: the only package that imports Matplotlib. It draws the table it is given and computes nothing."""
