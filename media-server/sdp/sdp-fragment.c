#include "sdp-fragment.h"

#include <string.h>

#include "sdp-lines.h"

static gboolean
read_credential(char *to, gsize size, const char *value, GError **error)
{
    if (sdp_copy(to, size, value))
        return TRUE;
    g_set_error_literal(error, SDP_ERROR, SDP_ERROR_NO_ICE, "a credential of more than 256 characters");
    return FALSE;
}

static gboolean
read_attribute(SdpFragment *fragment, char *attribute, GError **error)
{
    char *value;
    const char *name = sdp_attribute_split(attribute, &value);

    if (!strcmp(name, "ice-ufrag"))
        return read_credential(fragment->ufrag, sizeof fragment->ufrag, value, error);
    if (!strcmp(name, "ice-pwd"))
        return read_credential(fragment->password, sizeof fragment->password, value, error);
    if (!strcmp(name, "candidate"))
        fragment->n_candidates++;
    if (!strcmp(name, "end-of-candidates"))
        fragment->end_of_candidates = TRUE;
    return TRUE;
}

gboolean
sdp_fragment_parse(const char *text, gsize length, SdpFragment *ret_fragment, GError **error)
{
    g_auto(SdpLines) lines = { 0 };
    SdpFragment fragment = { 0 };
    char type, *value;
    int more;

    if (!sdp_lines_init(&lines, text, length, SDP_FRAGMENT_MAX, error))
        return FALSE;
    while ((more = sdp_lines_next(&lines, &type, &value)) > 0)
        if (type == 'a' && !read_attribute(&fragment, value, error))
            return FALSE;
    if (more < 0) {
        g_set_error_literal(error, SDP_ERROR, SDP_ERROR_MALFORMED, "a line is not of the form x=value");
        return FALSE;
    }
    if (!fragment.ufrag[0] != !fragment.password[0] || (fragment.ufrag[0] && (strlen(fragment.ufrag) < 4 || strlen(fragment.password) < 22))) {
        g_set_error_literal(error, SDP_ERROR, SDP_ERROR_NO_ICE, "ufrag and password belong together and have at least 4 and 22 characters");
        return FALSE;
    }
    *ret_fragment = fragment;
    return TRUE;
}

char *
sdp_fragment_build(const char *ufrag, const char *password, const char *mid, SdpKind kind, const SdpCandidate *candidates, guint n_candidates)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "a=ice-lite\r\na=ice-options:ice2\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", ufrag, password);
    g_string_append_printf(text, "m=%s 9 UDP/TLS/RTP/SAVPF 0\r\n", kind == SDP_KIND_AUDIO ? "audio" : "video");
    if (mid[0])
        g_string_append_printf(text, "a=mid:%s\r\n", mid);
    sdp_candidates_append(text, candidates, n_candidates);
    return g_string_free(text, FALSE);
}
