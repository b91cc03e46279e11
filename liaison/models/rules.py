"""What every rule row has in common: it belongs to a version and is frozen with it."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import pgtrigger
from django.db import models

from liaison.models.programmes import ProgrammeVersion

_FROZEN_BODY = """
    PERFORM 1 FROM liaison_programmeversion v
     WHERE v.status = 'published'
       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,
                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);
    IF FOUND THEN
        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


class Rule(models.Model):
    """A row of a version's rules; frozen with it.

    `KEY` names what tells two rows of a version apart across versions and presets; empty where a version has
    one row at most.
    """

    KEY: ClassVar[tuple[str, ...]] = ()

    version: models.ForeignKey[Any, ProgrammeVersion]
    version_id: int

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.Trigger(
                name="frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=_FROZEN_BODY,
            ),
        ]

    @classmethod
    def rows_of(cls, version: ProgrammeVersion) -> models.QuerySet[Any]:
        """The rows of this kind that a version has."""
        manager: Any = cls._default_manager  # the column is declared by each kind
        return cast("models.QuerySet[Any]", manager.filter(version=version))

    @classmethod
    def values_asked(cls) -> list[models.Field[Any, Any]]:
        """The columns that the office sets: all but the row's own id and its version."""
        return [field for field in cls._meta.concrete_fields if field.name not in ("id", "version")]
