"""A form per move: the fields that the move needs, and the one service it calls.

Pages and API both go through here, so that both ask for the same and answer alike.
"""

from collections.abc import Sequence

from issues.forms.moves.base import MoveForm, units_for
from issues.forms.moves.endings import AskWithdrawalForm, DropWithdrawalForm, ReopenForm
from issues.forms.moves.ladder import AskUpForm, RemindForm
from issues.forms.moves.office import DispatchForm, MergeForm, RegradeForm, TriageForm, UpholdForm
from issues.forms.moves.plan import (
    AcceptPlanForm,
    GiveUpForm,
    KeepGoingForm,
    NameLeaderForm,
    PeriodicForm,
    ReturnPlanForm,
    ShelveForm,
    SubmitPlanForm,
)
from issues.forms.moves.requests import (
    AskDeferralForm,
    AskExclusionForm,
    AskExtensionForm,
    CorrectExtensionForm,
    DropDeferralForm,
    DropExclusionForm,
    DropExtensionForm,
    GrantDeferralForm,
    GrantExclusionForm,
    GrantExtensionForm,
    RefuseDeferralForm,
    RefuseExclusionForm,
    RefuseExtensionForm,
    ResumeForm,
    ReviewForm,
)
from issues.forms.moves.routes import (
    FinishStepForm,
    FormForceForm,
    JoinGroupForm,
    LeaveGroupForm,
    SettleForm,
    WritePlanForm,
)
from issues.forms.moves.team import AnswerForm, ReportForm
from issues.forms.moves.unit import (
    ContactForm,
    CooperateForm,
    HelpObjectForm,
    HelpSignForm,
    ObjectForm,
    ProgressForm,
    ResolveForm,
    SignForm,
)
from issues.forms.moves.units import AddUnitForm, ReleaseUnitForm, RuleHelpForm, TransferForm
from issues.models import Ticket
from issues.perms import moves_open_to, read_as_case
from issues.transitions import ABOUT, Matter
from liaison.models import Official

__all__ = ["MOVE_FORMS", "MoveForm", "by_matter", "forms_open_to", "units_for"]

FEW = 4  # so many are read at a glance: no headings among them

MOVE_FORMS: dict[str, type[MoveForm]] = {
    form.move: form
    for form in (
        ReportForm,
        DispatchForm,
        TriageForm,
        SignForm,
        HelpSignForm,
        ObjectForm,
        UpholdForm,
        RuleHelpForm,
        ContactForm,
        SubmitPlanForm,
        AcceptPlanForm,
        ReturnPlanForm,
        PeriodicForm,
        NameLeaderForm,
        SettleForm,
        FormForceForm,
        WritePlanForm,
        FinishStepForm,
        ProgressForm,
        CooperateForm,
        HelpObjectForm,
        ResolveForm,
        AnswerForm,
        GrantExtensionForm,
        RefuseExtensionForm,
        GrantDeferralForm,
        RefuseDeferralForm,
        GrantExclusionForm,
        RefuseExclusionForm,
        ReviewForm,
        ResumeForm,
        DropExtensionForm,
        DropDeferralForm,
        DropExclusionForm,
        AskExtensionForm,
        AskDeferralForm,
        KeepGoingForm,
        ShelveForm,
        GiveUpForm,
        RegradeForm,
        AddUnitForm,
        ReleaseUnitForm,
        TransferForm,
        JoinGroupForm,
        LeaveGroupForm,
        MergeForm,
        AskExclusionForm,
        CorrectExtensionForm,
        AskUpForm,
        RemindForm,
        AskWithdrawalForm,
        DropWithdrawalForm,
        ReopenForm,
    )
}


def forms_open_to(official: Official, ticket: Ticket) -> list[type[MoveForm]]:
    """The forms of the moves that the official may make now, in the order in which they are offered."""
    ticket = read_as_case(official, ticket)
    may = set(moves_open_to(official, ticket))
    return [
        form
        for move, form in MOVE_FORMS.items()
        if move in may and form.is_of_use(ticket) and form.is_for(official, ticket)
    ]


def by_matter(forms: Sequence[MoveForm]) -> list[tuple[str, list[MoveForm]]]:
    """The forms under what they are about, each group with its word; a few stay together, without one."""
    if len(forms) <= FEW:
        return [("", list(forms))] if forms else []
    groups = [(matter, [form for form in forms if _matter_of(form) == matter]) for matter in Matter]
    return [(matter.label, found) for matter, found in groups if found]


def _matter_of(form: MoveForm) -> Matter:
    return ABOUT.get(form.move, Matter.HANDLING)
