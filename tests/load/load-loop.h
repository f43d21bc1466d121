/**
 * LoadLoop — the one thread: sends what publishers owe, lets peers tick, and reads what has come.
 *
 * A peer that joins is read at once, by epoll. Settled ones are read by a timer of 2 ms, so that the relay's
 * send does not pay for waking a sleeping receiver, which on a real network it never does.
 */
#pragma once

#include "load-publisher.h"

typedef struct LoadLoop LoadLoop;
typedef gboolean (*LoadCondition)(gpointer user);

LoadLoop *load_loop_new(void);
void load_loop_free(LoadLoop *loop);
/** The loop owns peers and publishers. */
void load_loop_add_peer(LoadLoop *loop, LoadPeer *peer);
/** Frees it. Not for a publisher's, and not while the loop runs. */
void load_loop_remove_peer(LoadLoop *loop, LoadPeer *peer);
void load_loop_settle_peer(LoadLoop *loop, LoadPeer *peer);
void load_loop_add_publisher(LoadLoop *loop, LoadPublisher *publisher);
GPtrArray *load_loop_publishers(LoadLoop *loop);
/** From now on nothing is published. */
void load_loop_silence(LoadLoop *loop);

void load_loop_run(LoadLoop *loop, gint64 for_us);
/** TRUE as soon as it holds, FALSE after `timeout_us`. */
gboolean load_loop_run_until(LoadLoop *loop, LoadCondition condition, gpointer user, gint64 timeout_us);
/** Waits for a signalling socket while media goes on. */
gboolean load_loop_run_until_readable(LoadLoop *loop, int fd, gint64 timeout_us);
