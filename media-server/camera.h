/**
 * Camera — a fixed camera as a publisher of a room: a CameraReader on threads of its own, and on the worker's thread a ytkrtcsrc that its
 * packets are pushed through, as those of a browser are.
 *
 * Each connection to the camera is a run with SSRCs of its own, so that its subscribers and the recorder see what they see when a phone comes
 * back. Belongs to the room until camera_leave(), then to the worker until its threads have ended. Worker's thread.
 */
#pragma once

#include "camera-reader.h"
#include "worker.h"
#include "ytk-rtc-src.h"

typedef struct {
    /** A run begins: the element is to be put into the pipeline. */
    void (*source)(gpointer user, Camera *camera);
    /** The run is over: the element leaves the pipeline, its tracks wait for the next run. */
    void (*source_lost)(gpointer user, Camera *camera);
    void (*state)(gpointer user, Camera *camera);
} CameraHandlers;

typedef struct {
    const char *id; /* the participant that it is */
    guint order;
    CameraUrl *url; /* taken over */
    const CameraHandlers *handlers;
    gpointer user;
} CameraConfig;

Camera *camera_new(Worker *worker, const CameraConfig *config);
/** The room lets go of it: no handler is called any more, the stream ends. */
void camera_leave(Camera *camera);
/** For the worker: waits for its thread. */
void camera_free(Camera *camera);

const char *camera_id(const Camera *camera);
guint camera_order(const Camera *camera);
gint64 camera_joined_us(const Camera *camera);
/** The URL as it was given, without user and password; compare with what is wanted. */
gboolean camera_is_same(const Camera *camera, const CameraUrl *url);
CameraState camera_state(const Camera *camera);
/** NULL between runs. */
YtkRtcSrc *camera_src(const Camera *camera);
/** The handler of the element's "pad-added", kept for the room. */
gulong *camera_pad_handler(Camera *camera);
/** {camera, state, reason, retry_ms, address, dropped}; a new reference. */
json_t *camera_describe(const Camera *camera);
