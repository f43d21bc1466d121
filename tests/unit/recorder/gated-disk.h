/**
 * GatedDisk — the real disk, but it fails the n-th append (once, half written), or stalls while the test wishes it.
 */
#pragma once

#include "append-file.h"

typedef struct {
    AppendFiles files;
    gint appends; /* atomic: counts down to the failure */
    gint failed;  /* atomic */
    GMutex gate;  /* held: appends wait */
    gint waits;   /* atomic: appends go through the gate */
    gint arrived; /* atomic: appends that came to the gate */
} GatedDisk;

void gated_disk_init(GatedDisk *disk);
void gated_disk_clear(GatedDisk *disk);

/** Appends wait from here on; gated_disk_go_on() by the same thread lets them through. */
void gated_disk_stall(GatedDisk *disk);
void gated_disk_go_on(GatedDisk *disk);
/** Waits until an append stands at the gate. */
void gated_disk_wait_for_arrival(GatedDisk *disk);
