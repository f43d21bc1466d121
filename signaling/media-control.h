/**
 * MediaControl — the media server as signaling sees it: rooms wanted, offers passed on, events turned into members' states.
 *
 * What should be there is in the store (the live visits); media_control_sync() makes it so and reads what is. It runs whenever the event
 * stream comes up, so that a restart of either side heals by itself. Loop thread.
 */
#pragma once

#include "server.h"

MediaControl *media_control_new(Server *server);
void media_control_free(MediaControl *media);
/** Opens the event stream and keeps it open. */
void media_control_start(MediaControl *media);
gboolean media_control_is_connected(const MediaControl *media);

/** Makes the room and its feed, then takes over which connections there are. */
void media_control_sync(MediaControl *media, const char *visit);
/** The same; `then` runs when it has been done or has failed. */
void media_control_sync_then(MediaControl *media, const char *visit, HttpLoopFunc then, gpointer user);
/** Closes every connection of the room and its feed, then lets the outbox bring the recording to its end. */
void media_control_close_room(MediaControl *media, const char *visit);
void media_control_close_connection(MediaControl *media, const char *visit, const char *connection);

/** Asks for the camera; `done` runs exactly once, later, with the PROBLEM when it is refused. */
typedef void (*MediaCameraFunc)(const GError *error, gpointer user);
void media_control_put_camera(MediaControl *media, const char *visit, const char *camera, const char *url, MediaCameraFunc done, gpointer user);
void media_control_remove_camera(MediaControl *media, const char *visit, const char *camera);

typedef struct {
    const char *visit;
    const char *participant;
    gboolean publish;
    int order;
    const char *sdp;
} MediaOffer;

typedef struct {
    const GError *error; /* PROBLEM_MEDIA_UNAVAILABLE, _AT_CAPACITY or _REFUSED; then nothing else is set */
    const char *sdp;
    const char *connection;
} MediaAnswer;

typedef void (*MediaAnswerFunc)(const MediaAnswer *answer, gpointer user);
/** `done` runs exactly once, later. A room that the media server does not know is made first. */
void media_control_offer(MediaControl *media, const MediaOffer *offer, MediaAnswerFunc done, gpointer user);

/** `fragment` is NULL with an error, as above (REFUSED: no such connection, or no credentials), and when the credentials are those in force. */
typedef void (*MediaRestartFunc)(const GError *error, const char *fragment, gpointer user);
/** An ICE restart (RFC 8840 fragments both ways). `done` runs exactly once, later. */
void media_control_restart(MediaControl *media, const char *visit, const char *connection, const char *fragment, MediaRestartFunc done, gpointer user);
