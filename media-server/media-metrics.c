#include "media-metrics.h"

void
media_metrics_add(MediaMetrics *metrics, const WorkerStatistics *s)
{
    WorkerStatistics *sum = &metrics->sum;

    sum->datagrams += s->datagrams;
    sum->bytes += s->bytes;
    sum->unknown += s->unknown;
    sum->wakeups += s->wakeups;
    sum->rooms += s->rooms;
    sum->connections += s->connections;
    sum->sent.packets += s->sent.packets;
    sum->sent.bytes += s->sent.bytes;
    sum->sent.messages += s->sent.messages;
    sum->sent.calls += s->sent.calls;
    sum->sent.dropped += s->sent.dropped;
    sum->sent.refused += s->sent.refused;
    sum->sent.segmented += s->sent.segmented;
    sum->srtp_refused += s->srtp_refused;
    sum->srtp_replayed += s->srtp_replayed;
    sum->stun_refused += s->stun_refused;
    sum->foreign += s->foreign;
    sum->feed_dropped += s->feed_dropped;
    sum->tcp_open += s->tcp_open;
    sum->tcp_strangers += s->tcp_strangers;
    sum->tcp_accepted += s->tcp_accepted;
    sum->tcp_refused += s->tcp_refused;
    sum->tcp_dropped += s->tcp_dropped;
}

static void
line(GString *text, const char *name, const char *type, const char *help, guint64 value)
{
    g_string_append_printf(
        text,
        "# HELP yuntakan_media_%s %s\n# TYPE yuntakan_media_%s %s\nyuntakan_media_%s %" G_GUINT64_FORMAT "\n",
        name, help, name, type, name, value);
}

static void
head(GString *text, const char *name, const char *type, const char *help)
{
    g_string_append_printf(text, "# HELP yuntakan_media_%s %s\n# TYPE yuntakan_media_%s %s\n", name, help, name, type);
}

static void
load_lines(GString *text, const NodeLoad *load)
{
    line(text, "rooms_refused_total", "counter", "Rooms refused, for their number or for the load.", load->refused);
    line(text, "busy", "gauge", "1 while new rooms are refused for the load.", node_load_is_full(load));
    head(text, "load_limit", "gauge", "From this load on they are; 0 = never.");
    g_string_append_printf(text, "yuntakan_media_load_limit %.2f\n", load->limit_percent / 100.0);
    head(text, "load", "gauge", "CPU time of the process as a share of all cores, over some seconds.");
    g_string_append_printf(text, "yuntakan_media_load %.4f\n", node_load_of_process(load));
    head(text, "worker_load", "gauge", "CPU time of a worker as a share of one core, over some seconds.");
    for (guint i = 0; i < load->n_workers; i++)
        g_string_append_printf(text, "yuntakan_media_worker_load{worker=\"%u\"} %.4f\n", i, node_load_of_worker(load, i));
}

char *
media_metrics_text(const MediaMetrics *metrics)
{
    const WorkerStatistics *sum = &metrics->sum;
    GString *text = g_string_new(NULL);

    line(text, "rooms", "gauge", "Rooms that exist.", sum->rooms);
    line(text, "connections", "gauge", "WebRTC connections, in any state.", sum->connections);
    line(text, "received_datagrams_total", "counter", "Datagrams received on the media port.",
         sum->datagrams);
    line(text, "received_bytes_total", "counter", "Bytes received on the media port.", sum->bytes);
    line(text, "unknown_datagrams_total", "counter", "Datagrams that belong to no connection.", sum->unknown);
    line(text, "wakeups_total", "counter", "Times a worker woke up.", sum->wakeups);
    line(text, "sent_packets_total", "counter", "Datagrams sent.", sum->sent.packets);
    line(text, "sent_bytes_total", "counter", "Bytes sent.", sum->sent.bytes);
    line(text, "send_messages_total", "counter", "Messages given to the system for them.", sum->sent.messages);
    line(text, "send_calls_total", "counter", "System calls that sent them.", sum->sent.calls);
    line(text, "send_segmented_total", "counter", "Datagrams sent in one message with others.",
         sum->sent.segmented);
    line(text, "send_dropped_total", "counter", "Datagrams dropped because the socket's buffer was full.",
         sum->sent.dropped);
    line(text, "send_refused_total", "counter", "Datagrams the system did not take.", sum->sent.refused);
    line(text, "srtp_refused", "gauge", "Packets of live connections with a wrong tag or form.",
         sum->srtp_refused);
    line(text, "srtp_replayed", "gauge", "Packets of live connections that had come before.",
         sum->srtp_replayed);
    line(text, "stun_refused", "gauge", "Checks to live connections with wrong credentials or form.",
         sum->stun_refused);
    line(text, "foreign", "gauge", "Datagrams to live connections from addresses that passed no check.",
         sum->foreign);
    line(text, "feed_dropped", "gauge", "Packets dropped on the way to the recorder.", sum->feed_dropped);
    line(text, "tcp_streams", "gauge", "ICE-TCP streams that are open.", sum->tcp_open);
    line(text, "tcp_strangers", "gauge", "Of those, streams without a valid check so far.", sum->tcp_strangers);
    line(text, "tcp_accepted_total", "counter", "ICE-TCP streams accepted.", sum->tcp_accepted);
    line(text, "tcp_refused_total", "counter", "ICE-TCP streams closed before a valid check.", sum->tcp_refused);
    line(text, "tcp_dropped", "gauge", "Packets that slow ICE-TCP peers did not get.", sum->tcp_dropped);
    load_lines(text, &metrics->load);
    return g_string_free(text, FALSE);
}
