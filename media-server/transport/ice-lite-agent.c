#include "ice-lite-agent.h"

#include <string.h>
#include <sys/random.h>

#include "stun-message.h"

/* RFC 8839 section 5.4: ice-char is ALPHA / DIGIT / "+" / "/": six bits each. */
static const char ice_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void
random_text(char *text, gsize length)
{
    guint8 bytes[64];

    g_assert(length < sizeof bytes);
    if (getrandom(bytes, length, 0) != (gssize) length)
        g_error("the kernel gave no random bytes");
    for (gsize i = 0; i < length; i++)
        text[i] = ice_chars[bytes[i] & 63];
    text[length] = '\0';
}

static gboolean
key_from_text(const char *text, guint64 *ret_key)
{
    guint64 key = 0;

    for (gsize i = 0; i < ICE_KEY_LENGTH; i++) {
        const char *found = text[i] ? strchr(ice_chars, text[i]) : NULL;

        if (!found)
            return FALSE;
        key = key << 6 | (guint64) (found - ice_chars);
    }
    *ret_key = key;
    return TRUE;
}

static void
generation_init(IceGeneration *generation, const char *key)
{
    memcpy(generation->ufrag, key, ICE_KEY_LENGTH);
    random_text(generation->ufrag + ICE_KEY_LENGTH, ICE_LOCAL_UFRAG_LENGTH - ICE_KEY_LENGTH);
    random_text(generation->password, ICE_LOCAL_PASSWORD_LENGTH);
    generation->in_force = TRUE;
}

void
ice_lite_agent_init(IceLiteAgent *agent)
{
    char key[ICE_KEY_LENGTH + 1];

    memset(agent, 0, sizeof *agent);
    random_text(key, ICE_KEY_LENGTH);
    key_from_text(key, &agent->key);
    generation_init(&agent->current, key);
}

void
ice_lite_agent_restart(IceLiteAgent *agent)
{
    agent->previous = agent->current;
    do
        generation_init(&agent->current, agent->previous.ufrag);
    while (!strcmp(agent->current.ufrag, agent->previous.ufrag)); /* both credentials must change */
}

/* RFC 8445 section 7.3: USERNAME is "ours:theirs"; ours must match, theirs proves nothing. */
static gboolean
is_for(const StunMessage *message, const IceGeneration *generation)
{
    return generation->in_force && message->username && message->username_length > ICE_LOCAL_UFRAG_LENGTH &&
           message->username[ICE_LOCAL_UFRAG_LENGTH] == ':' &&
           !memcmp(message->username, generation->ufrag, ICE_LOCAL_UFRAG_LENGTH);
}

/* Answers with the integrity algorithm of the request (RFC 8489 section 9.1.4), or with none where there is no password in common. */
static void
finish(StunWriter *writer, const StunMessage *request, const char *password, IceOutcome *outcome)
{
    if (password && request->integrity_at)
        stun_writer_integrity(writer, password);
    if (password && request->integrity_sha256_at)
        stun_writer_integrity_sha256(writer, password);
    outcome->answer_length = stun_writer_end(writer);
}

static void
refuse(const StunMessage *request, const char *password, guint16 code, const char *reason, IceOutcome *outcome)
{
    StunWriter writer;

    outcome->verdict = ICE_CHECK_REFUSED;
    stun_writer_begin(&writer, outcome->answer, sizeof outcome->answer, STUN_BINDING_ERROR, request->transaction);
    stun_writer_error(&writer, code, reason);
    if (code == 420)
        stun_writer_unknown(&writer, request->unknown, request->n_unknown);
    finish(&writer, request, password, outcome);
    /* Without our password the source may be forged: nobody may make us send it as many bytes as were spent. */
    if (!password && outcome->answer_length >= request->length)
        outcome->answer_length = 0;
}

static void
accept_check(const StunMessage *request, const char *password, const NetAddress *from, IceOutcome *outcome)
{
    StunWriter writer;

    outcome->verdict = ICE_CHECK_VALID;
    stun_writer_begin(&writer, outcome->answer, sizeof outcome->answer, STUN_BINDING_SUCCESS, request->transaction);
    stun_writer_mapped(&writer, from);
    finish(&writer, request, password, outcome);
}

static IcePair *
find_pair(const IceLiteAgent *agent, const NetAddress *address)
{
    for (guint i = 0; i < ICE_PAIRS_MAX; i++)
        if (net_address_equal(&agent->pairs[i].address, address))
            return (IcePair *) &agent->pairs[i];
    return NULL;
}

/* A free place, or that of the pair, other than the selected one, which was checked the longest ago. */
static IcePair *
place_for_pair(IceLiteAgent *agent)
{
    IcePair *oldest = NULL;

    for (guint i = 0; i < ICE_PAIRS_MAX; i++) {
        IcePair *pair = &agent->pairs[i];

        if (pair->address.family == NET_FAMILY_NONE)
            return pair;
        if (pair != agent->selected && (!oldest || pair->checked_us < oldest->checked_us))
            oldest = pair;
    }
    return oldest;
}

static void
learn(IceLiteAgent *agent, const NetAddress *from, gboolean nominates, gint64 now_us, IceOutcome *outcome)
{
    IcePair *pair = find_pair(agent, from);

    if (!pair) {
        pair = place_for_pair(agent);
        outcome->removed = pair->address;
        outcome->added = TRUE;
        *pair = (IcePair){ .address = *from };
    }
    pair->checked_us = now_us;
    if (!nominates)
        return;
    pair->nominated = TRUE;
    outcome->selected_changed = agent->selected != pair;
    agent->selected = pair;
}

static void
handle_request(IceLiteAgent *agent, const NetAddress *from, const StunMessage *request, gint64 now_us, IceOutcome *outcome)
{
    gboolean has_integrity = request->integrity_at || request->integrity_sha256_at;
    const IceGeneration *generation = is_for(request, &agent->current)    ? &agent->current
                                      : is_for(request, &agent->previous) ? &agent->previous
                                                                          : NULL;

    if (!request->username || !has_integrity) {
        refuse(request, NULL, 400, "Bad Request", outcome);
    } else if (!generation || !stun_message_verify(request, generation->password)) {
        refuse(request, NULL, 401, "Unauthenticated", outcome);
    } else if (request->n_unknown) {
        refuse(request, generation->password, 420, "Unknown Attribute", outcome);
    } else if (request->has_controlled) {
        /* RFC 8445 section 7.3.1.1, for an agent that can only be controlled (section 6.1.1). */
        refuse(request, generation->password, 487, "Role Conflict", outcome);
    } else {
        accept_check(request, generation->password, from, outcome);
        learn(agent, from, request->use_candidate, now_us, outcome);
        if (request->use_candidate && generation == &agent->current)
            agent->previous.in_force = FALSE;
    }
}

void
ice_lite_agent_receive(IceLiteAgent *agent, const NetAddress *from, const guint8 *data, gsize length, gint64 now_us, IceOutcome *ret_outcome)
{
    StunMessage message;

    ret_outcome->verdict = ICE_IGNORED;
    ret_outcome->answer_length = 0;
    ret_outcome->added = ret_outcome->selected_changed = FALSE;
    ret_outcome->removed.family = NET_FAMILY_NONE;
    if (from->family != NET_FAMILY_NONE && stun_message_parse(data, length, &message) == STUN_OK && message.type == STUN_BINDING_REQUEST)
        handle_request(agent, from, &message, now_us, ret_outcome);
}

static void
select_freshest(IceLiteAgent *agent)
{
    agent->selected = NULL;
    for (guint i = 0; i < ICE_PAIRS_MAX; i++) {
        IcePair *pair = &agent->pairs[i];

        if (pair->address.family != NET_FAMILY_NONE && pair->nominated && (!agent->selected || pair->checked_us > agent->selected->checked_us))
            agent->selected = pair;
    }
}

void
ice_lite_agent_heard(IceLiteAgent *agent, const NetAddress *from, gint64 now_us)
{
    IcePair *pair = find_pair(agent, from);

    if (pair)
        pair->checked_us = MAX(pair->checked_us, now_us);
}

gboolean
ice_lite_agent_expire(IceLiteAgent *agent, gint64 now_us, NetAddress *ret_removed)
{
    for (guint i = 0; i < ICE_PAIRS_MAX; i++) {
        IcePair *pair = &agent->pairs[i];

        if (pair->address.family == NET_FAMILY_NONE || now_us - pair->checked_us < ICE_CONSENT_US)
            continue;
        *ret_removed = pair->address;
        *pair = (IcePair){ 0 };
        if (agent->selected == pair)
            select_freshest(agent);
        return TRUE;
    }
    return FALSE;
}

gint64
ice_lite_agent_next_timeout(const IceLiteAgent *agent)
{
    gint64 next = G_MAXINT64;

    for (guint i = 0; i < ICE_PAIRS_MAX; i++)
        if (agent->pairs[i].address.family != NET_FAMILY_NONE)
            next = MIN(next, agent->pairs[i].checked_us + ICE_CONSENT_US);
    return next;
}

gboolean
ice_lite_agent_has_pair(const IceLiteAgent *agent, const NetAddress *address)
{
    return address->family != NET_FAMILY_NONE && find_pair(agent, address) != NULL;
}

gboolean
ice_lite_agent_peek_key(const guint8 *data, gsize length, guint64 *ret_key)
{
    StunMessage message;

    return stun_message_parse(data, length, &message) == STUN_OK && message.type == STUN_BINDING_REQUEST && message.username &&
           message.username_length > ICE_LOCAL_UFRAG_LENGTH && message.username[ICE_LOCAL_UFRAG_LENGTH] == ':' &&
           key_from_text(message.username, ret_key);
}
