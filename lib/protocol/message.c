#include "message.h"

#include "bounded-json.h"
#include "camera-url.h"
#include "field-rules.h"
#include "problem.h"

/* Longest texts, in characters. */
#define NAME_MAX_CHARS  200
#define NOTE_MAX_CHARS  2000
#define TOKEN_MAX_CHARS 1024
#define SDP_MAX_CHARS   60000
#define SDP_FRAGMENT_MAX_CHARS 16000 /* what the media server reads */
#define CODE_MAX_CHARS  64
#define TIME_MAX        G_GINT64_CONSTANT(253402300800000000) /* the year 10000 */

static const char *const role_values[] = { "applicant", "inspector", "helper", "observer", "admin", "camera", NULL };
static const char *const visit_state_values[] = { "scheduled", "waiting", "live", "ended", NULL };
static const char *const visit_kind_values[] = { "inspection", "assistance", NULL };
static const char *const participant_state_values[] = { "invited", "waiting", "admitted", "connected", "away", "left", NULL };
static const char *const result_values[] = { "conform", "mostly", "nonconform", "not-applicable", NULL };
static const char *const quality_values[] = { "good", "fair", "poor", "none", NULL };
static const char *const media_values[] = { "alive", "none", NULL };
static const char *const still_state_values[] = { "requested", "stored", NULL };
static const char *const recording_state_values[] = { "waiting", "recording", "alarm", "away", "ended", NULL };
static const char *const camera_state_values[] = { "connecting", "live", "lost", NULL };
static const char *const kind_values[] = { "audio", "video", NULL };
static const char *const lang_values[] = { "zh", "en", NULL };

#define END                      { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL }
#define STRING(n, fl, lo, hi)    { n, FIELD_STRING, fl, lo, hi, NULL, NULL, NULL }
#define UUID(n, fl)              { n, FIELD_UUID, fl, 0, 0, NULL, NULL, NULL }
#define ENUM(n, fl, list)        { n, FIELD_ENUM, fl, 0, 0, list, NULL, NULL }
#define INTEGER(n, fl, lo, hi)   { n, FIELD_INTEGER, fl, lo, hi, NULL, NULL, NULL }
#define NUMBER(n, fl, lo, hi)    { n, FIELD_NUMBER, fl, lo, hi, NULL, NULL, NULL }
#define BOOLEAN(n, fl)           { n, FIELD_BOOLEAN, fl, 0, 0, NULL, NULL, NULL }
#define OBJECT(n, fl, sub)       { n, FIELD_OBJECT, fl, 0, 0, NULL, sub, NULL }
#define ARRAY(n, fl, lo, hi, el) { n, FIELD_ARRAY, fl, lo, hi, NULL, NULL, el }
#define TIME(n, fl)              INTEGER(n, fl, 0, TIME_MAX)
#define CHECKPOINT(n, fl)        STRING(n, fl, 1, CODE_MAX_CHARS)

/* --- parts --- */
static const FieldRule watcher_element = STRING("watcher", 0, 0, NAME_MAX_CHARS);
static const FieldRule version_element = INTEGER("version", 0, 1, 1000);
static const FieldRule location_fields[] = { NUMBER("lat", 0, -90, 90), NUMBER("lon", 0, -180, 180),
                                             NUMBER("accuracy_m", 0, 0, 1000000), END };
static const FieldRule visit_fields[] = { UUID("id", 0),
                                          ENUM("kind", 0, visit_kind_values),
                                          ENUM("state", 0, visit_state_values),
                                          STRING("case_number", 0, 1, CODE_MAX_CHARS),
                                          STRING("applicant", 0, 1, NAME_MAX_CHARS),
                                          STRING("premises", 0, 0, NAME_MAX_CHARS),
                                          TIME("scheduled_at", 0),
                                          STRING("item_code", 0, 1, CODE_MAX_CHARS),
                                          END };
static const FieldRule item_checkpoint_fields[] = { CHECKPOINT("code", 0), STRING("title_zh", 0, 1, NAME_MAX_CHARS), STRING("guide_zh", 0, 0, NOTE_MAX_CHARS),
                                         END };
static const FieldRule item_checkpoint_element = OBJECT("checkpoint", 0, item_checkpoint_fields);
static const FieldRule item_fields[] = { STRING("code", 0, 1, CODE_MAX_CHARS), INTEGER("version", 0, 1, G_MAXINT32),
                                         STRING("name_zh", 0, 1, NAME_MAX_CHARS), ARRAY("checkpoints", 0, 0, 200, &item_checkpoint_element), END };
static const FieldRule text_fields[] = { STRING("zh", 0, 1, NOTE_MAX_CHARS), STRING("en", 0, 1, NOTE_MAX_CHARS), END };
static const FieldRule participant_fields[] = { UUID("id", 0),
                                                ENUM("role", 0, role_values),
                                                STRING("name", 0, 0, NAME_MAX_CHARS),
                                                ENUM("state", 0, participant_state_values),
                                                BOOLEAN("audio", 0),
                                                BOOLEAN("video", 0),
                                                BOOLEAN("paused", 0),
                                                BOOLEAN("site_paused", FIELD_OPTIONAL),
                                                END };
static const FieldRule participant_element = OBJECT("participant", 0, participant_fields);
static const FieldRule checkpoint_fields[] = { CHECKPOINT("code", 0), TIME("since", 0), END };
static const FieldRule finding_state_fields[] = { CHECKPOINT("checkpoint", 0),
                                                  ENUM("result", FIELD_NULLABLE, result_values),
                                                  STRING("note", 0, 0, NOTE_MAX_CHARS),
                                                  STRING("by", 0, 0, NAME_MAX_CHARS),
                                                  INTEGER("revision", 0, 1, G_MAXINT32),
                                                  END };
static const FieldRule finding_element = OBJECT("finding", 0, finding_state_fields);
static const FieldRule still_fields[] = { UUID("id", 0), CHECKPOINT("checkpoint", FIELD_NULLABLE), TIME("at", 0),
                                          ENUM("state", 0, still_state_values), STRING("sha256", FIELD_NULLABLE, 64, 64),
                                          INTEGER("bytes", FIELD_OPTIONAL | FIELD_NULLABLE, 0, G_MAXINT64), INTEGER("received", FIELD_OPTIONAL, 0, G_MAXINT64), END };
static const FieldRule still_element = OBJECT("still", 0, still_fields);
static const FieldRule mark_fields[] = { UUID("id", 0), STRING("kind", 0, 1, CODE_MAX_CHARS), CHECKPOINT("checkpoint", FIELD_NULLABLE),
                                         TIME("at", 0), UUID("participant", FIELD_NULLABLE), END };
static const FieldRule mark_element = OBJECT("mark", 0, mark_fields);
static const FieldRule recording_fields[] = { UUID("recording", 0),
                                              ENUM("state", 0, recording_state_values),
                                              TIME("since", 0),
                                              TIME("sealed_at", FIELD_NULLABLE),
                                              STRING("alarm", FIELD_NULLABLE, 1, CODE_MAX_CHARS),
                                              INTEGER("bytes", 0, 0, G_MAXINT64),
                                              END };
static const FieldRule camera_fields[] = { UUID("participant", 0), STRING("address", 0, 1, CAMERA_URL_MAX), ENUM("state", 0, camera_state_values),
                                           STRING("reason", FIELD_NULLABLE, 1, CODE_MAX_CHARS), END };
static const FieldRule camera_element = OBJECT("camera", 0, camera_fields);
static const FieldRule slot_fields[] = { STRING("mid", 0, 1, CODE_MAX_CHARS), ENUM("kind", 0, kind_values),
                                         UUID("participant", FIELD_NULLABLE), BOOLEAN("paused", FIELD_OPTIONAL), END };
static const FieldRule slot_element = OBJECT("slot", 0, slot_fields);
static const FieldRule waiting_fields[] = { UUID("participant", 0), STRING("name", 0, 0, NAME_MAX_CHARS), TIME("since", 0), END };
static const FieldRule waiting_element = OBJECT("waiting", 0, waiting_fields);
static const FieldRule lobby_visit_fields[] = { OBJECT("visit", 0, visit_fields), ARRAY("waiting", 0, 0, 16, &waiting_element), END };
static const FieldRule lobby_visit_element = OBJECT("visit", 0, lobby_visit_fields);

/* --- client to server --- */
static const FieldRule nothing[] = { END };
static const FieldRule hello[] = { ARRAY("versions", 0, 1, 16, &version_element),
                                   ENUM("lang", FIELD_OPTIONAL, lang_values),
                                   UUID("visit", FIELD_OPTIONAL),
                                   STRING("invitation", FIELD_OPTIONAL, 1, TOKEN_MAX_CHARS),
                                   STRING("resume", FIELD_OPTIONAL, 1, TOKEN_MAX_CHARS),
                                   STRING("connection", FIELD_OPTIONAL | FIELD_NULLABLE, 1, CODE_MAX_CHARS),
                                   END };
static const FieldRule consent[] = { STRING("notice", 0, 1, CODE_MAX_CHARS), END };
static const FieldRule device_check[] = { ENUM("camera", 0, quality_values), ENUM("microphone", 0, quality_values),
                                          ENUM("network", 0, quality_values), OBJECT("location", FIELD_NULLABLE, location_fields), END };
static const FieldRule admit[] = { UUID("participant", 0), END };
static const FieldRule media_offer[] = { STRING("sdp", 0, 1, SDP_MAX_CHARS), END };
static const FieldRule media_restart[] = { STRING("connection", 0, 1, CODE_MAX_CHARS), STRING("fragment", 0, 1, SDP_FRAGMENT_MAX_CHARS), END };
static const FieldRule media_state[] = { BOOLEAN("audio", 0), BOOLEAN("video", 0), BOOLEAN("paused", 0), END };
static const FieldRule checkpoint[] = { CHECKPOINT("checkpoint", 0), END };
static const FieldRule finding[] = { CHECKPOINT("checkpoint", 0), ENUM("result", FIELD_NULLABLE, result_values),
                                     STRING("note", 0, 0, NOTE_MAX_CHARS), INTEGER("revision", 0, 0, G_MAXINT32), END };
static const char *const act_values[] = { "notice-read", "credentials-shown", "identity-checked", "premises-checked", "rights-explained", "record-read", NULL };
static const char *const challenge_values[] = { "number", "object", NULL };
static const char *const challenge_result_values[] = { "passed", "failed", NULL };
static const char *const draw_values[] = { "line", "point", "clear", NULL };
static const char *const camera_values[] = { "torch", "flip", "zoom", NULL };
static const FieldRule coordinate_element = NUMBER("coordinate", 0, 0, 1);
static const FieldRule act[] = { ENUM("act", 0, act_values), END };
static const FieldRule challenge[] = { ENUM("kind", 0, challenge_values), END };
static const FieldRule challenge_judge[] = { UUID("challenge", 0), ENUM("result", 0, challenge_result_values), END };
static const FieldRule measure[] = { CHECKPOINT("checkpoint", 0), STRING("value", 0, 1, 16), STRING("unit", FIELD_OPTIONAL | FIELD_NULLABLE, 1, 8),
                                     UUID("still", FIELD_OPTIONAL | FIELD_NULLABLE), END };
static const FieldRule correction[] = { CHECKPOINT("checkpoint", 0), UUID("before", 0), UUID("after", 0), END };
static const FieldRule direct[] = { UUID("director", FIELD_NULLABLE), END };
static const FieldRule private_note[] = { STRING("words", 0, 1, NOTE_MAX_CHARS), END };
/* x, y, x, y, … from 0 to 1 over the picture; a stroke of 256 places is long. */
static const FieldRule draw[] = { ENUM("kind", 0, draw_values), ARRAY("points", 0, 0, 512, &coordinate_element), UUID("still", FIELD_OPTIONAL | FIELD_NULLABLE), END };
static const FieldRule camera[] = { ENUM("command", 0, camera_values), NUMBER("value", FIELD_NULLABLE, 0, 100), END };
/* A name stands under a picture: "后厨", "大堂东门". */
static const FieldRule camera_add[] = { STRING("name", 0, 1, 60), STRING("url", 0, 1, CAMERA_URL_MAX), END };
static const FieldRule camera_remove[] = { UUID("camera", 0), END };
static const FieldRule visit_end[] = { STRING("conclusion", FIELD_NULLABLE, 1, NOTE_MAX_CHARS), END };

/* --- forms: what a patch and a change hold is for lib/coform to look at --- */
#define PATH_MAX_CHARS      120
#define SIGNATURE_MAX_CHARS 20000
static const char *const how_values[] = { "tap", "voice", NULL };
static const char *const point_values[] = { "focus", "highlight", "press", NULL };
static const FieldRule form_open[] = { STRING("form", 0, 1, CODE_MAX_CHARS), END };
static const FieldRule form_patch[] = { UUID("form", 0), OBJECT("patch", 0, nothing), END };
static const FieldRule form_confirm[] = { UUID("form", 0), STRING("section", 0, 1, CODE_MAX_CHARS), ENUM("how", 0, how_values), END };
static const FieldRule form_show[] = { UUID("form", 0), STRING("path", 0, 1, PATH_MAX_CHARS), BOOLEAN("shown", 0), END };
static const FieldRule form_comment[] = { UUID("form", 0), STRING("path", FIELD_OPTIONAL, 1, PATH_MAX_CHARS),
                                          STRING("text", FIELD_OPTIONAL, 1, NOTE_MAX_CHARS), UUID("resolve", FIELD_OPTIONAL), END };
static const FieldRule form_point[] = { STRING("path", FIELD_NULLABLE, 1, PATH_MAX_CHARS), ENUM("kind", 0, point_values), END };
static const FieldRule form_sign[] = { UUID("form", 0), STRING("signature", 0, 1, SIGNATURE_MAX_CHARS), END };
static const FieldRule form_submit[] = { UUID("form", 0), END };
static const FieldRule form_whole[] = { OBJECT("document", FIELD_NULLABLE, nothing), END };
static const FieldRule form_change[] = { UUID("form", 0), OBJECT("change", 0, nothing), END };
static const FieldRule form_pointed[] = { UUID("participant", 0), STRING("name", 0, 0, NAME_MAX_CHARS), ENUM("role", 0, role_values),
                                          STRING("path", FIELD_NULLABLE, 1, PATH_MAX_CHARS), ENUM("kind", 0, point_values), END };

static const char *const ticket_state_values[] = { "waiting", "paired", "missed", "done", NULL };
static const FieldRule ticket_fields[] = { UUID("ticket", 0), INTEGER("number", 0, 1, G_MAXINT32), ENUM("state", 0, ticket_state_values),
                                           INTEGER("ahead", 0, 0, G_MAXINT32), INTEGER("estimate_s", 0, 0, G_MAXINT32),
                                           STRING("helper", FIELD_NULLABLE, 0, NAME_MAX_CHARS), END };
static const FieldRule any_element = OBJECT("entry", 0, nothing);
static const FieldRule desk_fields[] = { BOOLEAN("duty", 0), UUID("paired", FIELD_NULLABLE), ARRAY("waiting", 0, 0, 500, &any_element),
                                         ARRAY("missed", 0, 0, 500, &any_element), ARRAY("helpers", 0, 0, 500, &any_element), END };
static const FieldRule queue[] = { OBJECT("ticket", FIELD_NULLABLE, ticket_fields), OBJECT("desk", FIELD_NULLABLE, desk_fields), END };

/* --- server to client --- */
static const FieldRule ice_url_element = STRING("url", 0, 1, NAME_MAX_CHARS);
static const FieldRule ice_server_fields[] = { ARRAY("urls", 0, 1, 8, &ice_url_element), STRING("username", 0, 1, NAME_MAX_CHARS),
                                               STRING("credential", 0, 1, NAME_MAX_CHARS), END };
static const FieldRule ice_server_element = OBJECT("ice_server", 0, ice_server_fields);
static const FieldRule welcome[] = { INTEGER("version", 0, 1, 1000),
                                     UUID("participant", FIELD_NULLABLE),
                                     ENUM("role", 0, role_values),
                                     STRING("name", 0, 0, NAME_MAX_CHARS),
                                     STRING("resume", FIELD_NULLABLE, 1, TOKEN_MAX_CHARS),
                                     ENUM("media", 0, media_values),
                                     ENUM("state", FIELD_NULLABLE, participant_state_values),
                                     STRING("consent", FIELD_NULLABLE, 1, CODE_MAX_CHARS),
                                     OBJECT("visit", FIELD_NULLABLE, visit_fields),
                                     OBJECT("item", FIELD_NULLABLE, item_fields),
                                     ARRAY("ice_servers", 0, 0, 8, &ice_server_element),
                                     INTEGER("site_layers", FIELD_OPTIONAL, 1, 2),
                                     END };
static const FieldRule error_fields[] = { STRING("re", FIELD_OPTIONAL, 1, CODE_MAX_CHARS), STRING("code", 0, 1, CODE_MAX_CHARS),
                                          OBJECT("message", 0, text_fields), STRING("detail", FIELD_OPTIONAL, 1, NOTE_MAX_CHARS),
                                          OBJECT("current", FIELD_OPTIONAL, finding_state_fields), END };
static const FieldRule room[] = { INTEGER("revision", 0, 1, G_MAXINT64),
                                  OBJECT("visit", 0, visit_fields),
                                  ARRAY("participants", 0, 0, 64, &participant_element),
                                  OBJECT("checkpoint", FIELD_NULLABLE, checkpoint_fields),
                                  ARRAY("findings", 0, 0, 200, &finding_element),
                                  ARRAY("stills", 0, 0, 1000, &still_element),
                                  ARRAY("marks", 0, 0, 200, &mark_element),
                                  OBJECT("recording", FIELD_NULLABLE, recording_fields),
                                  ARRAY("cameras", FIELD_OPTIONAL, 0, 16, &camera_element),
                                  ARRAY("watchers", FIELD_OPTIONAL, 0, 256, &watcher_element),
                                  END };
static const FieldRule media_limit[] = { INTEGER("video", FIELD_NULLABLE, 1, G_MAXINT32), END };
static const FieldRule slots[] = { ARRAY("slots", 0, 0, 64, &slot_element), END };
static const FieldRule reason[] = { STRING("reason", 0, 1, CODE_MAX_CHARS), END };
static const FieldRule still_request[] = { UUID("still", 0), CHECKPOINT("checkpoint", FIELD_NULLABLE), END };
static const FieldRule drawn[] = { UUID("by", 0), ENUM("kind", 0, draw_values), ARRAY("points", 0, 0, 512, &coordinate_element), UUID("still", FIELD_NULLABLE), END };
static const FieldRule lobby[] = { ARRAY("visits", 0, 0, 500, &lobby_visit_element), END };

static const FieldRule *const fields_of[MESSAGE_COUNT] = {
    [MESSAGE_HELLO] = hello,
    [MESSAGE_CONSENT] = consent,
    [MESSAGE_DEVICE_CHECK] = device_check,
    [MESSAGE_WAIT] = nothing,
    [MESSAGE_ADMIT] = admit,
    [MESSAGE_MEDIA_OFFER] = media_offer,
    [MESSAGE_MEDIA_RESTART] = media_restart,
    [MESSAGE_MEDIA_CLOSE] = nothing,
    [MESSAGE_MEDIA_STATE] = media_state,
    [MESSAGE_CHECKPOINT_START] = checkpoint,
    [MESSAGE_CHECKPOINT_END] = checkpoint,
    [MESSAGE_FINDING] = finding,
    [MESSAGE_CAMERA_ADD] = camera_add,
    [MESSAGE_CAMERA_REMOVE] = camera_remove,
    [MESSAGE_STILL_TAKE] = nothing,
    [MESSAGE_ACT] = act,
    [MESSAGE_CHALLENGE] = challenge,
    [MESSAGE_CHALLENGE_JUDGE] = challenge_judge,
    [MESSAGE_MEASURE] = measure,
    [MESSAGE_CORRECTION] = correction,
    [MESSAGE_DIRECT] = direct,
    [MESSAGE_PRIVATE_NOTE] = private_note,
    [MESSAGE_DRAW] = draw,
    [MESSAGE_CAMERA] = camera,
    [MESSAGE_VISIT_END] = visit_end,
    [MESSAGE_LEAVE] = nothing,
    [MESSAGE_FORM_SYNC] = nothing,
    [MESSAGE_FORM_OPEN] = form_open,
    [MESSAGE_FORM_PATCH] = form_patch,
    [MESSAGE_FORM_CONFIRM] = form_confirm,
    [MESSAGE_FORM_SHOW] = form_show,
    [MESSAGE_FORM_COMMENT] = form_comment,
    [MESSAGE_FORM_POINT] = form_point,
    [MESSAGE_FORM_SIGN] = form_sign,
    [MESSAGE_FORM_SUBMIT] = form_submit,
    [MESSAGE_WELCOME] = welcome,
    [MESSAGE_OK] = nothing,
    [MESSAGE_ERROR] = error_fields,
    [MESSAGE_ROOM] = room,
    [MESSAGE_SLOTS] = slots,
    [MESSAGE_MEDIA_LOST] = reason,
    [MESSAGE_MEDIA_LIMIT] = media_limit,
    [MESSAGE_STILL_REQUEST] = still_request,
    [MESSAGE_CAMERA_REQUEST] = camera,
    [MESSAGE_DRAWN] = drawn,
    [MESSAGE_LOBBY] = lobby,
    [MESSAGE_VISIT_ENDED] = reason,
    [MESSAGE_FORM] = form_whole,
    [MESSAGE_FORM_CHANGE] = form_change,
    [MESSAGE_FORM_POINTED] = form_pointed,
    [MESSAGE_QUEUE] = queue,
};

static const FieldRule common[] = { STRING("type", 0, 1, CODE_MAX_CHARS), STRING("id", FIELD_OPTIONAL, 1, CODE_MAX_CHARS), END };

static const char *const type_names[MESSAGE_COUNT] = {
#define MESSAGE_NAME(name, type) [MESSAGE_##name] = type,
    MESSAGE_TO_SERVER_TABLE(MESSAGE_NAME) MESSAGE_TO_CLIENT_TABLE(MESSAGE_NAME)
#undef MESSAGE_NAME
};

const char *
message_type_name(MessageType type)
{
    g_assert((unsigned) type < MESSAGE_COUNT);
    return type_names[type];
}

const char *
message_id(const json_t *json)
{
    const char *id = field_string(json, "id");

    return id && *id && g_utf8_strlen(id, -1) <= CODE_MAX_CHARS ? id : NULL;
}

static gboolean
type_from_name(const char *name, MessageDirection direction, MessageType *ret_type)
{
    MessageType first = direction == MESSAGE_TO_SERVER ? 0 : MESSAGE_TO_SERVER_COUNT;
    MessageType last = direction == MESSAGE_TO_SERVER ? MESSAGE_TO_SERVER_COUNT : MESSAGE_COUNT;

    for (MessageType type = first; type < last; type++) {
        if (g_str_equal(type_names[type], name)) {
            *ret_type = type;
            return TRUE;
        }
    }
    return FALSE;
}

Message *
message_from_json(json_t *json, MessageDirection direction, GError **error)
{
    MessageType type;

    if (!field_rules_check(common, json, error))
        return NULL;
    if (!type_from_name(field_string(json, "type"), direction, &type)) {
        problem_set(error, PROBLEM_MESSAGE_UNKNOWN_TYPE, NULL);
        return NULL;
    }
    if (!field_rules_check(fields_of[type], json, error))
        return NULL;

    Message *message = g_new0(Message, 1);

    message->type = type;
    message->json = json_incref(json);
    return message;
}

Message *
message_decode(GBytes *text, MessageDirection direction, GError **error)
{
    gsize length_max = direction == MESSAGE_TO_SERVER ? MESSAGE_TO_SERVER_MAX : MESSAGE_TO_CLIENT_MAX;
    g_autoptr(json_t) json = bounded_json_parse_bytes(text, length_max, error);

    return json ? message_from_json(json, direction, error) : NULL;
}

void
message_free(Message *message)
{
    if (!message)
        return;
    json_decref(message->json);
    g_free(message);
}
