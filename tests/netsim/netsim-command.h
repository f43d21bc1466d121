/**
 * NetsimCommand — what a test tells netsim, one JSON object a line. Pure.
 *
 *   {"do":"impair","direction":"up","loss":0.05,"burst":{"enter":0.01,"leave":0.3,"loss":0.8},"delay_ms":150,"jitter_ms":20,
 *    "reorder":0.01,"reorder_ms":30,"duplicate":0.01,"rate_kbit":300,"queue_ms":300,"blackout":false}
 *        replaces all settings of a direction ("up": toward the server, "down", "both"); what is not named is no impairment
 *   {"do":"pass","udp":true,"tcp":true}     what passes at all; what does not is swallowed, as by a fire wall that drops
 *   {"do":"rebind"}                         the client gets a new address: new ports toward the server, streams are reset
 *   {"do":"statistics"}                     answered with what was counted
 */
#pragma once

#include <glib.h>

#include "impairment.h"

typedef enum { NETSIM_IMPAIR, NETSIM_PASS, NETSIM_REBIND, NETSIM_STATISTICS } NetsimDo;

typedef struct {
    NetsimDo what;
    gboolean up, down;
    ImpairmentSettings settings;
    gboolean udp, tcp;
} NetsimCommand;

gboolean netsim_command_parse(const char *line, gsize length, NetsimCommand *ret_command, GError **error);
