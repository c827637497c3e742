"""A linear programme solved again and again as its bounds move, each time from the last basis.

scipy carries HiGHS whole but its public doors start from nothing at every call; that costs twenty times more here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize._highspy import _core as highs
from scipy.sparse import csc_array


Floats = NDArray[np.float64]
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Solution:
    """Hold the optimum: values and reduced costs by column, prices by row (HiGHS signs)."""

    objective: float
    values: Floats
    reduced: Floats
    prices: Floats


class Simplex:
    """Minimise `cost · x` with `lower ≤ matrix x ≤ upper`, `x ≥ 0`; bounds and costs may change between runs."""

    def __init__(self, matrix: csc_array, cost: Floats, upper: Floats) -> None:
        rows, columns = matrix.shape
        self._rows = np.arange(rows, dtype=np.int32)
        self._columns = np.arange(columns, dtype=np.int32)
        self._model = highs._Highs()
        for name, value in _OPTIONS.items():
            self._model.setOptionValue(name, value)
        self._model.passModel(_programme(matrix, cost, upper))

    def set_rows(self, rows: NDArray[np.int64], lower: Floats, upper: Floats) -> None:
        """Change the bounds of some rows."""
        for row, low, high in zip(rows.tolist(), lower.tolist(), upper.tolist(), strict=True):
            self._model.changeRowBounds(row, low, high)

    def forbid(self, columns: NDArray[np.int64]) -> None:
        """Keep some columns at zero from now on."""
        for column in columns.tolist():
            self._model.changeColBounds(column, 0.0, 0.0)

    def set_cost(self, cost: Floats) -> None:
        """Change what is minimised."""
        self._model.changeColsCost(len(cost), self._columns, cost)

    def run(self) -> Solution:
        """Solve; RuntimeError if there is no optimum (the caller only asks for programmes that have one)."""
        self._model.run()
        if self._model.getModelStatus() != highs.HighsModelStatus.kOptimal:
            raise RuntimeError(self._model.modelStatusToString(self._model.getModelStatus()))
        found = self._model.getSolution()
        parts = (np.array(part) for part in (found.col_value, found.col_dual, found.row_dual))
        return Solution(self._model.getInfo().objective_function_value, *parts)


_OPTIONS = {
    "output_flag": False,
    "solver": "simplex",
    "threads": 1,
    "random_seed": 0,
    "primal_feasibility_tolerance": TOLERANCE,
    "dual_feasibility_tolerance": TOLERANCE,
}


def _programme(matrix: csc_array, cost: Floats, upper: Floats) -> highs.HighsLp:
    rows, columns = matrix.shape
    programme = highs.HighsLp()
    programme.num_row_, programme.num_col_ = rows, columns
    programme.col_cost_ = cost
    programme.col_lower_, programme.col_upper_ = np.zeros(columns), np.full(columns, np.inf)
    programme.row_lower_, programme.row_upper_ = np.full(rows, -np.inf), upper
    programme.a_matrix_.num_row_, programme.a_matrix_.num_col_ = rows, columns
    programme.a_matrix_.format_ = highs.MatrixFormat.kColwise
    programme.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    programme.a_matrix_.index_ = matrix.indices.astype(np.int32)
    programme.a_matrix_.value_ = matrix.data
    return programme
