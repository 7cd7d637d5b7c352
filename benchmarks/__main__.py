"""python -m benchmarks [--only a,d] [--json FILE]"""

import os

# NumPy reads this when it is imported, which is below.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from benchmarks.main import main  # noqa: E402

main()
