/**
 * Poll — the protocol's line over plain requests, for networks that block WebSockets: docs/signaling-protocol.md, section 6.
 *
 * The client's frames come in POSTs, numbered, so that a repeated request does nothing twice; the server's wait for a GET, and are kept until the next
 * GET says that they arrived. Behind it is the same Socket, the same dispatch. Loop thread.
 */
#pragma once

#include "http-server.h"
#include "server.h"

/* Below what proxies give a silent request (30 s and more). */
#define POLL_WAIT_MS      15000
/* A client that has not asked for so long is gone. */
#define POLL_GONE_MS      30000
#define POLL_FRAMES_MAX   16
/* Sixteen edits of a form, or one offer of media with all its candidates. */
#define POLL_BODY_MAX     (256 * 1024)
/* As for a WebSocket that does not read. */
#define POLL_QUEUE_MAX    (4 * 1024 * 1024)

Polls *polls_new(Server *server);
/** Every line is told that it ends; while the loop still stands. */
void polls_free(Polls *polls);

/* REST: POST and DELETE /api/poll, POST and GET /api/poll/frames; all but the first by the bearer token of the line. */
void api_poll_open(HttpRequest *request, gpointer server);
void api_poll_close(HttpRequest *request, gpointer server);
void api_poll_send(HttpRequest *request, gpointer server);
void api_poll_receive(HttpRequest *request, gpointer server);
