/**
 * TrackClock — from a track's RTP timestamps to positions on the recorder's one timeline (monotonic µs).
 *
 * RTP time only says how far apart two packets of one track are. It is tied to the timeline by the arrival of the first packet; sender
 * reports (RFC 3550, section 6.4.1) then tie the tracks of one participant to each other. Sender and recorder drift apart by some
 * 50 ppm; that is followed slowly. A jump (restart of the sender, a clock that stopped in a pause) never becomes a duration:
 * the track is tied anew at the arrival (field requirement R5).
 *
 * Pure values; one thread. All times µs unless said otherwise.
 */
#pragma once

#include <glib.h>

/** What the tracks of one participant share: where the sender's NTP clock is on our timeline. Zero-initialise. */
typedef struct {
    gboolean known;
    gint64 offset;     /* position = NTP time + offset */
    gint64 stepped_at; /* when the drift was last followed, so that two tracks do not follow it twice */
} SyncGroup;

typedef struct {
    guint32 rate; /* RTP ticks per second */
    SyncGroup *group;
    gboolean started;
    guint32 last_rtp;
    gint64 heard;      /* when the last packet came */
    gint64 ext;        /* last_rtp, unwrapped */
    gint64 anchor_ext; /* this tick … */
    gint64 anchor_pos; /* … is at this position */
    gint64 window_start;
    gint64 window_delay; /* least (arrival - position) in this window */
    gint64 base_delay;
    gboolean base_known;
    gboolean reported; /* placed by sender reports: its drift is the group's */
    gint64 tied_offset; /* the group's offset when that was done last */
    gboolean report_waits; /* one that came before the first packet */
    gint64 report_ntp;
    guint32 report_rtp;
    guint jumps;
} TrackClock;

/** `group` outlives the clock. */
void track_clock_init(TrackClock *clock, guint32 rate, SyncGroup *group);

/** Position of the packet with RTP timestamp `rtp` that arrived at `now`. Packets may come in any order. */
gint64 track_clock_map(TrackClock *clock, guint32 rtp, gint64 now);

/** A sender report: NTP time in µs (any epoch) at `rtp`. The last one before the first packet is kept for it: a camera's encoder takes longer than
 *  a microphone's, and without it the first second of a track would be that much late. Ignored when it contradicts by more than 5 s. */
void track_clock_report(TrackClock *clock, gint64 ntp_us, guint32 rtp);
