/**
 * Programme — what a room's recording is made of: a file per site camera with its video and the mix of everybody's speech, and a file with
 * each participant's own speech. Decides how long the mix waits for whom. Feed thread; times are positions and monotonic µs.
 */
#pragma once

#include "track-file.h"

/* One at the entrance, one with the applicant, two more: a review shows four side by side. */
#define PROGRAMME_CAMERAS_MAX 4

typedef struct Programme Programme;
typedef struct ProgrammeCamera ProgrammeCamera;
typedef struct ProgrammeVoice ProgrammeVoice;

/** `place` outlives the programme. */
Programme *programme_new(const TrackFilePlace *place);
/** Finishes all files; `reason` (or NULL) is declared for each. */
void programme_free(Programme *programme, const char *reason, gint64 now);

/** The file of this name, begun if it is new; NULL if there are PROGRAMME_CAMERAS_MAX already. Owned by the programme. */
ProgrammeCamera *programme_camera(Programme *programme, const char *name);
void programme_picture(ProgrammeCamera *camera, const VideoPicture *picture, gint64 now);
/** The camera's next picture comes from another encoder. */
void programme_camera_restarts(ProgrammeCamera *camera);
void programme_picture_lost(ProgrammeCamera *camera, guint packets, gint64 pos);
/** A key frame is needed, or the last one lies back `interval_us`. FALSE while nothing is recorded. */
gboolean programme_wants_key(const ProgrammeCamera *camera, gint64 interval_us, gint64 asked_at, gint64 now);

/** A participant's microphone; its file is "audio-PARTICIPANT". */
ProgrammeVoice *programme_voice_new(Programme *programme, const char *participant);
/** The microphone is gone; somebody who has left is not missing, so no gap is declared. */
void programme_voice_free(ProgrammeVoice *voice, gint64 now);
void programme_speech(ProgrammeVoice *voice, const guint8 *packet, gsize length, gint64 pos, gint64 now);
void programme_speech_lost(ProgrammeVoice *voice, guint packets, gint64 pos);
/** More of it will come, behind a packet that is missing: the mix waits for it. */
void programme_voice_waits(ProgrammeVoice *voice, gboolean waits);

/** Mixes what is due and cuts what is due. */
void programme_poll(Programme *programme, gint64 now);
/** A closed gap in all cameras. */
void programme_gap(Programme *programme, gint64 from, gint64 to, const char *reason);
