"""What would the reconciliation miss? Known faults are planted in a copy of the platform, and it is asked to find them.

    score = drill(project, faults=3, mutations=1, seed=1, notice=print)

Two copies are made and dropped again. In the first, single faults of named classes are written into rows (`faults`). In
the second, the mapping itself is wrong in known ways, and everything is loaded again by it (`mutations`). Then both
copies are reconciled as the platform is, and what was found is held against what was planted. The platform and the
legacy database are never written to.

The score stays in the project, and every later report shows it.
"""

from migrate.drilling.running import drill
from reconciliation.score import ClassScore, Score

__all__ = ["ClassScore", "Score", "drill"]
