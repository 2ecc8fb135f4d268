"""From a Snapshot to kernels: rules by op, grouping of nodes, and the programs that result."""
