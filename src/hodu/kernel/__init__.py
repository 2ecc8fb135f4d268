"""The loop IR: what a group of Snapshot nodes is lowered to, and every renderer starts from."""
