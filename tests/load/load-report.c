#include "load-report.h"

static void
add_account(LoadTotals *totals, const LoadAccount *account, const LoadPublisher *publisher)
{
    guint64 due =
        load_account_due(account, account->video ? publisher->video_counter : publisher->audio_counter);

    totals->forwarded += account->received;
    totals->duplicates += account->duplicates;
    totals->out_of_order += account->out_of_order;
    totals->authenticated += account->authenticated;
    totals->refused += account->refused;
    totals->misnumbered += account->misnumbered;
    totals->withheld += account->withheld;
    totals->lost += (gint64)due - (gint64)account->received;
}

LoadTotals
load_totals(const GPtrArray *publishers, const GPtrArray *subscribers, guint per_room)
{
    LoadTotals totals = {0};

    for (guint i = 0; i < publishers->len; i++) {
        const LoadPublisher *publisher = g_ptr_array_index(publishers, i);

        totals.published += publisher->video_counter + publisher->audio_counter;
    }
    for (guint i = 0; i < subscribers->len; i++) {
        const LoadPeer *peer = g_ptr_array_index(subscribers, i);

        totals.foreign += peer->foreign_streams;
        totals.rtcp_received += peer->rtcp_received;
        for (guint k = 0; k < peer->n_accounts; k++)
            add_account(&totals, &peer->accounts[k], g_ptr_array_index(publishers, i / per_room));
    }
    return totals;
}

static int
compare(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

json_t *
load_distribution(GArray *values)
{
    guint last = values->len - 1;

    if (!values->len)
        return json_null();
    g_array_sort(values, compare);
    return json_pack("{sfsfsf}", "median", g_array_index(values, double, values->len / 2), "p95",
                     g_array_index(values, double, MIN(last, values->len * 95 / 100)), "max",
                     g_array_index(values, double, last));
}

json_t *
load_window(const LoadSnapshot *from, const LoadSnapshot *to)
{
    double seconds = (double)(to->at_us - from->at_us) / G_USEC_PER_SEC;
    double cpu = to->relay.cpu_s - from->relay.cpu_s;
    double forwarded = (double)(to->totals.forwarded - from->totals.forwarded);
    double ticks = to->relay.user_s + to->relay.system_s - from->relay.user_s - from->relay.system_s;
    double busy = to->relay.cpu_busy_s - from->relay.cpu_busy_s;

    return json_pack("{sf sI sI sf sf sf sf sf sf sf}", "seconds", seconds, "published",
                     (json_int_t)(to->totals.published - from->totals.published), "forwarded",
                     (json_int_t)forwarded, "cpu_s", cpu, "system_share",
                     ticks > 0 ? (to->relay.system_s - from->relay.system_s) / ticks : 0, "us_per_packet",
                     forwarded > 0 ? cpu * 1e6 / forwarded : 0, "cpu_share", cpu / seconds, "others_on_cpu",
                     MAX(0, busy - cpu) / seconds, "switches_per_s",
                     (double)(to->relay.switches - from->relay.switches) / seconds, "client_cpu_share",
                     (to->client.cpu_s - from->client.cpu_s) / seconds);
}

json_t *
load_packets(const LoadTotals *totals)
{
    return json_pack("{sI sI sI sI sI sI sI sI sI sI}", "published", (json_int_t)totals->published, "forwarded",
                     (json_int_t)totals->forwarded, "lost", (json_int_t)totals->lost, "duplicates",
                     (json_int_t)totals->duplicates, "out_of_order", (json_int_t)totals->out_of_order,
                     "authenticated", (json_int_t)totals->authenticated, "refused",
                     (json_int_t)totals->refused, "misnumbered", (json_int_t)totals->misnumbered,
                     "withheld", (json_int_t)totals->withheld, "foreign", (json_int_t)totals->foreign);
}
