"""What stands between kernels and code: the target's description and the plan of memory."""
