/**
 * EventStreams — the readers of GET /events: each gets every event as a line, from a `hello` on. Loop's
 * thread.
 */
#pragma once

#include "http-server.h"

typedef struct EventStreams EventStreams;

EventStreams *event_streams_new(const char *instance);
/** After the server is gone. */
void event_streams_free(EventStreams *streams);
/** Answers the request with a stream without end. */
void event_streams_add(EventStreams *streams, HttpRequest *request);
/** `line` without its line feed. */
void event_streams_send(EventStreams *streams, const char *line);
