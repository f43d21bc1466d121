#include "api.h"

#include <string.h>

#include "../access.h"
#include "../catalogue.h"
#include "../model/model.h"
#include "../rest.h"
#include "field-rules.h"

/* A search is a few words; more only cost. */
#define QUERY_BYTES_MAX 400
#define WORDS_MAX       16

static const char *const results[] = { "conform", "mostly", "nonconform", "not-applicable", NULL };
static const char *const text_fields[] = { "q", "case_number", "applicant", "place", "item", "checkpoint", "inspector" };

static gboolean
texts_are_short(HttpRequest *request)
{
    for (gsize i = 0; i < G_N_ELEMENTS(text_fields); i++) {
        const char *text = http_request_query(request, text_fields[i]);

        if (text && (strlen(text) > QUERY_BYTES_MAX || !g_utf8_validate(text, -1, NULL))) {
            g_autofree char *detail = g_strdup_printf("%s: at most %d bytes of UTF-8", text_fields[i], QUERY_BYTES_MAX);

            rest_reply_problem(request, PROBLEM_FIELD_INVALID, detail);
            return FALSE;
        }
    }
    return TRUE;
}

static json_t *
words_of(const Catalogue *catalogue, const char *text)
{
    g_auto(GStrv) split = g_regex_split_simple("\\s+", text ? text : "", 0, 0);
    json_t *words = json_array();

    for (char **word = split; *word && json_array_size(words) < WORDS_MAX; word++) {
        json_t *entry;

        if (!**word)
            continue;
        entry = json_pack("{s:s}", "text", *word);
        catalogue_named(catalogue, *word, entry);
        json_array_append_new(words, entry);
    }
    return words;
}

static void
put_text(json_t *input, HttpRequest *request, const char *name)
{
    const char *text = http_request_query(request, name);

    json_object_set_new(input, name, text && *text ? json_string(text) : json_null());
}

void
api_search(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *result = http_request_query(request, "result");
    gint64 from, to, limit, before;

    if (!user || !texts_are_short(request) || !rest_query_integer(request, "from", 0, G_MAXINT64, 0, &from) ||
        !rest_query_integer(request, "to", 0, G_MAXINT64, G_MAXINT64, &to) || !rest_query_integer(request, "limit", 1, 100, 20, &limit) ||
        !rest_query_integer(request, "before", 0, G_MAXINT64, G_MAXINT64, &before))
        return;
    if (result && *result && !g_strv_contains(results, result)) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "result: must be one of conform, mostly, nonconform, not-applicable");
        return;
    }

    json_t *input = json_pack("{s:o, s:I, s:I, s:I, s:I, s:s?}", "words", words_of(server->catalogue, http_request_query(request, "q")), "from",
                              (json_int_t) from, "to", (json_int_t) to, "before", (json_int_t) before, "limit", (json_int_t) limit, "user",
                              access_filter(user));

    for (gsize i = 1; i < G_N_ELEMENTS(text_fields); i++)
        put_text(input, request, text_fields[i]);
    put_text(input, request, "result");
    rest_run(server, request, 200, model_search, input);
}
