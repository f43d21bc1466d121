#include "pairing.h"

struct Pairing {
    GHashTable *tickets;
    GHashTable *helpers;
};

static void
ticket_free(gpointer data)
{
    Ticket *ticket = data;

    g_free(ticket->id);
    g_free(ticket->subject);
    g_free(ticket->language);
    g_free(ticket->helper);
    g_free(ticket->wanted);
    g_free(ticket);
}

static void
helper_free(gpointer data)
{
    Helper *helper = data;

    g_free(helper->user);
    g_strfreev(helper->subjects);
    g_strfreev(helper->languages);
    g_free(helper->ticket);
    g_free(helper);
}

Pairing *
pairing_new(void)
{
    Pairing *pairing = g_new0(Pairing, 1);

    pairing->tickets = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, ticket_free);
    pairing->helpers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, helper_free);
    return pairing;
}

void
pairing_free(Pairing *pairing)
{
    if (!pairing)
        return;
    g_hash_table_unref(pairing->tickets);
    g_hash_table_unref(pairing->helpers);
    g_free(pairing);
}

Ticket *
pairing_ticket(const Pairing *pairing, const char *ticket)
{
    return ticket ? g_hash_table_lookup(pairing->tickets, ticket) : NULL;
}

Helper *
pairing_helper(const Pairing *pairing, const char *user)
{
    return user ? g_hash_table_lookup(pairing->helpers, user) : NULL;
}

Ticket *
pairing_add(Pairing *pairing, const char *id, const char *subject, const char *language, gint64 since, gboolean head)
{
    Ticket *ticket = g_new0(Ticket, 1);

    ticket->id = g_strdup(id);
    ticket->subject = g_strdup(subject);
    ticket->language = g_strdup(language);
    ticket->since = since;
    ticket->seen_at = since;
    ticket->head = head;
    g_hash_table_replace(pairing->tickets, ticket->id, ticket);
    return ticket;
}

static void
set_free(Helper *helper, gint64 now)
{
    g_clear_pointer(&helper->ticket, g_free);
    if (helper->state != HELPER_BREAK)
        helper->state = HELPER_FREE;
    helper->free_since = now;
}

void
pairing_remove(Pairing *pairing, const char *id)
{
    Ticket *ticket = pairing_ticket(pairing, id);
    Helper *helper = ticket ? pairing_helper(pairing, ticket->helper) : NULL;

    if (helper && g_strcmp0(helper->ticket, id) == 0)
        set_free(helper, MAX(helper->seen_at, helper->free_since));
    if (ticket)
        g_hash_table_remove(pairing->tickets, id);
}

void
pairing_duty(Pairing *pairing, const char *user, const char *const *subjects, const char *const *languages, gint64 now)
{
    Helper *helper = pairing_helper(pairing, user);

    if (!helper) {
        helper = g_new0(Helper, 1);
        helper->user = g_strdup(user);
        helper->free_since = now;
        g_hash_table_insert(pairing->helpers, helper->user, helper);
    }
    g_strfreev(helper->subjects);
    g_strfreev(helper->languages);
    helper->subjects = g_strdupv((GStrv) subjects);
    helper->languages = g_strdupv((GStrv) languages);
    helper->seen_at = now;
    if (helper->state == HELPER_BREAK)
        helper->state = helper->ticket ? HELPER_SERVING : HELPER_FREE;
}

void
pairing_break(Pairing *pairing, const char *user)
{
    Helper *helper = pairing_helper(pairing, user);

    /* Who is in a visit finishes it and takes nobody after. */
    if (helper)
        helper->state = HELPER_BREAK;
}

void
pairing_seen_applicant(Pairing *pairing, const char *id, gint64 now)
{
    Ticket *ticket = pairing_ticket(pairing, id);

    if (ticket)
        ticket->seen_at = now;
}

void
pairing_seen_helper(Pairing *pairing, const char *user, gint64 now)
{
    Helper *helper = pairing_helper(pairing, user);

    if (helper)
        helper->seen_at = now;
}

static void
give(Ticket *ticket, Helper *helper, gint64 now)
{
    g_free(ticket->helper);
    ticket->helper = g_strdup(helper->user);
    ticket->state = TICKET_OFFERED;
    ticket->offered_at = now;
    g_free(helper->ticket);
    helper->ticket = g_strdup(ticket->id);
    helper->state = HELPER_OFFERED;
}

gboolean
pairing_accept(Pairing *pairing, const char *id)
{
    Ticket *ticket = pairing_ticket(pairing, id);
    Helper *helper = ticket ? pairing_helper(pairing, ticket->helper) : NULL;

    if (!helper || g_strcmp0(helper->ticket, id) != 0)
        return FALSE;
    ticket->state = TICKET_SERVING;
    ticket->head = FALSE;
    if (helper->state != HELPER_BREAK)
        helper->state = HELPER_SERVING;
    return TRUE;
}

gboolean
pairing_take(Pairing *pairing, const char *id, const char *user, gint64 now)
{
    Ticket *ticket = pairing_ticket(pairing, id);
    Helper *helper = pairing_helper(pairing, user);

    if (!ticket || !helper || helper->ticket || (ticket->state != TICKET_WAITING && ticket->state != TICKET_MISSED))
        return FALSE;
    give(ticket, helper, now);
    return TRUE;
}

void
pairing_return(Pairing *pairing, const char *id, const char *wanted, gint64 now)
{
    Ticket *ticket = pairing_ticket(pairing, id);
    Helper *helper = ticket ? pairing_helper(pairing, ticket->helper) : NULL;

    if (!ticket)
        return;
    if (helper && g_strcmp0(helper->ticket, id) == 0)
        set_free(helper, now);
    g_clear_pointer(&ticket->helper, g_free);
    g_free(ticket->wanted);
    ticket->wanted = g_strdup(wanted);
    ticket->state = TICKET_WAITING;
    ticket->head = TRUE;
    ticket->seen_at = now;
}

/* --- a step --- */

static int
by_turn(gconstpointer a, gconstpointer b)
{
    const Ticket *one = *(Ticket *const *) a, *other = *(Ticket *const *) b;

    if (one->head != other->head)
        return one->head ? -1 : 1;
    if (one->since != other->since)
        return one->since < other->since ? -1 : 1;
    return g_strcmp0(one->id, other->id);
}

static GPtrArray *
in_turn(const Pairing *pairing)
{
    GPtrArray *list = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, pairing->tickets);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(list, value);
    g_ptr_array_sort(list, by_turn);
    return list;
}

static gboolean
has(GStrv list, const char *word)
{
    return g_strv_contains((const char *const *) list, "*") || g_strv_contains((const char *const *) list, word);
}

static gboolean
is_able(const Helper *helper, const Ticket *ticket, gint64 now)
{
    return now - ticket->since >= PAIRING_RELAX_US || (has(helper->subjects, ticket->subject) && has(helper->languages, ticket->language));
}

/* Of those who are able, the one to whom it was handed over, else the one who has been free longest. */
static Helper *
best_helper(const Pairing *pairing, const Ticket *ticket, gint64 now)
{
    Helper *best = NULL;
    const Helper *wanted = pairing_helper(pairing, ticket->wanted);
    GHashTableIter iter;
    gpointer value;

    if (wanted && wanted->state != HELPER_BREAK && now - ticket->seen_at < PAIRING_RELAX_US)
        return wanted->state == HELPER_FREE ? (Helper *) wanted : NULL;
    g_hash_table_iter_init(&iter, pairing->helpers);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Helper *helper = value;

        if (helper->state == HELPER_FREE && is_able(helper, ticket, now) &&
            (!best || helper->free_since < best->free_since || (helper->free_since == best->free_since && g_strcmp0(helper->user, best->user) < 0)))
            best = helper;
    }
    return best;
}

static void
notice_who_is_gone(Pairing *pairing, GPtrArray *tickets, gint64 now, PairingFunc func, gpointer user)
{
    for (guint i = 0; i < tickets->len; i++) {
        Ticket *ticket = tickets->pdata[i];
        Helper *helper = pairing_helper(pairing, ticket->helper);
        gboolean applicant_there = now - ticket->seen_at < PAIRING_APPLICANT_GONE_US;

        if (helper && (now - helper->seen_at >= PAIRING_HELPER_GONE_US ||
                       (ticket->state == TICKET_OFFERED && now - ticket->offered_at >= PAIRING_ACCEPT_US))) {
            g_autofree char *name = g_strdup(helper->user);

            pairing_return(pairing, ticket->id, NULL, now);
            helper->state = HELPER_BREAK;
            func(PAIRING_RETURNED, ticket, name, user);
        } else if (ticket->state == TICKET_WAITING && !applicant_there) {
            ticket->state = TICKET_MISSED;
            func(PAIRING_MISSED, ticket, NULL, user);
        } else if (ticket->state == TICKET_MISSED && applicant_there) {
            ticket->state = TICKET_WAITING;
            func(PAIRING_BACK, ticket, NULL, user);
        }
    }
}

void
pairing_step(Pairing *pairing, gint64 now, PairingFunc func, gpointer user)
{
    GHashTableIter iter;
    gpointer value;

    /* Whose desk is empty gets nobody. */
    g_hash_table_iter_init(&iter, pairing->helpers);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (((Helper *) value)->state == HELPER_FREE && now - ((Helper *) value)->seen_at >= PAIRING_HELPER_GONE_US)
            ((Helper *) value)->state = HELPER_BREAK;

    g_autoptr(GPtrArray) before = in_turn(pairing);
    notice_who_is_gone(pairing, before, now, func, user);

    g_autoptr(GPtrArray) tickets = in_turn(pairing);
    for (guint i = 0; i < tickets->len; i++) {
        Ticket *ticket = tickets->pdata[i];
        Helper *helper = ticket->state == TICKET_WAITING ? best_helper(pairing, ticket, now) : NULL;

        if (helper) {
            give(ticket, helper, now);
            func(PAIRING_OFFERED, ticket, helper->user, user);
        }
    }
}

guint
pairing_ahead(const Pairing *pairing, const char *id)
{
    g_autoptr(GPtrArray) tickets = in_turn(pairing);
    guint ahead = 0;

    for (guint i = 0; i < tickets->len; i++) {
        const Ticket *ticket = tickets->pdata[i];

        if (g_str_equal(ticket->id, id))
            return ahead;
        ahead += ticket->state == TICKET_WAITING;
    }
    return ahead;
}

guint
pairing_on_duty(const Pairing *pairing)
{
    GHashTableIter iter;
    gpointer value;
    guint count = 0;

    g_hash_table_iter_init(&iter, pairing->helpers);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        count += ((Helper *) value)->state != HELPER_BREAK;
    return count;
}

void
pairing_each_ticket(const Pairing *pairing, void (*func)(const Ticket *ticket, gpointer user), gpointer user)
{
    g_autoptr(GPtrArray) tickets = in_turn(pairing);

    for (guint i = 0; i < tickets->len; i++)
        func(tickets->pdata[i], user);
}

void
pairing_each_helper(const Pairing *pairing, void (*func)(const Helper *helper, gpointer user), gpointer user)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, pairing->helpers);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        func(value, user);
}
