/**
 * LoadProcess — what /proc tells of the relay: CPU time, threads, resident memory, context switches; and of
 * its CPU.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

typedef struct {
    double cpu_s;  /* user + system of all threads, also those that have ended; ns resolution */
    double user_s; /* of /proc/PID/stat, in ticks of 10 ms */
    double system_s;
    guint threads;
    guint64 resident_kib;
    guint64 switches;  /* of the threads that are there */
    double cpu_busy_s; /* of the CPU it runs on, by anybody; 0 when not pinned */
} LoadProcess;

/** `cpu`: the one the process is pinned to, -1 if none. FALSE when there is no such process. */
gboolean load_process_read(pid_t pid, int cpu, LoadProcess *ret_process);
double load_average(void);
