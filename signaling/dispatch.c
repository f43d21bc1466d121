#include "dispatch.h"

#include "handlers/handlers.h"
#include "room.h"

typedef struct {
    unsigned roles;
    unsigned states;
    gboolean admitted; /* only who has been admitted; staff always has */
    void (*handler)(Call *call, Room *room);
} MessageRule;

/* Whoever guides: an inspection by inspectors, an assistance by helpers. */
#define ROLE_GUIDE (ROLE_INSPECTOR | ROLE_HELPER)

static const MessageRule rules[MESSAGE_TO_SERVER_COUNT] = {
    [MESSAGE_HELLO] = { 0, 0, FALSE, handle_hello },
    [MESSAGE_CONSENT] = { ROLE_APPLICANT | ROLE_HELPER, VISIT_OPEN, FALSE, handle_consent },
    [MESSAGE_DEVICE_CHECK] = { ROLE_APPLICANT, VISIT_OPEN, FALSE, handle_device_check },
    [MESSAGE_WAIT] = { ROLE_APPLICANT | ROLE_HELPER, VISIT_OPEN, FALSE, handle_wait },
    [MESSAGE_ADMIT] = { ROLE_GUIDE, VISIT_WAITING | VISIT_LIVE, TRUE, handle_admit },
    [MESSAGE_MEDIA_OFFER] = { ROLE_ANY, VISIT_LIVE, TRUE, handle_media_offer },
    [MESSAGE_MEDIA_RESTART] = { ROLE_ANY, VISIT_LIVE, TRUE, handle_media_restart },
    [MESSAGE_MEDIA_CLOSE] = { ROLE_ANY, VISIT_LIVE, TRUE, handle_media_close },
    [MESSAGE_MEDIA_STATE] = { ROLE_ANY, VISIT_LIVE, TRUE, handle_media_state },
    [MESSAGE_CHECKPOINT_START] = { ROLE_INSPECTOR, VISIT_LIVE, TRUE, handle_checkpoint_start },
    [MESSAGE_CHECKPOINT_END] = { ROLE_INSPECTOR, VISIT_LIVE, TRUE, handle_checkpoint_end },
    [MESSAGE_FINDING] = { ROLE_INSPECTOR, VISIT_LIVE, TRUE, handle_finding },
    [MESSAGE_CAMERA_ADD] = { ROLE_INSPECTOR, VISIT_LIVE, TRUE, handle_camera_add },
    [MESSAGE_CAMERA_REMOVE] = { ROLE_INSPECTOR, VISIT_LIVE, TRUE, handle_camera_remove },
    [MESSAGE_STILL_TAKE] = { ROLE_INSPECTOR, VISIT_LIVE, TRUE, handle_still_take },
    [MESSAGE_ACT] = { ROLE_INSPECTOR | ROLE_APPLICANT, VISIT_LIVE, TRUE, handle_act },
    [MESSAGE_CHALLENGE] = { ROLE_INSPECTOR, VISIT_LIVE, TRUE, handle_challenge },
    [MESSAGE_CHALLENGE_JUDGE] = { ROLE_INSPECTOR, VISIT_LIVE, TRUE, handle_challenge_judge },
    [MESSAGE_MEASURE] = { ROLE_INSPECTOR, VISIT_LIVE, TRUE, handle_measure },
    [MESSAGE_CORRECTION] = { ROLE_INSPECTOR, VISIT_LIVE, TRUE, handle_correction },
    [MESSAGE_DIRECT] = { ROLE_INSPECTOR, VISIT_LIVE, TRUE, handle_direct },
    [MESSAGE_PRIVATE_NOTE] = { ROLE_INSPECTOR, VISIT_LIVE, TRUE, handle_private_note },
    [MESSAGE_DRAW] = { ROLE_INSPECTOR, VISIT_LIVE, TRUE, handle_draw },
    [MESSAGE_CAMERA] = { ROLE_INSPECTOR, VISIT_LIVE, TRUE, handle_camera },
    [MESSAGE_VISIT_END] = { ROLE_GUIDE, VISIT_LIVE, TRUE, handle_visit_end },
    /* What a helper may not do the document says (PROBLEM_FORM_APPLICANT_ONLY); whether somebody has been admitted the handler asks. */
    [MESSAGE_FORM_SYNC] = { ROLE_APPLICANT | ROLE_HELPER, VISIT_OPEN, FALSE, handle_form_sync },
    [MESSAGE_FORM_OPEN] = { ROLE_APPLICANT | ROLE_HELPER, VISIT_OPEN, FALSE, handle_form_open },
    [MESSAGE_FORM_PATCH] = { ROLE_APPLICANT | ROLE_HELPER, VISIT_OPEN, FALSE, handle_form_patch },
    [MESSAGE_FORM_CONFIRM] = { ROLE_APPLICANT | ROLE_HELPER, VISIT_OPEN, FALSE, handle_form_confirm },
    [MESSAGE_FORM_SHOW] = { ROLE_APPLICANT | ROLE_HELPER, VISIT_OPEN, FALSE, handle_form_show },
    [MESSAGE_FORM_COMMENT] = { ROLE_APPLICANT | ROLE_HELPER, VISIT_OPEN, FALSE, handle_form_comment },
    [MESSAGE_FORM_POINT] = { ROLE_APPLICANT | ROLE_HELPER, VISIT_OPEN, FALSE, handle_form_point },
    [MESSAGE_FORM_SIGN] = { ROLE_APPLICANT | ROLE_HELPER, VISIT_OPEN, FALSE, handle_form_sign },
    [MESSAGE_FORM_SUBMIT] = { ROLE_APPLICANT | ROLE_HELPER, VISIT_OPEN, FALSE, handle_form_submit },
    [MESSAGE_LEAVE] = { ROLE_ANY, VISIT_OPEN, FALSE, handle_leave },
};

gboolean
dispatch_check(MessageType type, const DispatchContext *context, GError **error)
{
    const MessageRule *rule = &rules[type];

    if (type == MESSAGE_HELLO)
        return context->phase == SOCKET_NEW || problem_set(error, PROBLEM_MESSAGE_ORDER, "hello came before");
    if (context->phase != SOCKET_ROOM)
        return problem_set(error, PROBLEM_MESSAGE_ORDER, context->phase == SOCKET_LOBBY ? "not in the lobby" : "hello comes first");
    if (!(rule->roles & context->role) || (context->guest && (type == MESSAGE_ADMIT || type == MESSAGE_VISIT_END)))
        return problem_set(error, PROBLEM_MESSAGE_ROLE, NULL);
    if (!(rule->states & context->state))
        return problem_set(error, context->state == VISIT_ENDED ? PROBLEM_VISIT_ENDED : PROBLEM_MESSAGE_VISIT_STATE, NULL);
    if (rule->admitted && !context->admitted)
        return problem_set(error, PROBLEM_PARTICIPANT_NOT_ADMITTED, NULL);
    return TRUE;
}

gboolean
dispatch_message(Socket *socket, const Message *message, GError **error)
{
    Room *room = rooms_get(socket->server->rooms, socket->visit);
    DispatchContext context = { .phase = socket->phase, .role = socket->role, .state = VISIT_ENDED };

    if (room) {
        context.admitted = room_is_admitted(room, socket->participant);
        context.state = room_visit_state(room);
        context.guest = context.role != ROLE_APPLICANT && !room_has_account(room, socket->participant);
    }
    if (!dispatch_check(message->type, &context, error))
        return FALSE;
    rules[message->type].handler(call_new(socket, message), room);
    return TRUE;
}
