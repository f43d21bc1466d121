/**
 * HttpLoop — the one event loop of a daemon (libwebsockets' default poll loop) and its mailbox.
 *
 * Servers, clients, WebSockets and timers live on the loop's thread and their callbacks run there, never re-entrantly.
 * Other threads reach it by http_loop_post() alone. Only lib/http knows libwebsockets.
 */
#pragma once

#include <glib.h>

typedef struct HttpLoop HttpLoop;
typedef void (*HttpLoopFunc)(gpointer data);

HttpLoop *http_loop_new(GError **error);
/** Closes everything that still lives on the loop. Call after http_loop_run() returned, before the owners' state goes. */
void http_loop_free(HttpLoop *loop);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpLoop, http_loop_free)

/** Serves until http_loop_stop(). */
void http_loop_run(HttpLoop *loop);
/** Any thread. For signals use http_loop_stop_on_signals(). */
void http_loop_stop(HttpLoop *loop);
/** SIGINT and SIGTERM end http_loop_run(); SIGPIPE is ignored. Call before any thread is started. */
void http_loop_stop_on_signals(HttpLoop *loop);

/** Any thread: runs func(data) on the loop's thread soon, in posting order. */
void http_loop_post(HttpLoop *loop, HttpLoopFunc func, gpointer data);

/** Loop thread: runs func(data) once after delay_ms; returns an id for http_loop_cancel(). Ids are never 0 and never reused. */
guint64 http_loop_after(HttpLoop *loop, guint delay_ms, HttpLoopFunc func, gpointer data);
/** Loop thread: harmless for an id that has run or is 0. */
void http_loop_cancel(HttpLoop *loop, guint64 id);
