"""The life of a problem as tables: which move, from where, to where, by whom; what about; who hears of it.

Buttons, permissions, services, the API, the inbox and the diagram in docs/ are all read from here.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import TextChoices

from issues.choices import HELPED, OPEN, Move, Occasion, RequestKind
from issues.choices import Status as S
from liaison.choices import InboxKind


class Actor(TextChoices):
    """Who makes a move, by relation to the problem."""

    TEAM = "team", "包抓干部"
    OFFICE = "office", "协调办公室"
    PROGRAMME_OFFICE = "programme_office", "方案所在地协调办公室"
    LEAD_UNIT = "lead_unit", "主办单位"
    COOPERATING_UNIT = "cooperating_unit", "协办单位"
    COMPANY = "company", "企业"
    CLOCK = "clock", "系统时钟"
    ASKER = "asker", "申请人"
    EXTENSION_APPROVER = "extension_approver", "延期审批"


@dataclass(frozen=True)
class Rule:
    """A move: legal sources, the target (None: the status stays), and who may make it."""

    sources: frozenset[str]
    target: str | None
    actors: frozenset[str]
    opens: str = ""  # a request of this kind is made: none may wait already
    settles: str = ""  # a request of this kind is decided or taken back: one must wait


def _rule(sources: set[str], target: str | None, *actors: str, opens: str = "", settles: str = "") -> Rule:
    return Rule(frozenset(sources), target, frozenset(actors), opens, settles)


# While nobody has said yet what became of it.
BEFORE_RESULT: set[str] = {
    S.DRAFT, S.REPORTED, S.TRIAGED, S.DISPATCHED, S.RETURNED, S.IN_PROGRESS, S.PLAN_REVIEW, S.DEFERRED
}  # fmt: skip

# While it is graded and a unit answers for it, or is asked to.
GIVEN: set[str] = {S.DISPATCHED, S.RETURNED, S.IN_PROGRESS, S.PLAN_REVIEW, S.DEFERRED}

RULES: dict[str, Rule] = {
    Move.REPORT: _rule({S.DRAFT}, S.REPORTED, Actor.TEAM, Actor.COMPANY),
    Move.FORWARD: _rule({S.DRAFT}, S.REPORTED, Actor.CLOCK),
    Move.TRIAGE: _rule({S.REPORTED, S.TRIAGED}, S.TRIAGED, Actor.OFFICE),
    Move.DISPATCH: _rule({S.REPORTED, S.TRIAGED, S.RETURNED}, S.DISPATCHED, Actor.OFFICE),
    Move.SIGN: _rule({S.DISPATCHED}, S.IN_PROGRESS, Actor.LEAD_UNIT, Actor.CLOCK),
    Move.OBJECT: _rule({S.DISPATCHED}, S.RETURNED, Actor.LEAD_UNIT),
    Move.UPHOLD: _rule({S.RETURNED}, S.DISPATCHED, Actor.OFFICE),
    Move.PROGRESS: _rule({S.IN_PROGRESS}, None, Actor.LEAD_UNIT, Actor.COOPERATING_UNIT),
    Move.HELP_SIGN: _rule(set(HELPED), None, Actor.COOPERATING_UNIT, Actor.CLOCK),
    Move.HELP_OBJECT: _rule(set(HELPED), None, Actor.COOPERATING_UNIT),
    Move.COOPERATE: _rule(set(HELPED), None, Actor.COOPERATING_UNIT),
    Move.RULE_HELP: _rule(set(HELPED), None, Actor.OFFICE),
    Move.ADD_UNIT: _rule({S.DISPATCHED, S.IN_PROGRESS}, None, Actor.OFFICE),
    Move.RELEASE_UNIT: _rule({S.DISPATCHED, S.IN_PROGRESS}, None, Actor.OFFICE),
    Move.TRANSFER: _rule({S.DISPATCHED, S.IN_PROGRESS}, S.DISPATCHED, Actor.OFFICE),
    Move.CONTACT: _rule({S.DISPATCHED, S.IN_PROGRESS}, None, Actor.LEAD_UNIT),
    Move.RESOLVE: _rule({S.IN_PROGRESS}, S.RESOLVED, Actor.LEAD_UNIT),
    Move.ANSWER: _rule({S.RESOLVED}, S.ANSWERED, Actor.TEAM),
    Move.CONFIRM: _rule({S.ANSWERED}, S.CLOSED, Actor.COMPANY, Actor.OFFICE),
    Move.REWORK: _rule({S.ANSWERED}, S.IN_PROGRESS, Actor.COMPANY, Actor.OFFICE),
    Move.REGRADE: _rule({S.DISPATCHED, S.IN_PROGRESS}, None, Actor.OFFICE),
    Move.ASK_EXTENSION: _rule({S.IN_PROGRESS}, None, Actor.LEAD_UNIT, opens=RequestKind.EXTENSION),
    Move.GRANT_EXTENSION: _rule(
        {S.IN_PROGRESS}, None, Actor.EXTENSION_APPROVER, settles=RequestKind.EXTENSION
    ),
    Move.REFUSE_EXTENSION: _rule(
        {S.IN_PROGRESS}, None, Actor.EXTENSION_APPROVER, settles=RequestKind.EXTENSION
    ),
    Move.DROP_EXTENSION: _rule({S.IN_PROGRESS}, None, Actor.ASKER, settles=RequestKind.EXTENSION),
    Move.CORRECT_EXTENSION: _rule({S.IN_PROGRESS}, None, Actor.EXTENSION_APPROVER),
    Move.ASK_DEFERRAL: _rule({S.IN_PROGRESS}, None, Actor.LEAD_UNIT, opens=RequestKind.DEFERRAL),
    Move.GRANT_DEFERRAL: _rule({S.IN_PROGRESS}, S.DEFERRED, Actor.OFFICE, settles=RequestKind.DEFERRAL),
    Move.REFUSE_DEFERRAL: _rule({S.IN_PROGRESS}, None, Actor.OFFICE, settles=RequestKind.DEFERRAL),
    Move.DROP_DEFERRAL: _rule({S.IN_PROGRESS}, None, Actor.ASKER, settles=RequestKind.DEFERRAL),
    Move.REVIEW: _rule({S.DEFERRED}, None, Actor.OFFICE),
    Move.RESUME: _rule({S.DEFERRED}, S.IN_PROGRESS, Actor.OFFICE, Actor.LEAD_UNIT),
    Move.SUBMIT_PLAN: _rule({S.IN_PROGRESS}, S.PLAN_REVIEW, Actor.LEAD_UNIT),
    Move.ACCEPT_PLAN: _rule({S.PLAN_REVIEW}, S.IN_PROGRESS, Actor.OFFICE),
    Move.RETURN_PLAN: _rule({S.PLAN_REVIEW}, S.IN_PROGRESS, Actor.OFFICE),
    Move.PERIODIC: _rule({S.IN_PROGRESS}, None, Actor.LEAD_UNIT),
    Move.KEEP_GOING: _rule({S.IN_PROGRESS}, None, Actor.OFFICE),
    Move.SHELVE: _rule({S.IN_PROGRESS}, S.DEFERRED, Actor.OFFICE),
    Move.GIVE_UP: _rule({S.IN_PROGRESS}, S.RESOLVED, Actor.OFFICE),
    Move.NAME_LEADER: _rule(GIVEN, None, Actor.OFFICE),
    Move.JOIN_GROUP: _rule(BEFORE_RESULT, None, Actor.PROGRAMME_OFFICE),
    Move.LEAVE_GROUP: _rule(BEFORE_RESULT, None, Actor.PROGRAMME_OFFICE),
    Move.SETTLE: _rule({S.IN_PROGRESS}, S.RESOLVED, Actor.LEAD_UNIT, Actor.PROGRAMME_OFFICE),
    Move.FORM_FORCE: _rule(GIVEN, None, Actor.OFFICE),
    Move.WRITE_PLAN: _rule({S.DISPATCHED, S.IN_PROGRESS}, None, Actor.LEAD_UNIT, Actor.OFFICE),
    Move.FINISH_STEP: _rule({S.IN_PROGRESS}, None, Actor.LEAD_UNIT, Actor.COOPERATING_UNIT),
    Move.MERGE: _rule(BEFORE_RESULT, S.MERGED, Actor.OFFICE),
    Move.ABSORB: _rule(set(OPEN), None, Actor.OFFICE),
    Move.ASK_EXCLUSION: _rule(BEFORE_RESULT, None, Actor.OFFICE, opens=RequestKind.EXCLUSION),
    Move.GRANT_EXCLUSION: _rule(
        BEFORE_RESULT, S.EXCLUDED, Actor.PROGRAMME_OFFICE, settles=RequestKind.EXCLUSION
    ),
    Move.REFUSE_EXCLUSION: _rule(BEFORE_RESULT, None, Actor.PROGRAMME_OFFICE, settles=RequestKind.EXCLUSION),
    Move.DROP_EXCLUSION: _rule(BEFORE_RESULT, None, Actor.ASKER, settles=RequestKind.EXCLUSION),
    Move.REOPEN: _rule({S.CLOSED}, S.IN_PROGRESS, Actor.COMPANY, Actor.OFFICE),
    Move.ASK_WITHDRAWAL: _rule(BEFORE_RESULT, None, Actor.TEAM, Actor.OFFICE, opens=RequestKind.WITHDRAWAL),
    Move.WITHDRAW: _rule(BEFORE_RESULT, S.WITHDRAWN, Actor.COMPANY),
    Move.REFUSE_WITHDRAWAL: _rule(BEFORE_RESULT, None, Actor.COMPANY, settles=RequestKind.WITHDRAWAL),
    Move.DROP_WITHDRAWAL: _rule(BEFORE_RESULT, None, Actor.ASKER, settles=RequestKind.WITHDRAWAL),
    Move.ESCALATE: _rule(set(OPEN), None, Actor.CLOCK),
    Move.REMIND: _rule({S.DISPATCHED, S.IN_PROGRESS}, None, Actor.OFFICE),
    Move.ASK_UP: _rule(BEFORE_RESULT - {S.DRAFT}, None, Actor.LEAD_UNIT, Actor.OFFICE, Actor.TEAM),
}


class Matter(TextChoices):
    """What a move is about: what is not done every day is grouped by it where it is offered."""

    HANDLING = "handling", "办理"
    DAYS = "days", "等级和期限"
    UNITS = "units", "单位和领导"
    WAY = "way", "去向"
    CHASE = "chase", "督办"


_ABOUT: dict[Matter, set[str]] = {  # all others are the handling itself
    Matter.DAYS: {
        *(Move.TRIAGE, Move.REGRADE, Move.CORRECT_EXTENSION, Move.DROP_EXTENSION),
        *(Move.ASK_EXTENSION, Move.GRANT_EXTENSION, Move.REFUSE_EXTENSION),
    },
    Matter.UNITS: {Move.ADD_UNIT, Move.RELEASE_UNIT, Move.TRANSFER, Move.NAME_LEADER, Move.FORM_FORCE},
    Matter.WAY: {
        *(Move.ASK_DEFERRAL, Move.GRANT_DEFERRAL, Move.REFUSE_DEFERRAL, Move.DROP_DEFERRAL, Move.SHELVE),
        *(Move.ASK_EXCLUSION, Move.GRANT_EXCLUSION, Move.REFUSE_EXCLUSION, Move.DROP_EXCLUSION),
        *(Move.ASK_WITHDRAWAL, Move.DROP_WITHDRAWAL, Move.GIVE_UP),
        *(Move.MERGE, Move.JOIN_GROUP, Move.LEAVE_GROUP),
    },
    Matter.CHASE: {Move.REMIND, Move.ASK_UP},
}
ABOUT: dict[str, Matter] = {move: matter for matter, moves in _ABOUT.items() for move in moves}


def allows(rule: Rule, waiting: Collection[str]) -> bool:
    """Whether the requests that wait on a ticket leave room for the move."""
    return rule.opens not in waiting and (not rule.settles or rule.settles in waiting)


def settled_in(status: str) -> frozenset[str]:
    """The kinds of request that can be decided while a problem is in the status."""
    return frozenset(rule.settles for rule in RULES.values() if rule.settles and status in rule.sources)


# --- who hears of it ----------------------------------------------------------------------------------
class Hearer(TextChoices):
    """Who is told, by relation to what happened. Nobody hears of what they did themselves."""

    LEAD_UNIT = "lead_unit", "主办单位"
    NEW_HELPERS = "new_helpers", "新增的协办单位"
    THIS_UNIT = "this_unit", "所涉单位"
    FORMER_LEAD = "former_lead", "原主办单位"
    ADDRESSEE = "addressee", "受文单位"
    OFFICE = "office", "协调办公室"
    PROGRAMME_OFFICE = "programme_office", "方案所在地协调办公室"
    APPROVER = "approver", "延期审批"
    TEAM = "team", "包抓干部"
    ASKER = "asker", "申请人"
    LEADER = "leader", "包案领导"
    FORCE = "force", "专班成员"
    RUNG = "rung", "承接层级"
    SPEAKERS = "speakers", "发过言的人"
    AUTHOR = "author", "签发人"


class Until(TextChoices):
    """What a message waits for: whoever does it, it is settled for all who were told."""

    NOTHING = "", "—"
    STEP = "step", "进入下一环节"
    REQUEST = "request", "申请有结果"
    PART = "part", "单位签收或退回"
    RULING = "ruling", "裁定"
    REPLY = "reply", "回复"
    CLOSING = "closing", "核定"


@dataclass(frozen=True)
class Tell:
    """One seat that hears of it, in which words, and until when it counts as owed."""

    to: Hearer
    words: str
    kind: InboxKind = InboxKind.NEWS
    until: Until = Until.NOTHING


def _do(to: Hearer, words: str, until: Until = Until.STEP) -> Tell:
    return Tell(to, words, InboxKind.TODO, until)


def _press(to: Hearer, words: str, until: Until = Until.NOTHING) -> Tell:
    return Tell(to, words, InboxKind.PRESS, until)


H = Hearer
# Where one person sits in several seats, the first line that reaches them is the one they read.
TOLD: dict[str, tuple[Tell, ...]] = {
    Occasion.FILED: (_do(H.TEAM, "企业自报问题，请核实上报"),),
    Move.REPORT: (_do(H.OFFICE, "新上报，请定级交办"),),
    Move.FORWARD: (
        _do(H.OFFICE, "逾期未报、系统转办，请定级交办"),
        _press(H.TEAM, "超过上报期限，系统已转办公室"),
    ),
    Move.DISPATCH: (
        _do(H.LEAD_UNIT, "新交办，请签收"),
        _do(H.NEW_HELPERS, "请贵单位协办，请签收", Until.PART),
        Tell(H.TEAM, "已交办"),
    ),
    Move.TRANSFER: (
        _do(H.LEAD_UNIT, "改派贵单位主办，请签收"),
        Tell(H.FORMER_LEAD, "已改派其他单位主办"),
        Tell(H.TEAM, "已改派主办单位"),
    ),
    Move.UPHOLD: (_do(H.LEAD_UNIT, "退回未获同意、维持交办，请签收"),),
    Occasion.SILENT: (_press(H.THIS_UNIT, "逾期未签收，视为接受，请办理"),),
    Occasion.HELP_SILENT: (_press(H.THIS_UNIT, "协办逾期未签收，视为接受，请协办"),),
    Move.OBJECT: (_do(H.OFFICE, "单位退回，请裁定"),),
    Move.HELP_OBJECT: (_do(H.OFFICE, "协办单位退回，请裁定", Until.RULING),),
    Move.RULE_HELP: (
        Tell(H.THIS_UNIT, "协办退回已裁定"),
        _do(H.NEW_HELPERS, "请贵单位协办，请签收", Until.PART),
    ),
    Move.ADD_UNIT: (
        _do(H.NEW_HELPERS, "请贵单位协办，请签收", Until.PART),
        Tell(H.LEAD_UNIT, "已增加协办单位"),
    ),
    Move.RELEASE_UNIT: (Tell(H.THIS_UNIT, "不再需要贵单位协办"),),
    Move.COOPERATE: (Tell(H.LEAD_UNIT, "协办单位已反馈意见"),),
    Move.RESOLVE: (_do(H.TEAM, "已办结，请答复企业"),),
    Move.SETTLE: (_do(H.TEAM, "以政策措施办结，请答复企业"), Tell(H.LEAD_UNIT, "以政策措施办结")),
    Move.GIVE_UP: (_do(H.TEAM, "复核为暂无法解决，请答复企业"), Tell(H.LEAD_UNIT, "复核为暂无法解决")),
    Move.CONFIRM: (Tell(H.LEAD_UNIT, "企业已确认，销号"), Tell(H.TEAM, "企业已确认，销号")),
    Move.REWORK: (
        _do(H.LEAD_UNIT, "企业不满意，请重办"),
        Tell(H.TEAM, "企业不满意，已退回重办"),
    ),
    Move.REOPEN: (
        _do(H.LEAD_UNIT, "企业重提，请办理"),
        Tell(H.TEAM, "企业已重提"),
        Tell(H.OFFICE, "企业已重提"),
    ),
    Move.REGRADE: (Tell(H.LEAD_UNIT, "等级已调整"), Tell(H.TEAM, "等级已调整")),
    Move.ASK_EXTENSION: (_do(H.APPROVER, "申请延期，请审批", Until.REQUEST),),
    Move.GRANT_EXTENSION: (
        Tell(H.ASKER, "延期申请已同意"),
        Tell(H.LEAD_UNIT, "延期申请已同意"),
        Tell(H.TEAM, "办理期限已延长"),
    ),
    Move.REFUSE_EXTENSION: (Tell(H.ASKER, "延期申请未同意"), Tell(H.LEAD_UNIT, "延期申请未同意")),
    Move.CORRECT_EXTENSION: (Tell(H.LEAD_UNIT, "延期已更正"), Tell(H.TEAM, "延期已更正")),
    Move.ASK_DEFERRAL: (_do(H.OFFICE, "申请挂账，请审批", Until.REQUEST),),
    Move.GRANT_DEFERRAL: (
        Tell(H.ASKER, "挂账申请已同意"),
        Tell(H.LEAD_UNIT, "挂账申请已同意"),
        Tell(H.TEAM, "已挂账，定期复核"),
    ),
    Move.REFUSE_DEFERRAL: (Tell(H.ASKER, "挂账申请未同意"), Tell(H.LEAD_UNIT, "挂账申请未同意")),
    Move.RESUME: (_do(H.LEAD_UNIT, "挂账结束，请恢复办理"), Tell(H.TEAM, "已恢复办理")),
    Move.SUBMIT_PLAN: (_do(H.OFFICE, "攻坚方案待审定"),),
    Move.ACCEPT_PLAN: (Tell(H.LEAD_UNIT, "攻坚方案已审定"),),
    Move.RETURN_PLAN: (_do(H.LEAD_UNIT, "攻坚方案退回，请修改"),),
    Move.KEEP_GOING: (Tell(H.LEAD_UNIT, "复核后继续攻坚"),),
    Move.SHELVE: (Tell(H.LEAD_UNIT, "复核后挂账"), Tell(H.TEAM, "复核后挂账")),
    Move.NAME_LEADER: (Tell(H.LEADER, "请您包案"),),
    Move.FORM_FORCE: (Tell(H.FORCE, "您已编入问题专班"),),
    Move.MERGE: (Tell(H.TEAM, "已并入另一件问题"), Tell(H.LEAD_UNIT, "已并入另一件问题")),
    Move.ASK_EXCLUSION: (_do(H.PROGRAMME_OFFICE, "申请剔除，请审批", Until.REQUEST),),
    Move.GRANT_EXCLUSION: (
        Tell(H.ASKER, "剔除申请已同意"),
        Tell(H.TEAM, "已剔除，不再办理"),
        Tell(H.LEAD_UNIT, "已剔除，不再办理"),
    ),
    Move.REFUSE_EXCLUSION: (Tell(H.ASKER, "剔除申请未同意"),),
    Move.WITHDRAW: (
        Tell(H.LEAD_UNIT, "企业已撤回，不再办理"),
        Tell(H.TEAM, "企业已撤回"),
        Tell(H.OFFICE, "企业已撤回"),
    ),
    Move.REFUSE_WITHDRAWAL: (Tell(H.ASKER, "企业不同意撤回，继续办理"),),
    Move.ESCALATE: (_press(H.RUNG, "已提级，请督办协调"), _press(H.LEAD_UNIT, "已提级督办，请抓紧办理")),
    Occasion.OFFICE_LATE: (
        _press(H.OFFICE, "办公室环节已逾期，请抓紧办理"),
        _press(H.RUNG, "办公室环节逾期、已提级，请督办协调"),
    ),
    Occasion.ANSWER_LATE: (
        _press(H.TEAM, "逾期未答复企业，请抓紧答复"),
        _press(H.RUNG, "逾期未答复企业、已提级，请督办协调"),
    ),
    Move.MEND: (_press(H.RUNG, "断链接续，请督办协调"),),
    Move.DECIDE: (Tell(H.LEAD_UNIT, "会议已有议定意见"),),
    Occasion.REMINDED: (_press(H.ADDRESSEE, "催办"),),
    Occasion.NOTICE_ISSUED: (_press(H.ADDRESSEE, "督办单，请签收并回复", Until.REPLY),),
    Occasion.NOTICE_REPLIED: (_do(H.AUTHOR, "督办单已回复，请核定", Until.CLOSING),),
    Occasion.NOTICE_CLOSED: (Tell(H.ADDRESSEE, "督办单已办结"),),
    Occasion.NOTE_WRITTEN: (_press(H.ADDRESSEE, "领导批示，请报告办理情况", Until.REPLY),),
    Occasion.NOTE_ANSWERED: (Tell(H.AUTHOR, "批示已有回复"),),
    Occasion.TASK_GIVEN: (_press(H.ADDRESSEE, "会议任务，请按期完成", Until.REPLY),),
    Occasion.TASK_DONE: (Tell(H.AUTHOR, "会议任务已登记完成"),),
    Occasion.TASK_UNDONE: (_press(H.ADDRESSEE, "会议任务未算完成，请继续落实", Until.REPLY),),
    Occasion.SAID_BY_COMPANY: (
        Tell(H.TEAM, "企业留言", InboxKind.TALK),
        Tell(H.LEAD_UNIT, "企业留言", InboxKind.TALK),
        Tell(H.OFFICE, "企业留言", InboxKind.TALK),
        Tell(H.SPEAKERS, "企业留言", InboxKind.TALK),
    ),
    Occasion.SAID: (
        Tell(H.TEAM, "新留言", InboxKind.TALK),
        Tell(H.LEAD_UNIT, "新留言", InboxKind.TALK),
        Tell(H.SPEAKERS, "新留言", InboxKind.TALK),
    ),
}
# A unit that has said what it does with its part owes no signature any more.
ANSWERS_PART = frozenset({Move.HELP_SIGN, Move.HELP_OBJECT, Move.COOPERATE, Move.RELEASE_UNIT})


def is_news(move: str, source: str, target: str) -> bool:
    """Whether somebody is told of the move, or is told something that it settles."""
    settles = move in RULES and bool(RULES[move].settles)
    steps = source not in ("", target)  # what was only written down settles nothing
    return move in TOLD or steps or settles or move in ANSWERS_PART
