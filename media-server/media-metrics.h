/** MediaMetrics — the workers' statistics, summed, as Prometheus text (exposition format 0.0.4).
 * Zero-initialise; plain value. */
#pragma once

#include "worker.h"

typedef struct {
    WorkerStatistics sum;
} MediaMetrics;

void media_metrics_add(MediaMetrics *metrics, const WorkerStatistics *statistics);
/** The caller frees the text. */
char *media_metrics_text(const MediaMetrics *metrics);
