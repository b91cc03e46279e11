"""Rosters from files: columns, engine, and the kinds of the ground floor (departments, officials, trainings).

Other rooms' kinds live in their own `imports` module and register themselves.
"""

from liaison.imports import departments, officials, trainings

__all__ = ["departments", "officials", "trainings"]
