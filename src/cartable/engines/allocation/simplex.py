"""A linear programme solved again and again as its bounds move, each time from the last basis.

scipy carries HiGHS whole but its public door starts from nothing at every call, which costs twenty times more here.
So its private binding is used where it is the one that was tried; with any other scipy the public door gives the
same levels, more slowly.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.sparse import csc_array


Floats = NDArray[np.float64]
TOLERANCE = 1e-9
TRIED = "1.17."  # the versions of scipy whose private binding was tried (requirements pin one, by its hash)


@dataclass(frozen=True)
class Solution:
    """Hold the optimum: values and reduced costs by column, prices by row (HiGHS signs)."""

    objective: float
    values: Floats
    reduced: Floats
    prices: Floats


class Simplex(Protocol):
    """Minimise `cost · x` with `lower ≤ matrix x ≤ upper`, `x ≥ 0`; bounds and costs may change between runs."""

    def set_rows(self, rows: NDArray[np.int64], lower: Floats, upper: Floats) -> None:
        """Change the bounds of some rows."""

    def forbid(self, columns: NDArray[np.int64]) -> None:
        """Keep some columns at zero from now on."""

    def set_cost(self, cost: Floats) -> None:
        """Change what is minimised."""

    def run(self) -> Solution:
        """Solve; RuntimeError if there is no optimum (the caller only asks for programmes that have one)."""


def simplex(matrix: csc_array, cost: Floats, upper: Floats) -> Simplex:
    """Return the programme with the rows below `upper`, in the quickest way this machine has."""
    highs = private_highs()
    return Warm(highs, matrix, cost, upper) if highs else Cold(matrix, cost, upper)


@cache
def private_highs() -> Any:
    """Give scipy's private binding of HiGHS, or None where it is not the one that was tried."""
    if not scipy.__version__.startswith(TRIED):
        return None
    try:
        from scipy.optimize._highspy import _core

        return _core if hasattr(_core, "_Highs") else None
    except ImportError:
        return None


class Warm:
    """The private binding: each run starts from the last basis."""

    def __init__(self, highs: Any, matrix: csc_array, cost: Floats, upper: Floats) -> None:
        self._highs = highs
        self._columns = np.arange(matrix.shape[1], dtype=np.int32)
        self._model = highs._Highs()
        for name, value in _OPTIONS.items():
            self._model.setOptionValue(name, value)
        self._model.passModel(_programme(highs, matrix, cost, upper))

    def set_rows(self, rows: NDArray[np.int64], lower: Floats, upper: Floats) -> None:
        for row, low, high in zip(rows.tolist(), lower.tolist(), upper.tolist(), strict=True):
            self._model.changeRowBounds(row, low, high)

    def forbid(self, columns: NDArray[np.int64]) -> None:
        for column in columns.tolist():
            self._model.changeColBounds(column, 0.0, 0.0)

    def set_cost(self, cost: Floats) -> None:
        self._model.changeColsCost(len(cost), self._columns, cost)

    def run(self) -> Solution:
        self._model.run()
        if self._model.getModelStatus() != self._highs.HighsModelStatus.kOptimal:
            raise RuntimeError(self._model.modelStatusToString(self._model.getModelStatus()))
        found = self._model.getSolution()
        parts = (np.array(part) for part in (found.col_value, found.col_dual, found.row_dual))
        return Solution(self._model.getInfo().objective_function_value, *parts)


class Cold:
    """The public door: each run starts from nothing."""

    def __init__(self, matrix: csc_array, cost: Floats, upper: Floats) -> None:
        self._matrix, self._cost = matrix.tocsr(), np.array(cost)
        self._lower, self._upper = np.full(len(upper), -np.inf), np.array(upper)
        self._most = np.full(len(cost), np.inf)

    def set_rows(self, rows: NDArray[np.int64], lower: Floats, upper: Floats) -> None:
        self._lower[rows], self._upper[rows] = lower, upper

    def forbid(self, columns: NDArray[np.int64]) -> None:
        self._most[columns] = 0.0

    def set_cost(self, cost: Floats) -> None:
        self._cost = np.array(cost)

    def run(self) -> Solution:
        from scipy.optimize import linprog
        from scipy.sparse import vstack

        low = np.flatnonzero(np.isfinite(self._lower))
        found = linprog(
            self._cost,
            A_ub=vstack([self._matrix, -self._matrix[low]]),
            b_ub=np.concatenate([self._upper, -self._lower[low]]),
            bounds=np.stack([np.zeros(len(self._most)), self._most], axis=1),
            method="highs-ds",
            options={"primal_feasibility_tolerance": TOLERANCE, "dual_feasibility_tolerance": TOLERANCE},
        )
        if found.status != 0:
            raise RuntimeError(found.message)
        prices = np.array(found.ineqlin.marginals[: len(self._upper)])
        prices[low] -= found.ineqlin.marginals[len(self._upper) :]
        return Solution(float(found.fun), found.x, found.lower.marginals + found.upper.marginals, prices)


_OPTIONS = {
    "output_flag": False,
    "solver": "simplex",
    "threads": 1,
    "random_seed": 0,
    "primal_feasibility_tolerance": TOLERANCE,
    "dual_feasibility_tolerance": TOLERANCE,
}


def _programme(highs: Any, matrix: csc_array, cost: Floats, upper: Floats) -> Any:
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
