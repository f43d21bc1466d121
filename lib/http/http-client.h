/**
 * HttpClient — requests from one daemon to another over a Unix socket or TCP, and their streams.
 *
 * Loop thread only, asynchronous. At most 16 requests at a time per client go out, or as many as http_client_allow() says; the rest wait in order.
 */
#pragma once

#include <glib.h>

#include "http-loop.h"
#include "http-server.h"

typedef struct HttpClient HttpClient;
typedef struct HttpCall HttpCall;

/** `base`: "unix:/run/yuntakan/media.sock" or "http://127.0.0.1:7001". */
HttpClient *http_client_new(HttpLoop *loop, const char *base);
/** For a client whose requests are ones that the upstream holds back until it has something to say. */
void http_client_allow(HttpClient *client, guint at_once);
/** Calls under way end with status 0 first. */
void http_client_free(HttpClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpClient, http_client_free)

typedef struct {
    int status; /* 0: no answer (unreachable, timeout, cancelled, too long), see `problem` */
    const char *problem;
    const char *content_type;
    const char *location;
    GBytes *body;
} HttpAnswer;

typedef struct {
    const char *method;
    const char *path; /* with query */
    const char *content_type;
    GBytes *body;
    guint timeout_ms;  /* 0 = 10 s */
    gsize answer_max;  /* 0 = 1 MiB */
} HttpCallRequest;

/** `done` runs exactly once, never before http_client_call() returned. The answer is valid during it. */
typedef void (*HttpAnswerFunc)(const HttpAnswer *answer, gpointer user);
HttpCall *http_client_call(HttpClient *client, const HttpCallRequest *request, HttpAnswerFunc done, gpointer user);
/** `done` (`ended`) runs with status 0 before this returns. `call` is valid until then. */
void http_call_cancel(HttpCall *call);

/** A GET whose body is newline-delimited JSON without end (`/events`): `line` per line (at most 64 KiB), `ended` once. No timeout. */
typedef struct {
    void (*line)(const char *text, gsize length, gpointer user);
    void (*ended)(gpointer user);
} HttpLinesRules;
HttpCall *http_client_lines(HttpClient *client, const char *path, const HttpLinesRules *rules, gpointer user);

/** Answers `request` with what the upstream answers to the same method, body, Range and If-None-Match at `path`: status, Content-Type,
 *  Content-Range, Accept-Ranges, ETag, Content-Disposition, Cache-Control and body pass through, with back pressure (at most 256 KiB in between).
 *  An unreachable upstream is answered 502. */
void http_client_proxy(HttpClient *client, HttpRequest *request, const char *path);
