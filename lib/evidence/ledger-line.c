#include "ledger-line.h"

#include <string.h>

/* Nesting is counted before jansson sees the line: its own limit (2048) is a compile-time choice of the distribution. */
static gboolean
depth_is_bounded(const char *text, gsize length)
{
    gboolean in_string = FALSE;
    guint depth = 0;

    for (gsize i = 0; i < length; i++) {
        if (in_string) {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                in_string = FALSE;
        } else if (text[i] == '"') {
            in_string = TRUE;
        } else if (text[i] == '{' || text[i] == '[') {
            if (++depth > LEDGER_DEPTH_MAX)
                return FALSE;
        } else if ((text[i] == '}' || text[i] == ']') && depth > 0) {
            depth--;
        }
    }
    return TRUE;
}

json_t *
ledger_line_parse(const char *text, gsize length)
{
    guint64 seq;

    if (length == 0 || length > LEDGER_LINE_MAX || !depth_is_bounded(text, length))
        return NULL;

    json_t *line = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);

    if (json_is_object(line) && ledger_line_size(line, "seq", &seq) && ledger_hex_is_valid(ledger_line_text(line, "prev")) &&
        ledger_line_text(line, "type") && json_is_integer(json_object_get(line, "at")) &&
        json_is_integer(json_object_get(line, "mono")))
        return line;
    json_decref(line);
    return NULL;
}

guint64
ledger_line_seq(json_t *line)
{
    return (guint64) json_integer_value(json_object_get(line, "seq"));
}

const char *
ledger_line_prev(json_t *line)
{
    return ledger_line_text(line, "prev");
}

const char *
ledger_line_type(json_t *line)
{
    return ledger_line_text(line, "type");
}

gint64
ledger_line_at(json_t *line)
{
    return ledger_line_integer(line, "at", 0);
}

const char *
ledger_line_text(json_t *line, const char *name)
{
    return json_string_value(json_object_get(line, name));
}

gint64
ledger_line_integer(json_t *line, const char *name, gint64 otherwise)
{
    json_t *value = json_object_get(line, name);

    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

gboolean
ledger_line_size(json_t *line, const char *name, guint64 *ret_value)
{
    gint64 value = ledger_line_integer(line, name, -1);

    if (value < 0)
        return FALSE;
    *ret_value = (guint64) value;
    return TRUE;
}

char *
ledger_seal_text(const char *recording, guint64 seq, const char *prev, gint64 at, gint64 mono)
{
    return g_strdup_printf("yuntakan-seal/1\n%s\n%" G_GUINT64_FORMAT "\n%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT "\n", recording, seq,
                           prev, at, mono);
}

char *
ledger_seal_line(guint64 seq, const char *prev, gint64 at, gint64 mono, const char *signature)
{
    return g_strdup_printf("{\"seq\":%" G_GUINT64_FORMAT ",\"prev\":\"%s\",\"type\":\"seal\",\"at\":%" G_GINT64_FORMAT
                           ",\"mono\":%" G_GINT64_FORMAT ",\"signature\":\"%s\"}",
                           seq, prev, at, mono, signature);
}

const char *
ledger_line_hash(json_t *line)
{
    static const char *const names[] = { "sha256", "sm3" };
    const char *hash = ledger_line_text(line, "hash");

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_strcmp0(hash, names[i]) == 0)
            return names[i];
    return NULL;
}

gboolean
ledger_hex_is_valid(const char *hex)
{
    return hex && strlen(hex) == 64 && strspn(hex, "0123456789abcdef") == 64;
}

gboolean
ledger_name_is_valid(const char *name)
{
    gsize length = name ? strlen(name) : 0;

    return length >= 1 && length <= 64 &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static gboolean
path_name_is_valid(const char *name, gsize length)
{
    if (length < 1 || length > 100 || name[0] == '.')
        return FALSE;
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(name[i]) && name[i] != '.' && name[i] != '_' && name[i] != '-')
            return FALSE;
    return TRUE;
}

gboolean
ledger_path_is_valid(const char *path)
{
    const char *slash = path ? strchr(path, '/') : NULL;

    if (!path)
        return FALSE;
    if (!slash)
        return path_name_is_valid(path, strlen(path));
    return path_name_is_valid(path, (gsize) (slash - path)) && path_name_is_valid(slash + 1, strlen(slash + 1));
}
