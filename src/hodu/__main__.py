"""`python -m hodu` is the `hodu` command."""

import sys

from hodu_cli.main import main

sys.exit(main())
