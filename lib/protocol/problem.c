#include "problem.h"

static const ProblemEntry entries[] = {
#define PROBLEM_ENTRY(name, code, status, zh, en) [PROBLEM_##name] = { code, status, zh, en },
    PROBLEM_TABLE(PROBLEM_ENTRY)
#undef PROBLEM_ENTRY
};

G_DEFINE_QUARK(yuntakan-problem, problem)

const ProblemEntry *
problem_entry(Problem problem)
{
    g_assert((unsigned) problem < PROBLEM_COUNT);
    return &entries[problem];
}

Problem
problem_of(const GError *error)
{
    return error->domain == PROBLEM ? (Problem) error->code : PROBLEM_INTERNAL;
}

gboolean
problem_set(GError **error, Problem problem, const char *detail, ...)
{
    g_autofree char *text = NULL;

    if (detail) {
        va_list args;

        va_start(args, detail);
        text = g_strdup_vprintf(detail, args);
        va_end(args);
    }
    g_set_error_literal(error, PROBLEM, problem, text ? text : "");
    return FALSE;
}

/* A foreign error's message may hold a path or a statement; only our own details go out. */
static const char *
detail_of(const GError *error)
{
    return error->domain == PROBLEM && *error->message ? error->message : NULL;
}

json_t *
problem_to_http(const GError *error)
{
    const ProblemEntry *entry = problem_entry(problem_of(error));
    json_t *json = json_object();
    g_autofree char *type = g_strconcat("urn:yuntakan:problem:", entry->code, NULL);

    json_object_set_new(json, "type", json_string(type));
    json_object_set_new(json, "status", json_integer(entry->status));
    json_object_set_new(json, "code", json_string(entry->code));
    json_object_set_new(json, "title", json_string(entry->en));
    json_object_set_new(json, "title_zh", json_string(entry->zh));
    if (detail_of(error))
        json_object_set_new(json, "detail", json_string(detail_of(error)));
    return json;
}

json_t *
problem_to_message(const GError *error, const char *re)
{
    const ProblemEntry *entry = problem_entry(problem_of(error));
    json_t *json = json_object();

    json_object_set_new(json, "type", json_string("error"));
    if (re)
        json_object_set_new(json, "re", json_string(re));
    json_object_set_new(json, "code", json_string(entry->code));
    json_object_set_new(json, "message", json_pack("{s:s, s:s}", "zh", entry->zh, "en", entry->en));
    if (detail_of(error))
        json_object_set_new(json, "detail", json_string(detail_of(error)));
    return json;
}
