#include "load-process.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The kernel's own sum for the process, of which /proc/PID/stat shows hundredths: at one subscriber a window
 * of some seconds would be a handful of ticks. */
static gboolean
read_cpu_clock(pid_t pid, double *ret_seconds)
{
    struct timespec spent;
    clockid_t clock;

    if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &spent))
        return FALSE;
    *ret_seconds = (double)spent.tv_sec + (double)spent.tv_nsec / 1e9;
    return TRUE;
}

static char *
read_text(const char *path)
{
    char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static void
read_stat(pid_t pid, LoadProcess *process)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
    g_autofree char *text = read_text(path);
    const char *after_name = text ? strrchr(text, ')') : NULL;
    unsigned long user = 0, system = 0;

    if (after_name)
        sscanf(after_name + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    process->user_s = (double)user / (double)sysconf(_SC_CLK_TCK);
    process->system_s = (double)system / (double)sysconf(_SC_CLK_TCK);
}

static guint64
field(const char *text, const char *name)
{
    const char *at = text ? strstr(text, name) : NULL;

    return at ? g_ascii_strtoull(at + strlen(name), NULL, 10) : 0;
}

static void
read_threads(pid_t pid, LoadProcess *process)
{
    g_autofree char *folder = g_strdup_printf("/proc/%d/task", pid);
    g_autoptr(GDir) tasks = g_dir_open(folder, 0, NULL);
    const char *task;

    while (tasks && (task = g_dir_read_name(tasks))) {
        g_autofree char *path = g_strdup_printf("%s/%s/status", folder, task);
        g_autofree char *text = read_text(path);

        process->switches +=
            field(text, "\nvoluntary_ctxt_switches:") + field(text, "\nnonvoluntary_ctxt_switches:");
    }
}

static double
read_cpu_busy(int cpu)
{
    g_autofree char *text = read_text("/proc/stat");
    g_autofree char *name = g_strdup_printf("\ncpu%d ", cpu);
    const char *at = text ? strstr(text, name) : NULL;
    unsigned long user, nice, system, idle, wait, irq, soft;

    if (!at || sscanf(at + strlen(name), "%lu %lu %lu %lu %lu %lu %lu", &user, &nice, &system, &idle, &wait,
                      &irq, &soft) != 7)
        return 0;
    return (double)(user + nice + system + irq + soft) / (double)sysconf(_SC_CLK_TCK);
}

gboolean
load_process_read(pid_t pid, int cpu, LoadProcess *ret_process)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", pid);
    g_autofree char *status = read_text(path);
    LoadProcess process = {0};

    if (!status || !read_cpu_clock(pid, &process.cpu_s))
        return FALSE;
    process.threads = (guint)field(status, "\nThreads:");
    process.resident_kib = field(status, "\nVmRSS:");
    process.cpu_busy_s = cpu >= 0 ? read_cpu_busy(cpu) : 0;
    read_stat(pid, &process);
    read_threads(pid, &process);
    *ret_process = process;
    return TRUE;
}

double
load_average(void)
{
    double average = 0;

    return getloadavg(&average, 1) == 1 ? average : 0;
}
