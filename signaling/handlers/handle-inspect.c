/* The steps of an inspection: acts, challenges, measurements, corrections, who directs, what is pointed at, requests to the camera. */
#include "handlers.h"

#include <math.h>

#include "../catalogue.h"
#include "../model/model-steps.h"
#include "../outbox.h"
#include "bounded-json.h"
#include "field-rules.h"
#include "uuid7.h"

static void
done(Call *call, json_t *output)
{
    outbox_kick(call->server->outbox, call->visit);
    call_ok(call, NULL);
}

static json_t *
input_with(Call *call, const char *const *fields)
{
    json_t *input = call_input(call);

    for (; *fields; fields++) {
        json_t *value = json_object_get(call->message, *fields);

        json_object_set(input, *fields, value ? value : json_null());
    }
    return input;
}

/* The applicant answers for what it heard; the rest is the inspectors'. */
void
handle_act(Call *call, Room *room)
{
    const char *act = field_string(call->message, "act");
    gboolean heard = g_str_equal(act, "notice-read") || g_str_equal(act, "record-read");

    if (room_role(room, call->participant) == ROLE_APPLICANT && !heard)
        call_problem(call, PROBLEM_MESSAGE_ROLE, NULL);
    else
        call_run(call, model_act, input_with(call, (const char *const[]){ "act", NULL }), done);
}

/* --- the random challenge: a recording made before cannot answer it --- */

typedef struct {
    const char *zh;
    const char *en;
} Task;

/* In every shop, office and stable; each can be done in seconds by whoever holds the phone. */
static const Task tasks[] = {
    { "请用手指碰一下门框,再转向地面", "Touch the door frame with a finger, then turn to the floor" },
    { "请拍一下最近的电源插座", "Show the nearest power socket" },
    { "请拍一下您脚下的地面,再拍天花板", "Show the floor under your feet, then the ceiling" },
    { "请打开一扇门或柜门再关上", "Open a door or a cupboard and close it" },
    { "请伸出三根手指放在画面中间", "Hold three fingers in the middle of the picture" },
    { "请拍一下墙上的任意一块牌子", "Show any sign on a wall" },
    { "请原地慢慢转一整圈", "Turn slowly once around" },
};

static void
challenged(Call *call, json_t *output)
{
    outbox_kick(call->server->outbox, call->visit);
    call_ok(call, json_pack("{s:O}", "challenge", json_object_get(call->extra, "challenge")));
}

void
handle_challenge(Call *call, Room *room)
{
    json_t *input = call_input(call);
    g_autofree char *id = uuid7_new(call->server->clock);
    guint number = g_random_int_range(1000, 10000);

    if (g_str_equal(field_string(call->message, "kind"), "number")) {
        json_object_set_new(input, "task_zh", json_sprintf("请把数字 %u 写在纸上或手上,对准镜头", number));
        json_object_set_new(input, "task_en", json_sprintf("Write the number %u on paper or on your hand and show it", number));
    } else {
        const Task *task = &tasks[g_random_int_range(0, G_N_ELEMENTS(tasks))];

        json_object_set_new(input, "task_zh", json_string(task->zh));
        json_object_set_new(input, "task_en", json_string(task->en));
    }
    json_object_set_new(input, "challenge", json_string(id));
    call->extra = json_pack("{s:s}", "challenge", id);
    call_run(call, model_challenge, input, challenged);
}

void
handle_challenge_judge(Call *call, Room *room)
{
    call_run(call, model_challenge_judge, input_with(call, (const char *const[]){ "challenge", "result", NULL }), done);
}

/* --- measurements --- */

/* "31.5": digits, at most one point, a minus before; what was typed is what is written. */
static gboolean
is_decimal(const char *text)
{
    return g_regex_match_simple("^-?[0-9]{1,9}(\\.[0-9]{1,4})?$", text, G_REGEX_DOLLAR_ENDONLY, 0);
}

static const char *
verdict_of(const json_t *measure, double value)
{
    json_t *low = json_object_get(measure, "min"), *high = json_object_get(measure, "max");

    if (!low && !high)
        return NULL;
    return (low && value < json_number_value(low)) || (high && value > json_number_value(high)) ? "fail" : "pass";
}

static json_t *
checkpoint_of(Call *call, const Room *room)
{
    const json_t *item = catalogue_item_of(call->server->catalogue, room_visit_json(room));
    gsize i;
    json_t *checkpoint;

    json_array_foreach(json_object_get(item, "checkpoints"), i, checkpoint)
        if (g_strcmp0(field_string(checkpoint, "code"), field_string(call->message, "checkpoint")) == 0)
            return checkpoint;
    call_problem(call, PROBLEM_CHECKPOINT_UNKNOWN, NULL);
    return NULL;
}

static void
measured(Call *call, json_t *output)
{
    outbox_kick(call->server->outbox, call->visit);
    call_ok(call, json_pack("{s:O}", "verdict", json_object_get(call->extra, "verdict")));
}

void
handle_measure(Call *call, Room *room)
{
    json_t *checkpoint = checkpoint_of(call, room);
    const json_t *measure = json_object_get(checkpoint, "measure");
    const char *value = field_string(call->message, "value");
    const char *unit = field_string(measure, "unit") ? field_string(measure, "unit") : field_string(call->message, "unit");

    if (!checkpoint)
        return;
    if (!is_decimal(value) || !unit) {
        call_problem(call, PROBLEM_FIELD_INVALID, unit ? "value: must be a number such as 31.5" : "unit: missing");
        return;
    }

    json_t *input = input_with(call, (const char *const[]){ "checkpoint", "value", "still", NULL });
    const char *verdict = verdict_of(measure, g_ascii_strtod(value, NULL));

    json_object_set_new(input, "unit", json_string(unit));
    json_object_set_new(input, "verdict", verdict ? json_string(verdict) : json_null());
    call->extra = json_pack("{s:s?}", "verdict", verdict);
    call_run(call, model_measure, input, measured);
}

void
handle_correction(Call *call, Room *room)
{
    if (checkpoint_of(call, room))
        call_run(call, model_correction, input_with(call, (const char *const[]){ "checkpoint", "before", "after", NULL }), done);
}

/* --- who directs, what is said among inspectors --- */

void
handle_direct(Call *call, Room *room)
{
    call_run(call, model_direct, input_with(call, (const char *const[]){ "director", NULL }), done);
}

void
handle_private_note(Call *call, Room *room)
{
    call_run(call, model_private_note, input_with(call, (const char *const[]){ "words", NULL }), done);
}

/* --- the picture and the camera: passed on, nothing is kept but the ledger's entry --- */

typedef struct {
    Server *server;
    const char *by;
    json_t *message;
} Parcel;

static void
send_others(Room *room, Member *member, gpointer user)
{
    const Parcel *parcel = user;
    Socket *socket = g_strcmp0(member->id, parcel->by) && room_is_admitted(room, member->id) ? sockets_find(parcel->server->sockets, member->socket) : NULL;

    if (socket)
        socket_send(socket, json_incref(parcel->message));
}

/* Normalised places on the picture; who joins later does not need them, the next stroke comes in a moment. */
void
handle_draw(Call *call, Room *room)
{
    static const char *const fields[] = { "kind", "points", "still", NULL };
    g_autoptr(json_t) message = json_pack("{s:s, s:s}", "type", "drawn", "by", call->participant);
    Parcel parcel = { call->server, call->participant, message };

    for (const char *const *field = fields; *field; field++) {
        json_t *value = json_object_get(call->message, *field);

        json_object_set(message, *field, value ? value : json_null());
    }
    room_each_member(room, send_others, &parcel);
    call_ok(call, NULL);
}

static void
camera_asked(Call *call, json_t *output)
{
    Room *room = rooms_get(call->server->rooms, call->visit);
    Member *camera = room ? room_camera(room) : NULL;
    Socket *socket = camera ? sockets_find(call->server->sockets, camera->socket) : NULL;

    outbox_kick(call->server->outbox, call->visit);
    if (!socket) {
        call_problem(call, PROBLEM_STILL_NO_APPLICANT, NULL);
        return;
    }
    socket_send(socket, json_pack("{s:s, s:O, s:O}", "type", "camera-request", "command", json_object_get(call->message, "command"), "value",
                                  json_object_get(call->message, "value")));
    call_ok(call, NULL);
}

void
handle_camera(Call *call, Room *room)
{
    call_run(call, model_camera_request, input_with(call, (const char *const[]){ "command", "value", NULL }), camera_asked);
}
