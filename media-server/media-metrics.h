/** MediaMetrics — the workers' statistics, summed, and the node's load, as Prometheus text (exposition format 0.0.4).
 * Zero-initialise; plain value. */
#pragma once

#include "node-load.h"
#include "worker.h"

typedef struct {
    WorkerStatistics sum;
    NodeLoad load;
} MediaMetrics;

void media_metrics_add(MediaMetrics *metrics, const WorkerStatistics *statistics);
/** The caller frees the text. */
char *media_metrics_text(const MediaMetrics *metrics);
