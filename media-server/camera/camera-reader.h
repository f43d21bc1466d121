/**
 * CameraReader — one thread that keeps the stream of an RTSP camera coming, however often it breaks.
 *
 *   rtspsrc (TCP) ! rtph264depay ! h264parse ! rtph264pay ! appsink            (and sound: decode ! opusenc ! rtpopuspay)
 *
 * The name is looked up once. Every address that it has must be allowed, else none is tried; the first IPv4 address is kept for the reader's
 * life and every TCP connection goes to it and to the URL's port, whatever the camera answers (redirects, Content-Base, control URLs): rtspsrc
 * is given it as its proxy, which for plain RTSP means "connect here instead". rtspsrc speaks TCP alone, and the UDP elements are not loaded.
 * IPv6 cameras cannot be pinned in this way and are refused.
 *
 * RTP that comes out: at most CAMERA_PACKET_MAX bytes, H.264 with parameter sets before every key frame, payload types and SSRCs as
 * configured, timestamps on one common clock from 0 at `zero_unix_us`.
 */
#pragma once

#include "camera-mailbox.h"
#include "camera-url.h"
#include "network-list.h"

#define CAMERA_PACKET_MAX 1200 /* what browsers send: fits every path with our headers */
#define CAMERA_VIDEO_TYPE 96
#define CAMERA_AUDIO_TYPE 111

typedef struct {
    CameraUrl *url;              /* the reader's from here on; cleared and freed by it */
    const NetworkList *networks; /* must outlive the reader */
    guint32 ssrc;                /* video of run n: ssrc + 2n, audio: ssrc + 2n + 1 */
    CameraMailbox *mailbox;      /* must outlive the reader */
    void (*ended)(gpointer user); /* the last thing that its thread does */
    gpointer user;
} CameraReaderConfig;

typedef struct CameraReader CameraReader;

/** FALSE when a plug-in is missing; the message names it. Once, before threads. */
gboolean camera_reader_load_plugins(const char *folder, GError **error);

CameraReader *camera_reader_start(const CameraReaderConfig *config);
/** Asks it to end; returns at once. */
void camera_reader_stop(CameraReader *reader);
/** Waits until it has ended, at most some hundred milliseconds after camera_reader_stop(): a farewell to the camera. */
void camera_reader_free(CameraReader *reader);

/** Reasons of CAMERA_LOST, with their words in docs/architecture.md: "unknown-host", "network", "unreachable", "unauthorized", "not-found",
 * "no-h264", "silent", "ended", "stream". After the first two there is no further attempt. */
