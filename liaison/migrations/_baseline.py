"""What a baseline is written with: a room's tables at once, and the triggers that guard them."""

from django.db.migrations.operations.base import Operation
from pgtrigger.compiler import Trigger, UpsertTriggerSql
from pgtrigger.migrations import AddTrigger

NO_CHANGE = "RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;"


class Tables(Operation):
    """Tables made one after the other, their models drawn once: Django draws all of them again after each."""

    def __init__(self, *tables):
        self.tables = tables

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for table in reversed(self.tables):
            table.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"Create {len(self.tables)} tables"


class Guard(AddTrigger):
    """A trigger of a table; no model is drawn again for it, since none looks different with it."""

    def state_forwards(self, app_label, state):
        options = state.models[app_label, self.model_name].options
        options["triggers"] = [*options.get("triggers", []), self.trigger]


def guard(app, model, name, code, func=NO_CHANGE, operation="UPDATE OR DELETE", when="BEFORE", **more):
    """The trigger as its model declares it; `code` is the end of its name in the database."""
    sql = UpsertTriggerSql(
        pgid=f"pgtrigger_{name}_{code}",
        table=f"{app}_{model}",
        when=when,
        operation=operation,
        func=func,
        **more,
    )
    return Guard(model_name=model, trigger=Trigger(name=name, sql=sql))
