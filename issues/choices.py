"""The problems' room: its closed lists."""

from django.db import models

from liaison.choices import Rung, Trigger


class Source(models.TextChoices):
    """By which way a problem came to us."""

    VISIT = "visit", "走访收集"
    PHONE = "phone", "电话收集"
    COMPANY = "company", "企业自报"
    HOTLINE = "hotline", "12345 转来"
    LEADER = "leader", "领导交办"
    IMPORT = "import", "台账导入"


class ExternalSystem(models.TextChoices):
    """Whose number a problem bears besides ours."""

    HOTLINE = "12345", "12345"
    LEDGER = "ledger", "原台账"


class Status(models.TextChoices):
    """Where a problem stands. Difficulty (grade) and outcome are other fields."""

    DRAFT = "draft", "待上报"
    REPORTED = "reported", "待分派"
    TRIAGED = "triaged", "待交办"
    DISPATCHED = "dispatched", "待签收"
    RETURNED = "returned", "退回待裁定"
    IN_PROGRESS = "in_progress", "办理中"
    PLAN_REVIEW = "plan_review", "方案待审"
    DEFERRED = "deferred", "挂账"
    RESOLVED = "resolved", "待答复"
    ANSWERED = "answered", "待确认"
    CLOSED = "closed", "已销号"
    MERGED = "merged", "已并案"
    EXCLUDED = "excluded", "已剔除"
    WITHDRAWN = "withdrawn", "已撤回"


LEFT = (Status.MERGED, Status.EXCLUDED, Status.WITHDRAWN)  # out of the account, counted in no rate
ENDED = (Status.CLOSED, *LEFT)  # only 销号 counts as closed
OPEN = tuple(s for s in Status.values if s not in ENDED)
UNGIVEN = (Status.DRAFT, Status.REPORTED, Status.TRIAGED, Status.RETURNED)  # no unit answers for it now
AT_OFFICE = (Status.REPORTED, Status.TRIAGED, Status.RETURNED, Status.PLAN_REVIEW)
# the next step is the office's, the team's or the company's, and has a last day of its own: 逾期未…
AWAITED = {
    Status.REPORTED: "定级交办",
    Status.TRIAGED: "交办",
    Status.RETURNED: "裁定退回",
    Status.PLAN_REVIEW: "审定方案",
    Status.RESOLVED: "答复企业",
    Status.ANSWERED: "确认销号",
}
# a lead unit answers for it, exactly one (the database keeps it)
LED = (
    Status.DISPATCHED,
    Status.IN_PROGRESS,
    Status.PLAN_REVIEW,
    Status.DEFERRED,
    Status.RESOLVED,
    Status.ANSWERED,
)
# cooperating units are at work
HELPED = (Status.DISPATCHED, Status.RETURNED, Status.IN_PROGRESS, Status.PLAN_REVIEW)


class Outcome(models.TextChoices):
    """What became of it, in words. Only SOLVED counts as solved."""

    SOLVED = "solved", "已解决"
    UNDER_WAY = "under_way", "推进中"
    PLANNED = "planned", "列入计划"
    CANNOT_NOW = "cannot_now", "暂无法解决"
    EXPLAINED = "explained", "解释说明"


class Route(models.TextChoices):
    """By which way a problem is settled: for many companies at once, for one, or by a 专班."""

    COMMON = "common", "共性"
    SINGLE = "single", "个性"
    COMPLEX = "complex", "复杂"


class PlanKind(models.TextChoices):
    """What a plan on a problem is for."""

    HARD = "hard", "疑难攻坚方案"
    COMPANY = "company", "一企一策方案"
    FORCE = "force", "专班工作方案"


class PlanState(models.TextChoices):
    """How far a plan is: handed in, sent back, or gone by."""

    SUBMITTED = "submitted", "待审定"
    RETURNED = "returned", "退回修改"
    STANDING = "standing", "执行中"


class PlanDuty(models.TextChoices):
    """What a plan in force asks for next."""

    PROGRESS = "progress", "月度进展"
    REVIEW = "review", "定期复核"
    END = "end", "完成方案"


class Part(models.TextChoices):
    """What a unit has to do with a problem: it leads, or helps."""

    LEAD = "lead", "主办"
    COOPERATE = "cooperate", "协办"


class ExclusionReason(models.TextChoices):
    """Why a problem is taken out of the programme's account (剔除); granted by another than who asks."""

    NOT_A_PROBLEM = "not_a_problem", "不属企业诉求"
    UNLAWFUL = "unlawful", "诉求不合法或正在诉讼、仲裁"
    OUT_OF_SCOPE = "out_of_scope", "不在本方案受理范围"
    GONE = "gone", "企业已注销或迁出"


class WithdrawalReason(models.TextChoices):
    """Why a company takes back what it filed (撤回); only with its own yes."""

    SETTLED = "settled", "问题已自行解决"
    MISTAKEN = "mistaken", "填报有误"
    NO_LONGER = "no_longer", "不再需要办理"


class ExtensionReason(models.TextChoices):
    """Why a deadline cannot be kept (延期)."""

    SEVERAL_UNITS = "several_units", "需多部门会商"
    HIGHER_LEVEL = "higher_level", "需上级批复"
    PROCEDURE = "procedure", "法定程序未走完"
    COMPANY = "company", "等企业补充材料"
    FORCE = "force", "不可抗力"


class DeferralReason(models.TextChoices):
    """Why nothing can be done for the time being (挂账); the clock stands still."""

    COMPANY = "company", "等企业补充材料或条件"
    HIGHER_LEVEL = "higher_level", "等上级批复或政策出台"
    JUSTICE = "justice", "等司法、仲裁结果"
    MEANS = "means", "资金、规划等条件暂不具备"


class SpanKind(models.TextChoices):
    """A stretch of a problem's handling time."""

    RUNNING = "running", "计时"
    PAUSED = "paused", "停表"


class ReturnReason(models.TextChoices):
    """Why a unit objects to a dispatch (退回)."""

    NOT_OURS = "not_ours", "不属本单位职责"
    OTHER_LEVEL = "other_level", "应由上级或下级办理"
    UNCLEAR = "unclear", "问题表述不清，需补充"
    REPEATED = "repeated", "重复交办"


class Ruling(models.TextChoices):
    """What the office rules on a cooperating unit's objection (裁定协办退回)."""

    UPHOLD = "uphold", "维持协办，仍由该单位承担"
    REPLACE = "replace", "改由其他单位协办"
    TAKE_OFF = "take_off", "不再需要这家单位协办"


class RequestKind(models.TextChoices):
    """What is asked for and decided by somebody else (申请)."""

    EXTENSION = "extension", "延期"
    DEFERRAL = "deferral", "挂账"
    EXCLUSION = "exclusion", "剔除"
    WITHDRAWAL = "withdrawal", "撤回"


REASONS: dict[str, type[models.TextChoices]] = {  # the catalogue from which each kind's reason is chosen
    RequestKind.EXTENSION: ExtensionReason,
    RequestKind.DEFERRAL: DeferralReason,
    RequestKind.EXCLUSION: ExclusionReason,
    RequestKind.WITHDRAWAL: WithdrawalReason,
}


class RequestState(models.TextChoices):
    """What became of a request; it lapses where the problem has moved on."""

    PENDING = "pending", "待审批"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "不同意"
    DROPPED = "dropped", "已收回"
    LAPSED = "lapsed", "已失效"


class Move(models.TextChoices):
    """What can happen to a problem."""

    COLLECT = "collect", "登记"
    REPORT = "report", "上报"
    FORWARD = "forward", "逾期自动转办公室"
    TRIAGE = "triage", "定级"
    DISPATCH = "dispatch", "交办"
    SIGN = "sign", "签收"
    OBJECT = "object", "退回"
    UPHOLD = "uphold", "维持交办"
    PROGRESS = "progress", "进展"
    COOPERATE = "cooperate", "协办反馈"
    HELP_SIGN = "help_sign", "协办签收"
    HELP_OBJECT = "help_object", "协办退回"
    RULE_HELP = "rule_help", "裁定协办退回"
    ADD_UNIT = "add_unit", "增加协办单位"
    RELEASE_UNIT = "release_unit", "撤下协办单位"
    TRANSFER = "transfer", "改派主办单位"
    CONTACT = "contact", "联系企业"
    RESOLVE = "resolve", "办结"
    ANSWER = "answer", "答复企业"
    CONFIRM = "confirm", "确认销号"
    REWORK = "rework", "不满意重办"
    REGRADE = "regrade", "调整等级"
    ASK_EXTENSION = "ask_extension", "申请延期"
    GRANT_EXTENSION = "grant_extension", "同意延期"
    REFUSE_EXTENSION = "refuse_extension", "不同意延期"
    DROP_EXTENSION = "drop_extension", "收回延期申请"
    CORRECT_EXTENSION = "correct_extension", "更正延期"
    ASK_DEFERRAL = "ask_deferral", "申请挂账"
    GRANT_DEFERRAL = "grant_deferral", "同意挂账"
    REFUSE_DEFERRAL = "refuse_deferral", "不同意挂账"
    DROP_DEFERRAL = "drop_deferral", "收回挂账申请"
    REVIEW = "review", "挂账复核"
    RESUME = "resume", "恢复办理"
    SUBMIT_PLAN = "submit_plan", "提交方案"
    ACCEPT_PLAN = "accept_plan", "审定方案"
    RETURN_PLAN = "return_plan", "退回方案"
    PERIODIC = "periodic", "月度进展"
    KEEP_GOING = "keep_going", "复核后继续攻坚"
    SHELVE = "shelve", "复核后挂账"
    GIVE_UP = "give_up", "复核为暂无法解决"
    NAME_LEADER = "name_leader", "明确包案领导"
    JOIN_GROUP = "join_group", "归入共性问题"
    LEAVE_GROUP = "leave_group", "移出共性问题"
    SETTLE = "settle", "以政策措施办结"
    FORM_FORCE = "form_force", "组建专班"
    WRITE_PLAN = "write_plan", "制定方案"
    FINISH_STEP = "finish_step", "完成措施"
    MERGE = "merge", "并案"
    ABSORB = "absorb", "并入"
    ASK_EXCLUSION = "ask_exclusion", "申请剔除"
    GRANT_EXCLUSION = "grant_exclusion", "同意剔除"
    REFUSE_EXCLUSION = "refuse_exclusion", "不同意剔除"
    DROP_EXCLUSION = "drop_exclusion", "收回剔除申请"
    REOPEN = "reopen", "企业重提"
    ASK_WITHDRAWAL = "ask_withdrawal", "请企业撤回"
    WITHDRAW = "withdraw", "企业撤回"
    REFUSE_WITHDRAWAL = "refuse_withdrawal", "企业不同意撤回"
    DROP_WITHDRAWAL = "drop_withdrawal", "收回撤回请求"
    ESCALATE = "escalate", "提级督办"
    ASK_UP = "ask_up", "请求提级"
    MEND = "mend", "断链接续"
    DECIDE = "decide", "会议议定"
    TASK_DONE = "task_done", "完成会议任务"
    TASK_UNDONE = "task_undone", "会议任务未完成"
    REMIND = "remind", "催办"
    SUPERVISE = "supervise", "发督办单"
    NOTICE_SIGN = "notice_sign", "签收督办单"
    NOTICE_REPLY = "notice_reply", "回复督办单"
    NOTICE_CLOSE = "notice_close", "办结督办单"
    INSTRUCT = "instruct", "领导批示"
    INSTRUCT_ANSWER = "instruct_answer", "批示回复"
    EXTERNAL = "external", "外部来件"
    RECKON = "reckon", "期限重算"


class Occasion(models.TextChoices):
    """News of the problems' room that is no move of a problem, or not on every problem."""

    FILED = "filed", "企业自报"
    SILENT = "silent", "逾期未签收"
    HELP_SILENT = "help_silent", "协办逾期未签收"
    OFFICE_LATE = "office_late", "办公室环节逾期提级"
    ANSWER_LATE = "answer_late", "逾期未答复提级"
    SAID_BY_COMPANY = "said_by_company", "企业留言"
    SAID = "said", "留言"
    REMINDED = "reminded", "催办"
    NOTICE_ISSUED = "notice_issued", "督办单签发"
    NOTICE_SIGNED = "notice_signed", "督办单签收"
    NOTICE_REPLIED = "notice_replied", "督办单回复"
    NOTICE_CLOSED = "notice_closed", "督办单办结"
    NOTE_WRITTEN = "note_written", "领导批示"
    NOTE_ANSWERED = "note_answered", "批示回复"
    TASK_GIVEN = "task_given", "会议任务下达"
    TASK_DONE = "task_done_by_unit", "会议任务完成"
    TASK_UNDONE = "task_sent_back", "会议任务退回"


class Cause(models.TextChoices):
    """Why a problem reached a rung: a rule of the programme, somebody's request, or a meeting's decision.

    A step that is late in other hands than the unit's climbs by the rule of what is overdue.
    """

    UNREPORTED = Trigger.UNREPORTED.value, Trigger.UNREPORTED.label
    OVERDUE = Trigger.OVERDUE.value, Trigger.OVERDUE.label
    REWORKS = Trigger.REWORKS.value, Trigger.REWORKS.label
    TRANSFERS = Trigger.TRANSFERS.value, Trigger.TRANSFERS.label
    STEP = "step", "环节逾期"
    REQUEST = "request", "请求提级"
    MEETING = "meeting", "会议决定"


class AnswerMode(models.TextChoices):
    """How the company was told what became of its problem."""

    VISIT = "visit", "上门"
    PHONE = "phone", "电话"
    IM = "im", "微信"
    LETTER = "letter", "书面"


class Light(models.TextChoices):
    """How near a problem's day is, read from the stored days; the same in lists, filters and counts."""

    GREEN = "green", "正常"
    YELLOW = "yellow", "临期"
    RED = "red", "逾期"
    RED_PLUS = "red_plus", "严重逾期"
    DONE = "done", "已销号"
    ENDED = "ended", "已终止"


class MeetingKind(models.TextChoices):
    """Meetings on what is stuck, each named as its rung of the ladder."""

    SPECIAL = Rung.SPECIAL_GROUP.value, "专项小组会"
    DISPATCH = Rung.DISPATCH_MEETING.value, "调度会"
    STANDING = Rung.STANDING_MEETING.value, "常务会议"


class Side(models.TextChoices):
    """Who speaks in a problem's 沟通记录, by relation to it."""

    COMPANY = "company", "企业"
    TEAM = "team", "服务干部"
    UNIT = "unit", "办理单位"
    OFFICE = "office", "协调办公室"


class MeetingState(models.TextChoices):
    """Whether a meeting is to come, was held, or does not take place."""

    PREPARED = "prepared", "待召开"
    HELD = "held", "已召开"
    CALLED_OFF = "called_off", "不召开"


class Sequel(models.TextChoices):
    """What becomes of a problem after a meeting."""

    KEEP = "keep", "继续督办，下次再议"
    UP = "up", "提交上一层级研究"
    BACK = "back", "交回责任单位办理"


class NoticeColour(models.TextChoices):
    """督办单 in three colours: the first, the second and the third on a problem."""

    YELLOW = "yellow", "黄色"
    ORANGE = "orange", "橙色"
    RED = "red", "红色"


class NoteState(models.TextChoices):
    """Where a leader's note stands; a late one is still waited for."""

    WAITING = "waiting", "待报告"
    LATE = "late", "逾期未报告"
    ANSWERED = "answered", "已报告"


class NoticeState(models.TextChoices):
    """How far a 督办单 is: proposed by the clock, issued, signed for, replied to, closed; or not issued."""

    PROPOSED = "proposed", "待签发"
    ISSUED = "issued", "待签收"
    RECEIVED = "received", "待回复"
    REPLIED = "replied", "已回复"
    CLOSED = "closed", "已办结"
    DROPPED = "dropped", "不予签发"


class BulletinState(models.TextChoices):
    """Whether a bulletin may still be written, or stands."""

    DRAFT = "draft", "草稿"
    ISSUED = "issued", "已印发"


class Sharing(models.TextChoices):
    """With whom a saved view is shared; it shows each only what they may see anyway."""

    NOBODY = "", "只给自己"
    UNIT = "unit", "本单位"
    OFFICE = "office", "本地区同岗位"


class BulkState(models.TextChoices):
    """What became of one problem of a bulk run."""

    WAITING = "waiting", "等待办理"
    DONE = "done", "已办"
    REFUSED = "refused", "没有办"
