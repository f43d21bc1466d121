/**
 * Problem — the catalogue of everything that can be wrong, one entry per stable code.
 *
 * The same entry answers REST (application/problem+json, RFC 9457) and WebSocket (`error`). In C a problem is a GError of the
 * domain PROBLEM with the entry's number as code and, as message, the detail for the client: it may name a field or a limit, never a person,
 * a path or a secret. Codes are part of the protocol: never renamed, never reused. Any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/* X(name, code, HTTP status, Chinese, English) */
#define PROBLEM_TABLE(X)                                                                                               \
    X(INTERNAL, "server/internal", 500, "系统出了故障,已记录,请稍后再试。", "The system failed; it has been logged. Try again later.") \
    X(BUSY, "server/busy", 503, "系统繁忙,请稍候再试。", "The system is busy; try again in a moment.")                          \
    X(STORE, "store/unavailable", 503, "数据库暂时不可用,请稍后再试。", "The database is not available; try again later.")          \
    X(JSON_MALFORMED, "json/malformed", 400, "数据格式不对。", "The text is not a JSON object.")                               \
    X(JSON_DUPLICATE_KEY, "json/duplicate-key", 400, "数据中有重复的字段。", "A key occurs twice.")                               \
    X(JSON_TOO_DEEP, "json/too-deep", 400, "数据嵌套过深。", "The JSON is nested too deeply.")                                 \
    X(JSON_TOO_LARGE, "json/too-large", 413, "数据太大。", "The JSON is too large.")                                         \
    X(FIELD_INVALID, "field/invalid", 400, "内容填写有误。", "A field is missing or wrong.")                                   \
    X(MESSAGE_UNKNOWN_TYPE, "message/unknown-type", 400, "不认识的消息。", "The message type is not known.")                   \
    X(MESSAGE_ORDER, "message/order", 409, "现在还不能这样操作。", "This message is not possible at this point.")                   \
    X(MESSAGE_RATE, "message/rate", 429, "操作太频繁,请稍候。", "Too many messages; wait a moment.")                            \
    X(MESSAGE_ROLE, "message/role", 403, "您的身份不能这样操作。", "Your role may not do this.")                                   \
    X(MESSAGE_VISIT_STATE, "message/visit-state", 409, "踏勘当前的状态不能这样操作。", "The visit's state does not allow this.")       \
    X(VERSION_UNSUPPORTED, "version/unsupported", 400, "页面版本过旧,请刷新页面。", "The protocol version is not spoken here; reload the page.") \
    X(REQUEST_NOT_FOUND, "request/not-found", 404, "没有这个地址。", "There is nothing at this address.")                        \
    X(REQUEST_CONTENT_TYPE, "request/content-type", 415, "请求的内容类型不对。", "The content type is not accepted here.")           \
    X(REQUEST_ORIGIN, "request/origin", 403, "请求来自其他网站,已拒绝。", "The request comes from another site and was refused.")        \
    X(REQUEST_LIMIT, "request/limit", 429, "来自同一地址的连接太多,请稍候再试。", "Too many connections from one address.")                \
    X(ACCESS_REQUIRED, "access/required", 401, "请先登录。", "Sign in first.")                                              \
    X(ACCESS_CREDENTIALS, "access/credentials", 401, "账号或密码不对。", "The account or the password is wrong.")                 \
    X(ACCESS_PASSWORD, "access/password", 403, "密码不对,没有签名。", "The password is wrong; nothing was signed.")         \
    X(ACCESS_THROTTLED, "access/throttled", 429, "登录失败次数太多,请稍后再试。", "Too many failed attempts; try again later.")        \
    X(ACCESS_DENIED, "access/denied", 403, "您没有权限。", "You are not allowed to do this.")                                \
    X(INVITATION_INVALID, "invitation/invalid", 401, "邀请链接不正确,请完整复制或重新扫码。", "The invitation is not valid; copy the whole link or scan again.") \
    X(INVITATION_EXPIRED, "invitation/expired", 401, "邀请已过期,请联系工作人员重新发送。", "The invitation has expired; ask the office for a new one.") \
    X(INVITATION_REVOKED, "invitation/revoked", 401, "邀请已作废,请联系工作人员。", "The invitation was withdrawn; contact the office.") \
    X(INVITATION_NOT_FOUND, "invitation/not-found", 404, "没有这个邀请。", "There is no such invitation.")                      \
    X(RESUME_INVALID, "resume/invalid", 401, "无法恢复,请重新进入。", "The connection cannot be resumed; come in again.")           \
    X(STREAM_TOKEN_INVALID, "stream-token/invalid", 401, "推拉流令牌无效或已过期。", "The stream token is not valid or has expired.")   \
    X(USER_NOT_FOUND, "user/not-found", 404, "没有这个账号。", "There is no such account.")                                     \
    X(USER_EXISTS, "user/exists", 409, "账号已存在。", "The account exists already.")                                         \
    X(USER_PASSWORD, "user/password", 400, "密码至少8个字符。", "A password has at least 8 characters.")                          \
    X(ITEM_NOT_FOUND, "item/not-found", 404, "没有这个审批事项。", "There is no such item.")                                      \
    X(ITEM_NO_DRAFT, "item/no-draft", 404, "这个事项没有草稿。", "This item has no draft.")                                       \
    X(ITEM_CHANGED, "item/changed", 409, "草稿已被别人修改,请刷新后再改。", "Somebody else has changed the draft; look at it again.")        \
    X(ITEM_EFFECTIVE, "item/effective", 409, "生效时间不能早于上一版。", "It cannot take effect before the version before it.")         \
    X(CASE_NOT_FOUND, "case/not-found", 404, "没有这个办件。", "There is no such case.")                                         \
    X(CASE_CONFLICT, "case/conflict", 409, "办件编号已被另一办件使用。", "The case number belongs to a different case.")                 \
    X(VISIT_NOT_FOUND, "visit/not-found", 404, "没有这次踏勘。", "There is no such visit.")                                      \
    X(VISIT_NOT_ASSIGNED, "visit/not-assigned", 403, "您没有被安排参加这次踏勘。", "You are not assigned to this visit.")              \
    X(VISIT_CHANGED, "visit/changed", 409, "踏勘安排已被修改或已开始,请刷新后再试。", "The visit was changed or has begun; look at it and try again.") \
    X(VISIT_ENDED, "visit/ended", 409, "踏勘已结束。", "The visit has ended.")                                                \
    X(VISIT_FULL, "visit/full", 409, "参加人数已满。", "The visit has as many participants as it can hold.")                     \
    X(CONSENT_REQUIRED, "consent/required", 409, "请先阅读并同意告知书。", "Read and agree to the notice first.")                      \
    X(PARTICIPANT_NOT_FOUND, "participant/not-found", 404, "没有这位参加人。", "There is no such participant.")                     \
    X(PARTICIPANT_NOT_WAITING, "participant/not-waiting", 409, "对方不在等候室。", "The participant is not waiting.")               \
    X(PARTICIPANT_NOT_ADMITTED, "participant/not-admitted", 403, "请等待工作人员接入。", "Wait until you are admitted.")              \
    X(CHECKPOINT_UNKNOWN, "checkpoint/unknown", 404, "该事项没有这个检查点。", "The item has no such check point.")                   \
    X(CHECKPOINT_NOT_STARTED, "checkpoint/not-started", 409, "这个检查点没有开始。", "The check point is not under way.")            \
    X(FINDING_REVISION_CONFLICT, "finding/revision-conflict", 409, "同事刚刚改过这一条,请看过后再保存。", "A colleague has just changed this finding; look at it and save again.") \
    X(FORM_UNKNOWN, "form/unknown", 404, "没有这张表单。", "There is no such form.")                                          \
    X(FORM_WITHDRAWN, "form/withdrawn", 409, "这张表单已经停用,不能再填;请重新选一张,填过的内容还在。", "This form was withdrawn and cannot be filled in any more; choose another. What was filled in is kept.") \
    X(FORM_NOT_OPEN, "form/not-open", 409, "表单没有打开,请先打开。", "No form is open; open one first.")                        \
    X(FORM_FIELD_UNKNOWN, "form/field-unknown", 404, "表单里没有这一栏。", "The form has no such field.")                       \
    X(FORM_FIELD_HIDDEN, "form/field-hidden", 403, "这一栏涉及隐私,要申请人点“给帮办员看”后才能看和填。", "This field is private; the applicant has to show it first.") \
    X(FORM_VALUE, "form/value", 400, "这一栏不能这样填。", "This value does not fit the field.")                               \
    X(FORM_TOO_LONG, "form/too-long", 400, "文字太长,多出的没有放进去。", "The text is too long; it was not taken over.")              \
    X(FORM_CONFLICT, "form/conflict", 409, "对方刚刚改了这一栏,请看过后再改。", "The other has just changed this field; look at it and choose again.") \
    X(FORM_STALE, "form/stale", 409, "这一页太旧了,正在取最新内容。", "This page is too old; the newest content is being fetched.")      \
    X(FORM_ROWS, "form/rows", 409, "行数已到上限。", "There are as many rows as there may be.")                               \
    X(FORM_APPLICANT_ONLY, "form/applicant-only", 403, "只有申请人本人可以确认、签名和提交。", "Only the applicant may confirm, sign and submit.") \
    X(FORM_INCOMPLETE, "form/incomplete", 409, "还有没填好的栏目。", "Some fields are not filled in yet.")                        \
    X(FORM_UNCONFIRMED, "form/unconfirmed", 409, "还有部分没有经申请人确认。", "The applicant has not confirmed every section yet.")    \
    X(FORM_UNSIGNED, "form/unsigned", 409, "还没有签名。", "The form has not been signed yet.")                               \
    X(FORM_SUBMITTED, "form/submitted", 409, "表单已提交,不能再改。", "The form has been submitted and cannot change any more.")        \
    X(QUEUE_TAKEN, "queue/taken", 409, "这位申请人已有人接待,或您正在接待别人。", "Another helper has this applicant, or you are in a visit.")  \
    X(STILL_NOT_FOUND, "still/not-found", 404, "没有这张照片。", "There is no such still.")                                      \
    X(STILL_NOT_JPEG, "still/not-jpeg", 415, "照片不是JPEG格式。", "The still is not a JPEG image.")                             \
    X(STILL_CONFLICT, "still/conflict", 409, "这张照片已经保存过,内容不同。", "Another image is already stored under this id.")          \
    X(STILL_OFFSET, "still/offset", 409, "照片上传的位置不对,将接着传。", "The upload goes on at another place.") \
    X(STILL_DIGEST, "still/digest", 422, "照片与拍摄时登记的不一致,没有保存。", "The picture is not the one that was announced when it was taken; it was not kept.") \
    X(STILL_NO_APPLICANT, "still/no-applicant", 409, "申请人不在线,无法拍照。", "No applicant is connected who could take the still.")    \
    X(CHALLENGE_UNKNOWN, "challenge/unknown", 404, "没有这次随机验证。", "There is no such challenge.")                     \
    X(VISIT_CONFLICT, "visit/conflict-of-interest", 409, "帮办过这个办件的人员不能参加它的踏勘。", "Whoever helped with this case may not inspect it.") \
    X(RECORD_NOT_FOUND, "record/not-found", 404, "没有这份核查记录。", "There is no such record.")                               \
    X(RECORD_STALE, "record/stale", 409, "记录内容已有变化,请看过最新的记录再签名。", "The record has changed; read the newest one, then sign.")   \
    X(RECORD_SIGNED, "record/signed", 409, "这份记录已经签署完毕。", "The record has been signed already.")                        \
    X(RECORD_SIGNATURE, "record/signature", 400, "签名太短,请重新签名。", "Too little is written for a signature; sign again.")       \
    X(RECORD_IN_PROGRESS, "record/in-progress", 409, "记录正在生成,请稍候几秒再结束。", "The record is being made; end the visit in a few seconds.") \
    X(CONCLUSION_INSPECTORS, "conclusion/inspectors", 409, "在场的检查人员不足,不能作出结论。", "Not enough inspectors are present to conclude.") \
    X(CONCLUSION_OPEN, "conclusion/open", 409, "还有必查的检查点没有结果。", "Required check points have no result yet.")             \
    X(CONCLUSION_REASON, "conclusion/reason", 409, "不是“符合”的检查点要写明理由。", "Every result other than conform needs a reason.")  \
    X(CONCLUSION_REMARK, "conclusion/remark", 409, "请写明作出这个结论的理由。", "This conclusion needs a reason.")                    \
    X(CONCLUSION_DEADLINE, "conclusion/deadline", 409, "请填写整改期限。", "Set a deadline for the rectification.")                    \
    X(CONCLUSION_CONTRADICTION, "conclusion/contradiction", 409, "结论与检查点的结果不一致。", "The conclusion does not fit the results of the check points.") \
    X(CASE_LINK_INVALID, "case-link/invalid", 401, "链接不正确,请完整复制或重新扫码。", "The link is not valid; copy the whole link or scan again.") \
    X(CASE_LINK_EXPIRED, "case-link/expired", 401, "链接已过期,请联系工作人员重新发送。", "The link has expired; ask the office for a new one.") \
    X(CASE_LINK_REVOKED, "case-link/revoked", 401, "链接已作废,请联系工作人员。", "The link was withdrawn; contact the office.")           \
    X(CASE_LINK_NOT_FOUND, "case-link/not-found", 404, "没有这个链接。", "There is no such link.")                                   \
    X(HOOK_NOT_FOUND, "hook/not-found", 404, "没有这个推送地址。", "There is no such address.")                                        \
    X(HOOK_URL, "hook/url", 400, "推送地址须以https开头;本机地址可用http。", "The address must be https, or http on this machine.")            \
    X(DELIVERY_NOT_FOUND, "delivery/not-found", 404, "没有这条发送记录。", "There is no such delivery.")                                  \
    X(RECTIFICATION_NOT_FOUND, "rectification/not-found", 404, "没有这项整改。", "There is no such rectification.")                       \
    X(RECTIFICATION_STATE, "rectification/state", 409, "这项整改现在不能这样操作。", "This is not possible at this point of the rectification.") \
    X(RECTIFICATION_CHANGED, "rectification/changed", 409, "整改内容已有变化,请刷新后再试。", "The rectification has changed; look at it and try again.") \
    X(RECTIFICATION_PICTURES, "rectification/pictures", 409, "请至少拍一张照片;每次最多12张。", "Send at least one picture, and at most twelve at a time.") \
    X(SLOT_TAKEN, "slot/taken", 409, "这个时段刚被约满,请另选。", "This time has just been taken; choose another.")                            \
    X(SLOT_UNKNOWN, "slot/unknown", 404, "没有这个时段,请重新选择。", "There is no such time; choose again.")                                 \
    X(SLOT_RULE_NOT_FOUND, "slot/rule-not-found", 404, "没有这条时段规则。", "There is no such rule.")                                   \
    X(APPOINTMENT_STATE, "appointment/state", 409, "现在不能预约、改期或取消,请联系工作人员。", "This appointment cannot be made, moved or cancelled now; contact the office.") \
    X(EVALUATION_STATE, "evaluation/state", 409, "现在不能评价。", "It cannot be evaluated now.")                                           \
    X(AUDIT_NOT_FOUND, "audit/not-found", 404, "没有这次抽查。", "There is no such audit.")                                             \
    X(AUDIT_CONFLICT, "audit/conflict", 409, "参加过这次踏勘的人员不能做它的抽查。", "Whoever took part in the inspection does not audit it.")       \
    X(ATTACHMENT_NOT_FOUND, "attachment/not-found", 404, "没有这个附件。", "There is no such attachment.")                               \
    X(ATTACHMENT_TYPE, "attachment/type", 415, "附件只能是PDF、JPEG或PNG文件。", "An attachment is a PDF, JPEG or PNG file.")                  \
    X(ATTACHMENT_LIMIT, "attachment/limit", 409, "附件数量已到上限。", "The case has as many attachments as it can hold.")                    \
    X(TURN_NOT_FOUND, "turn/not-found", 404, "没有这个号。", "There is no such number.")                                                 \
    X(TURN_STATE, "turn/state", 409, "这个号现在不能这样操作。", "This is not possible with the number now.")                                 \
    X(ACCESS_SECOND_FACTOR, "access/second-factor", 401, "请输入动态验证码。", "Enter the code of your authenticator.")                      \
    X(ACCESS_SECOND_FACTOR_WRONG, "access/second-factor-wrong", 401, "动态验证码不对或已用过。", "The code is wrong or was used already.")       \
    X(SECOND_FACTOR_STATE, "second-factor/state", 409, "动态验证码的设置状态不对,请重新开始。", "Begin the setting of the second factor again.")   \
    X(USER_CHANGED, "user/changed", 409, "账号已被别人修改,请刷新后再试。", "Somebody else has changed the account; look at it again.")      \
    X(USER_SELF, "user/self", 409, "不能停用自己或改自己的身份。", "Nobody disables oneself or changes one's own role.")                     \
    X(KEY_NOT_FOUND, "key/not-found", 404, "没有这个接口密钥。", "There is no such key.")                                               \
    X(KEY_INVALID, "key/invalid", 401, "接口密钥不正确或已作废。", "The key is not valid.")                                                 \
    X(KEY_SCOPE, "key/scope", 403, "接口密钥没有这项权限。", "The key does not have this scope.")                                           \
    X(IDEMPOTENCY_CONFLICT, "idempotency/conflict", 422, "同一个幂等键用于了不同的请求。", "The idempotency key was used for another request.")   \
    X(RECORDING_NOT_FOUND, "recording/not-found", 404, "没有这段录像。", "There is no such recording.")                            \
    X(RECORDING_ENDED, "recording/ended", 409, "录像已结束。", "The recording has ended.")                                   \
    X(RECORDING_STOPPED, "recording/stopped", 503, "录像因故障中断,正在自动恢复。", "Recording has stopped on a fault and is being retried.") \
    X(RECORDING_RUNNING, "recording/running", 409, "录像还没有结束。", "The recording has not ended yet.")                        \
    X(RECORDING_UNSOUND, "recording/unsound", 409, "录像的账本不完整或由另一密钥签名,请先核验。", "The recording's ledger is not whole or is another key's; verify it first.") \
    X(RECORDING_DISPOSED, "recording/disposed", 410, "这段录像已按规定销毁,账本仍保留。", "This recording was disposed of by rule; its ledger remains.") \
    X(RECORDING_AWAY, "recording/away", 503, "录像已移到对象存储,暂时取不到,请稍后再试。", "The recording lies in the object store, which does not answer; try again later.") \
    X(STORAGE_FULL, "storage/full", 507, "存储配额已满,新的录像没有开始;请管理员清理或扩容。", "The storage quota is used up, so no new recording begins; make room or raise it.") \
    X(IMPORT_EXISTS, "import/exists", 409, "已有这段录像或这次踏勘。", "This recording or this visit is here already.")            \
    X(HOLD_NOT_FOUND, "hold/not-found", 404, "没有这条保全。", "There is no such legal hold.")                                    \
    X(HOLD_LIFTED, "hold/lifted", 409, "这条保全已经解除。", "This legal hold has been lifted already.")                         \
    X(DISPOSAL_NOT_FOUND, "disposal/not-found", 404, "没有这份销毁清册。", "There is no such disposal list.")                        \
    X(DISPOSAL_CLOSED, "disposal/closed", 409, "这份清册已经批准或撤回。", "This list has been approved or withdrawn already.")      \
    X(DISPOSAL_APPROVED, "disposal/approved", 409, "您已批准过,还需另一位管理员批准。", "You have approved it; another administrator has to.") \
    X(DISPOSAL_NOT_DUE, "disposal/not-due", 409, "有录像保管期限未满或已销毁。", "A recording's term of retention has not ended, or it is gone already.") \
    X(DISPOSAL_HELD, "disposal/held", 409, "有录像处于保全中,不能销毁。", "A recording is under a legal hold and may not be disposed of.")  \
    X(DISPOSAL_LISTED, "disposal/listed", 409, "有录像已在另一份清册中。", "A recording is on another list already.")               \
    X(DISPOSAL_UNDER_WAY, "disposal/under-way", 409, "这个办件的录像正在销毁。", "Recordings of this case are being disposed of at this moment.") \
    X(RECORDER_UNAVAILABLE, "recorder/unavailable", 502, "录像服务暂时不可用。", "The recorder does not answer.")                    \
    X(MEDIA_UNAVAILABLE, "media/unavailable", 503, "音视频服务暂时不可用,正在恢复。", "The media server does not answer.")              \
    X(MEDIA_AT_CAPACITY, "media/at-capacity", 503, "在线踏勘已达服务器上限,请稍后再试。", "The media server carries as many visits as it can; try again later.") \
    X(MEDIA_BUSY, "media/busy", 503, "服务器正忙,暂时不能开始新的踏勘,请过几分钟再试。", "The media server is too busy to begin one more visit; try again in a few minutes.") \
    X(MEDIA_REFUSED, "media/refused", 400, "音视频协商失败。", "The media server refused the offer.") \
    X(CAMERA_DISABLED, "camera/disabled", 403, "本系统没有开通固定摄像头,请联系管理员。", "Fixed cameras are not enabled here; ask the administrator.") \
    X(CAMERA_URL, "camera/url", 400, "摄像头地址不正确,应为 rtsp:// 或 rtsps:// 开头的完整地址。", "The camera's address is not an rtsp:// or rtsps:// URL.") \
    X(CAMERA_NETWORK, "camera/network", 403, "摄像头不在允许的网络范围内,请联系管理员。", "The camera is not in a network that is allowed here; ask the administrator.") \
    X(CAMERA_NOT_FOUND, "camera/not-found", 404, "没有这个摄像头。", "There is no such camera.") \
    X(VISIT_UNOBSERVED, "visit/unobserved", 403, "这次踏勘不允许旁看,结束后可以查阅录像。", "This visit may not be watched; its recording can be reviewed when it has ended.") \
    X(CAMERA_LIMIT, "camera/limit", 409, "一次踏勘最多接入4个摄像头。", "A visit has as many cameras as it can hold.")

typedef enum {
#define PROBLEM_ENUM(name, code, status, zh, en) PROBLEM_##name,
    PROBLEM_TABLE(PROBLEM_ENUM)
#undef PROBLEM_ENUM
    PROBLEM_COUNT
} Problem;

typedef struct {
    const char *code;
    int status;
    const char *zh;
    const char *en;
} ProblemEntry;

#define PROBLEM problem_quark()
GQuark problem_quark(void);

/** The entry of a problem; static. */
const ProblemEntry *problem_entry(Problem problem);
/** The problem that an error stands for; every error of a foreign domain is PROBLEM_INTERNAL: its message must not reach a client. */
Problem problem_of(const GError *error);

/** Sets `error` to the problem; `detail` may be NULL. Returns FALSE so that `return problem_set(…)` reads well. */
gboolean problem_set(GError **error, Problem problem, const char *detail, ...) G_GNUC_PRINTF(3, 4);

/** RFC 9457: {type, status, code, title, title_zh, detail?}; a new reference. */
json_t *problem_to_http(const GError *error);
/** {"type":"error","re":…,"code":…,"message":{zh,en},"detail"?}; `re` may be NULL; a new reference. */
json_t *problem_to_message(const GError *error, const char *re);
