"""scikit-learn's side of the benchmark of fits: features from a file, one fit for each line on standard input.

    python3 fit.py matrix.bin ROWS COLUMNS CLASSES ITERATIONS
"""

import json
import os
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

warnings.filterwarnings("ignore")
file, *sizes = sys.argv[1:]
rows, columns, classes, iterations = map(int, sizes)
features = np.fromfile(file, np.float32, rows * columns).reshape(rows, columns)
labels = np.fromfile(file, np.int64, rows, offset=4 * rows * columns)
print(json.dumps({"version": sklearn.__version__}), flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    model = LogisticRegression(solver="lbfgs", C=1, tol=1e-4, max_iter=iterations).fit(features, labels)
    elapsed = (time.perf_counter() - started) * 1e3
    print(json.dumps({"elapsedMs": elapsed, "iterations": int(np.max(model.n_iter_))}), flush=True)
