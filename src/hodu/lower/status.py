"""What `Stage.fail` says is wrong: the numbers of `enum hodu_status` in hodu.h."""

INDEX = 1
DIVISION = 2
VALUE = 3
SHAPE = 4
