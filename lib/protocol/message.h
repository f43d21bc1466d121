/**
 * Message — the codec of docs/signaling-protocol.md, version 1.
 *
 * A message is its JSON object, checked against the field table of its type: after message_decode() every field that the
 * document names has its type and its bounds. The same tables check what the server sends. Any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#define MESSAGE_VERSION     1
#define MESSAGE_SUBPROTOCOL "yuntakan.v1"

/* The largest message of a client is an SDP offer, 10 to 20 KiB with many lines. */
#define MESSAGE_TO_SERVER_MAX (64 * 1024)
/* `room` with 16 participants, 200 marks, and a finding with a long note on each of 60 check points. */
#define MESSAGE_TO_CLIENT_MAX (256 * 1024)

typedef enum { MESSAGE_TO_SERVER, MESSAGE_TO_CLIENT } MessageDirection;

/* X(name, type) */
#define MESSAGE_TO_SERVER_TABLE(X)                                                                                     \
    X(HELLO, "hello")                                                                                                  \
    X(CONSENT, "consent")                                                                                              \
    X(DEVICE_CHECK, "device-check")                                                                                    \
    X(WAIT, "wait")                                                                                                    \
    X(ADMIT, "admit")                                                                                                  \
    X(MEDIA_OFFER, "media-offer")                                                                                      \
    X(MEDIA_RESTART, "media-restart")                                                                                  \
    X(MEDIA_CLOSE, "media-close")                                                                                      \
    X(MEDIA_STATE, "media-state")                                                                                      \
    X(CHECKPOINT_START, "checkpoint-start")                                                                            \
    X(CHECKPOINT_END, "checkpoint-end")                                                                                \
    X(FINDING, "finding")                                                                                              \
    X(CAMERA_ADD, "camera-add")                                                                                        \
    X(CAMERA_REMOVE, "camera-remove")                                                                                  \
    X(STILL_TAKE, "still-take")                                                                                        \
    X(ACT, "act")                                                                                                      \
    X(CHALLENGE, "challenge")                                                                                          \
    X(CHALLENGE_JUDGE, "challenge-judge")                                                                              \
    X(MEASURE, "measure")                                                                                              \
    X(CORRECTION, "correction")                                                                                        \
    X(DIRECT, "direct")                                                                                                \
    X(PRIVATE_NOTE, "private-note")                                                                                    \
    X(DRAW, "draw")                                                                                                    \
    X(CAMERA, "camera")                                                                                                \
    X(VISIT_END, "visit-end")                                                                                          \
    X(LEAVE, "leave")                                                                                                  \
    X(FORM_SYNC, "form-sync")                                                                                          \
    X(FORM_OPEN, "form-open")                                                                                          \
    X(FORM_PATCH, "form-patch")                                                                                        \
    X(FORM_CONFIRM, "form-confirm")                                                                                    \
    X(FORM_SHOW, "form-show")                                                                                          \
    X(FORM_COMMENT, "form-comment")                                                                                    \
    X(FORM_POINT, "form-point")                                                                                        \
    X(FORM_SIGN, "form-sign")                                                                                          \
    X(FORM_SUBMIT, "form-submit")

#define MESSAGE_TO_CLIENT_TABLE(X)                                                                                     \
    X(WELCOME, "welcome")                                                                                              \
    X(OK, "ok")                                                                                                        \
    X(ERROR, "error")                                                                                                  \
    X(ROOM, "room")                                                                                                    \
    X(SLOTS, "slots")                                                                                                  \
    X(MEDIA_LOST, "media-lost")                                                                                        \
    X(MEDIA_LIMIT, "media-limit")                                                                                      \
    X(STILL_REQUEST, "still-request")                                                                                  \
    X(CAMERA_REQUEST, "camera-request")                                                                                \
    X(DRAWN, "drawn")                                                                                                  \
    X(LOBBY, "lobby")                                                                                                  \
    X(VISIT_ENDED, "visit-ended")                                                                                      \
    X(FORM, "form")                                                                                                    \
    X(FORM_CHANGE, "form-change")                                                                                      \
    X(FORM_POINTED, "form-point")                                                                                      \
    X(QUEUE, "queue")

typedef enum {
#define MESSAGE_ENUM(name, type) MESSAGE_##name,
    MESSAGE_TO_SERVER_TABLE(MESSAGE_ENUM) MESSAGE_TO_SERVER_COUNT,
    MESSAGE_TO_CLIENT_FIRST = MESSAGE_TO_SERVER_COUNT - 1, /* so that the next enumerator follows on */
    MESSAGE_TO_CLIENT_TABLE(MESSAGE_ENUM)
#undef MESSAGE_ENUM
    MESSAGE_COUNT
} MessageType;

typedef struct {
    MessageType type;
    json_t *json; /* owned */
} Message;

/** A message from outside; errors are of the domain PROBLEM. Free with message_free(). */
Message *message_decode(GBytes *text, MessageDirection direction, GError **error);
/** The same from an object that is already parsed. */
Message *message_from_json(json_t *json, MessageDirection direction, GError **error);
void message_free(Message *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Message, message_free)

/** The client's `id`; NULL when it gave none, and for anything that is not even an object. Belongs to `json`. */
const char *message_id(const json_t *json);

const char *message_type_name(MessageType type);
