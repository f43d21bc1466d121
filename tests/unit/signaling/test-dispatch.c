/* Every message × role × state of the visit × admitted or not, against the table of docs/signaling-protocol.md, section 2, written out once more. */
#include "dispatch.h"

#include <string.h>

#include "suite-main.h"

static const Role roles[] = { ROLE_APPLICANT, ROLE_INSPECTOR, ROLE_HELPER, ROLE_OBSERVER, ROLE_ADMIN };
static const VisitState states[] = { VISIT_SCHEDULED, VISIT_WAITING, VISIT_LIVE, VISIT_ENDED };

/* Letters in the order of `roles` (aihod) and `states` (swle). */
static const struct {
    MessageType type;
    const char *roles;
    const char *states;
    gboolean admitted;
} expected[] = {
    { MESSAGE_CONSENT, "ah", "swl", FALSE },
    { MESSAGE_DEVICE_CHECK, "a", "swl", FALSE },
    { MESSAGE_WAIT, "ah", "swl", FALSE },
    { MESSAGE_ADMIT, "ih", "wl", TRUE },
    { MESSAGE_MEDIA_OFFER, "aihod", "l", TRUE },
    { MESSAGE_MEDIA_RESTART, "aihod", "l", TRUE },
    { MESSAGE_MEDIA_CLOSE, "aihod", "l", TRUE },
    { MESSAGE_MEDIA_STATE, "aihod", "l", TRUE },
    { MESSAGE_CHECKPOINT_START, "i", "l", TRUE },
    { MESSAGE_CHECKPOINT_END, "i", "l", TRUE },
    { MESSAGE_FINDING, "i", "l", TRUE },
    { MESSAGE_CAMERA_ADD, "i", "l", TRUE },
    { MESSAGE_CAMERA_REMOVE, "i", "l", TRUE },
    { MESSAGE_STILL_TAKE, "i", "l", TRUE },
    { MESSAGE_ACT, "ai", "l", TRUE },
    { MESSAGE_CHALLENGE, "i", "l", TRUE },
    { MESSAGE_CHALLENGE_JUDGE, "i", "l", TRUE },
    { MESSAGE_MEASURE, "i", "l", TRUE },
    { MESSAGE_CORRECTION, "i", "l", TRUE },
    { MESSAGE_DIRECT, "i", "l", TRUE },
    { MESSAGE_PRIVATE_NOTE, "i", "l", TRUE },
    { MESSAGE_DRAW, "i", "l", TRUE },
    { MESSAGE_CAMERA, "i", "l", TRUE },
    { MESSAGE_VISIT_END, "ih", "l", TRUE },
    { MESSAGE_FORM_SYNC, "ah", "swl", FALSE },
    { MESSAGE_FORM_OPEN, "ah", "swl", FALSE },
    { MESSAGE_FORM_PATCH, "ah", "swl", FALSE },
    { MESSAGE_FORM_CONFIRM, "ah", "swl", FALSE },
    { MESSAGE_FORM_SHOW, "ah", "swl", FALSE },
    { MESSAGE_FORM_COMMENT, "ah", "swl", FALSE },
    { MESSAGE_FORM_POINT, "ah", "swl", FALSE },
    { MESSAGE_FORM_SIGN, "ah", "swl", FALSE },
    { MESSAGE_FORM_SUBMIT, "ah", "swl", FALSE },
    { MESSAGE_LEAVE, "aihod", "swl", FALSE },
};

static Problem
expected_problem(gsize row, gsize role, gsize state, gboolean admitted)
{
    if (!strchr(expected[row].roles, "aihod"[role]))
        return PROBLEM_MESSAGE_ROLE;
    if (!strchr(expected[row].states, "swle"[state]))
        return states[state] == VISIT_ENDED ? PROBLEM_VISIT_ENDED : PROBLEM_MESSAGE_VISIT_STATE;
    return expected[row].admitted && !admitted ? PROBLEM_PARTICIPANT_NOT_ADMITTED : PROBLEM_COUNT;
}

static void
check_cell(gsize row, gsize role, gsize state, gboolean admitted)
{
    DispatchContext context = { SOCKET_ROOM, roles[role], admitted, states[state], FALSE };
    Problem wanted = expected_problem(row, role, state, admitted);
    g_autoptr(GError) error = NULL;
    gboolean allowed = dispatch_check(expected[row].type, &context, &error);

    ck_assert_msg(allowed == (wanted == PROBLEM_COUNT), "%s %s state %c admitted %d", message_type_name(expected[row].type),
                  role_name(roles[role]), "swle"[state], admitted);
    if (!allowed)
        ck_assert_str_eq(problem_entry(problem_of(error))->code, problem_entry(wanted)->code);
}

START_TEST(allows_exactly_what_the_document_says)
{
    ck_assert_int_eq(G_N_ELEMENTS(expected), MESSAGE_TO_SERVER_COUNT - 1); /* all but hello */
    for (gsize row = 0; row < G_N_ELEMENTS(expected); row++)
        for (gsize role = 0; role < G_N_ELEMENTS(roles); role++)
            for (gsize state = 0; state < G_N_ELEMENTS(states); state++)
                for (int admitted = 0; admitted <= 1; admitted++)
                    check_cell(row, role, state, admitted);
}
END_TEST

START_TEST(a_guest_helps_and_does_not_lead)
{
    DispatchContext guest = { SOCKET_ROOM, ROLE_HELPER, TRUE, VISIT_LIVE, TRUE };

    ck_assert(dispatch_check(MESSAGE_FORM_PATCH, &guest, NULL));
    ck_assert(!dispatch_check(MESSAGE_ADMIT, &guest, NULL));
    ck_assert(!dispatch_check(MESSAGE_VISIT_END, &guest, NULL));
}
END_TEST

static gboolean
in_phase(MessageType type, SocketPhase phase, GError **error)
{
    DispatchContext context = { phase, ROLE_INSPECTOR, TRUE, VISIT_LIVE, FALSE };

    return dispatch_check(type, &context, error);
}

START_TEST(hello_comes_first_and_once)
{
    static const SocketPhase outside[] = { SOCKET_NEW, SOCKET_ENTERING, SOCKET_LOBBY, SOCKET_CLOSING };

    ck_assert(in_phase(MESSAGE_HELLO, SOCKET_NEW, NULL));
    for (SocketPhase phase = SOCKET_ENTERING; phase <= SOCKET_CLOSING; phase++) {
        g_autoptr(GError) error = NULL;

        ck_assert(!in_phase(MESSAGE_HELLO, phase, &error));
        ck_assert(g_error_matches(error, PROBLEM, PROBLEM_MESSAGE_ORDER));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(outside); i++) {
        for (MessageType type = MESSAGE_HELLO + 1; type < MESSAGE_TO_SERVER_COUNT; type++) {
            g_autoptr(GError) error = NULL;

            ck_assert(!in_phase(type, outside[i], &error));
            ck_assert(g_error_matches(error, PROBLEM, PROBLEM_MESSAGE_ORDER));
        }
    }
}
END_TEST

SUITE_MAIN("dispatch", a_guest_helps_and_does_not_lead, allows_exactly_what_the_document_says, hello_comes_first_and_once)
