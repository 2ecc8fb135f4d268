import numpy as np

ORACLES = {"dims": lambda dims, shape: np.reshape([int(d) for d in dims], shape)}
