/**
 * RecordingWriter — what alone writes a recording: does the jobs of its mailbox, one after the other, and looks after seals and retries.
 *
 * It has no thread: recording.c runs it in one, tests call it step by step with a clock of their own. Everything here belongs to that one
 * thread. Its parts: recording-gaps.c (tracks, their parts and gaps), recording-opening.c (beginning, failing, going on), recording-jobs.c
 * (what each job does).
 */
#pragma once

#include "recording-private.h"

typedef struct RecordingWriter RecordingWriter;

/* Seals, retries and the like are looked after this often. */
#define RECORDING_TICK_US (1 * G_USEC_PER_SEC)

/** Opens or recovers the recording, which outlives the writer. One that could not be opened is in alarm and tries again. */
RecordingWriter *recording_writer_new(Recording *recording);
/** Declares the tracks' interruption and seals. The recording stays resumable. */
void recording_writer_free(RecordingWriter *writer);
/** As after SIGKILL: nothing more is written. For tests. */
void recording_writer_abandon(RecordingWriter *writer);

/** Does one job, which stays the caller's. */
void recording_writer_do(RecordingWriter *writer, Job *job);
/** Every RECORDING_TICK_US. */
void recording_writer_tick(RecordingWriter *writer);
