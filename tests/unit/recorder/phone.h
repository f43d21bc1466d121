/**
 * Phone — what a phone sends, and the network on its way to the recorder, simulated: pictures with flashes, speech with beeps, sender
 * reports; packets are delayed, overtake each other, are lost and come again. Deterministic; time is the test's FakeClock.
 */
#pragma once

#include "clock.h"
#include "feed-room.h"
#include "media-run.h"

#define MS             G_GINT64_CONSTANT(1000)
#define SECOND         G_GINT64_CONSTANT(1000000)
#define PHONE_SITE     "018bcfe5-6800-7000-8000-00000000aaaa"
#define PHONE_VIDEO    1u /* SSRCs */
#define PHONE_AUDIO    2u
#define PHONE_EVERY    (2 * SECOND) /* a flash and a beep */
#define PHONE_FLASH    0x55 /* last byte of a picture with one */
#define PHONE_BEEP_PACKETS 5

typedef struct {
    FakeClock *clock;
    FeedRoom *room;  /* NULL: what arrives is lost */
    gint64 step_us;  /* time goes on in steps of 5 ms, or as many µs as a test sets */
    void (*step)(gpointer user); /* may be NULL: called for each */
    gpointer user;

    /* the network */
    GSequence *wire;
    GRand *random;
    guint sent, lost_once;
    gint64 loss_percent;

    /* the sender */
    double skew;
    guint fps, frame_us, width, height;
    VideoCodec codec;
    guint32 video_ssrc;
    guint16 sequence[4];
    gboolean key_wanted, camera_off, microphone_off, dtx;
    gint64 video_delay, next_video, next_audio, next_report, next_poll;
    GBytes *beep[PHONE_BEEP_PACKETS];
    guint pictures_sent, plis;
} Phone;

void phone_init(Phone *phone, FakeClock *clock, guint fps);
void phone_clear(Phone *phone);

/** Tells the room of a stream; the camera's has the phone's codec. */
void phone_announce(Phone *phone, guint32 ssrc, FeedKind kind);
/** FeedRoomConfig.send: a request for a key frame. */
void phone_on_send(const guint8 *packet, gsize length, gpointer phone);
/** Lets the phone run for `us` of true time. */
void phone_run(Phone *phone, gint64 us);
/** The network delivers what is under way, or comes again. */
void phone_drain(Phone *phone);
