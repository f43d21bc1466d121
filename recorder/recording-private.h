/**
 * What recording.c (the mailbox and the thread) and the RecordingWriter in that thread share.
 */
#pragma once

#include "recording.h"

/* About three minutes of 1.5 Mbit/s: a disk that stalls for as long loses nothing; then the gap is declared as "overflow". */
#define RECORDING_MAILBOX_MAX (32 * 1024 * 1024)

typedef enum {
    JOB_PART,
    JOB_FRAGMENT,
    JOB_PART_ENDED,
    JOB_GAP,
    JOB_DAMAGE,
    JOB_OVERFLOW,
    JOB_WARN,
    JOB_ENTRY,
    JOB_STILL,
    JOB_TIMESTAMP,
    JOB_END,
    JOB_STOP,
} JobType;

typedef struct {
    JobType type;
    guint epoch;
    char *track;
    GBytes *bytes; /* initialization segment, fragment, JPEG */
    char *codecs;
    guint width, height;
    gint64 t, duration, captured, filled;
    gboolean key;
    gint64 from, to;
    const char *alarm; /* static */
    const char *label; /* static: of a part its file's extension, of damage the medium */
    guint packets;
    char *id, *name; /* name: the entry's type, the reason */
    char *checkpoint, *participant;
    json_t *data;
    RecordingDoneFunc done;
    gpointer done_user;
    gsize weight; /* what it counts in the mailbox */
} Job;

void job_free(Job *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Job, job_free)

struct Recording {
    gint references;
    RecordingEnvironment environment;
    char *id, *folder;
    RecordingOpening opening; /* strings owned; visit NULL: resume */
    GAsyncQueue *mailbox;     /* of Job */
    GThread *thread;

    gint waiting_bytes; /* atomic */
    gint epoch;         /* atomic */
    gint shut;          /* atomic: in alarm or over; media is thrown away */

    GMutex lock; /* of the two below, which other threads wait for or read */
    GCond opened_changed;
    gboolean opened;
    char *site_participant;
};

/** recording_start() without the thread: whoever calls takes the jobs from the mailbox. */
Recording *recording_new(const RecordingEnvironment *environment, const char *id, const char *folder, const RecordingOpening *opening);
