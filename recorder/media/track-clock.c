#include "track-clock.h"

/* No packet can be from the future; half a second covers a first packet that was itself late. */
#define FUTURE_MAX_US (1 * G_USEC_PER_SEC)
/* Networks hold packets back for seconds, then burst; longer than this is a sender whose clock stood still. */
#define LATE_MAX_US (4 * G_USEC_PER_SEC)
/* A report further off than this is nonsense, not skew. */
#define REPORT_MAX_US (5 * G_USEC_PER_SEC)
#define DRIFT_WINDOW_US (10 * G_USEC_PER_SEC)
/* Drift followed per window: 1000 ppm, twenty times what quartz does, and less than a frame of audio. */
#define DRIFT_STEP_US 10000

void
track_clock_init(TrackClock *clock, guint32 rate, SyncGroup *group)
{
    *clock = (TrackClock){ .rate = rate, .group = group };
}

static gint64
position_of(const TrackClock *clock, gint64 ext)
{
    return clock->anchor_pos + (ext - clock->anchor_ext) * G_USEC_PER_SEC / clock->rate;
}

static void
tie(TrackClock *clock, gint64 ext, gint64 pos)
{
    clock->anchor_ext = ext;
    clock->anchor_pos = pos;
}

static void
window_begin(TrackClock *clock, gint64 now)
{
    clock->window_start = now;
    clock->window_delay = G_MAXINT64;
}

static void
follow_drift(TrackClock *clock, gint64 delay, gint64 now)
{
    clock->window_delay = MIN(clock->window_delay, delay);
    if (now - clock->window_start < DRIFT_WINDOW_US)
        return;
    if (!clock->base_known) {
        clock->base_known = TRUE;
        clock->base_delay = clock->window_delay;
    }

    gint64 step = CLAMP(clock->window_delay - clock->base_delay, -DRIFT_STEP_US, DRIFT_STEP_US);

    /* Tracks that have reports move together, or they would lose their lips. */
    if (!clock->reported) {
        clock->anchor_pos += step;
    } else if (now - clock->group->stepped_at >= DRIFT_WINDOW_US) {
        clock->group->offset += step;
        clock->group->stepped_at = now;
    }
    window_begin(clock, now);
}

/** What another track of the group has found out holds here at once: the next report may be seconds away. */
static void
follow_group(TrackClock *clock, gint64 now)
{
    gint64 step = clock->group->offset - clock->tied_offset;

    if (!clock->reported || step == 0)
        return;
    clock->anchor_pos += step;
    clock->tied_offset = clock->group->offset;
    window_begin(clock, now);
}

static void
take_report(TrackClock *clock, gint64 ntp_us, guint32 rtp, gint64 now)
{
    gint64 ext = clock->ext + (gint32) (rtp - clock->last_rtp);
    gint64 pos = position_of(clock, ext);

    if (!clock->group->known) {
        clock->group->known = TRUE;
        clock->group->offset = clock->tied_offset = pos - ntp_us;
        clock->reported = TRUE;
        return;
    }

    gint64 wanted = ntp_us + clock->group->offset;

    if (ABS(wanted - pos) > REPORT_MAX_US)
        return;
    tie(clock, ext, wanted);
    clock->tied_offset = clock->group->offset;
    if (clock->reported)
        return;
    /* How late its packets are is known only now: what was measured before would be taken for drift. */
    clock->reported = TRUE;
    clock->base_known = FALSE;
    window_begin(clock, now);
}

gint64
track_clock_map(TrackClock *clock, guint32 rtp, gint64 now)
{
    if (!clock->started) {
        clock->started = TRUE;
        clock->last_rtp = rtp;
        tie(clock, 0, now);
        window_begin(clock, now);
        if (clock->report_waits)
            take_report(clock, clock->report_ntp, clock->report_rtp, now);
    }

    clock->heard = now;
    follow_group(clock, now);

    gint64 ext = clock->ext + (gint32) (rtp - clock->last_rtp);
    gint64 pos = position_of(clock, ext);

    if (pos - now > FUTURE_MAX_US || now - pos > LATE_MAX_US) {
        /* Not before what was already handed out: the track's time never runs back. */
        pos = MAX(now, position_of(clock, clock->ext) + 1);
        if (pos - now > FUTURE_MAX_US)
            pos = now;
        tie(clock, ext, pos);
        clock->base_known = FALSE;
        window_begin(clock, now);
        clock->jumps++;
    }
    if (pos > now && !clock->base_known) {
        /* The packet that tied the track was late itself, this one came faster: nothing is captured after it has arrived. */
        clock->anchor_pos -= pos - now;
        if (clock->reported)
            clock->tied_offset = clock->group->offset -= pos - now;
        pos = now;
    }
    if (ext > clock->ext || clock->window_delay == G_MAXINT64) {
        clock->ext = ext;
        clock->last_rtp = rtp;
        follow_drift(clock, now - pos, now);
    }
    return pos;
}

void
track_clock_report(TrackClock *clock, gint64 ntp_us, guint32 rtp)
{
    if (clock->started) {
        take_report(clock, ntp_us, rtp, clock->heard);
        return;
    }
    clock->report_waits = TRUE;
    clock->report_ntp = ntp_us;
    clock->report_rtp = rtp;
}
