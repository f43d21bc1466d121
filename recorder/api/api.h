/**
 * RecorderApi — HTTP on sockets/recorder.sock. docs/architecture.md, section "Recorder". Loop thread.
 */
#pragma once

#include "feed-server.h"
#include "http-loop.h"
#include "recordings.h"
#include "signer.h"
#include "storage.h"

typedef struct RecorderApi RecorderApi;

RecorderApi *recorder_api_new(HttpLoop *loop);
/** After recordings and feed have ended: jobs of theirs answer here. */
void recorder_api_free(RecorderApi *api);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecorderApi, recorder_api_free)

/** Begins to serve; `recordings`, `feed`, `documents` (the key that signs documents) and `storage` (may be NULL) outlive recorder_api_close(). */
gboolean recorder_api_listen(RecorderApi *api, const char *socket_path, Recordings *recordings, FeedServer *feed, const Signer *documents,
                             Storage *storage, GError **error);
/** Serves no more and ends what workers are doing. Late answers of recordings go nowhere. */
void recorder_api_close(RecorderApi *api);

/** For RecordingsConfig.changed: tells the readers of /events. */
void recorder_api_recording_changed(RecordingView *view, gpointer api);
/** For RecordingsConfig.grown: answers those who wait for more of a playlist. */
void recorder_api_recording_grown(RecordingView *view, gpointer api);
