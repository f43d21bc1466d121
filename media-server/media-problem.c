#include "media-problem.h"

#include <jansson.h>

#include "sdp-error.h"

typedef struct {
    const char *code;
    int status;
    const char *zh;
    const char *en;
} Entry;

static const Entry entries[] = {
#define MEDIA_PROBLEM_ENTRY(name, code, status, zh, en) {code, status, zh, en},
    MEDIA_PROBLEM_TABLE(MEDIA_PROBLEM_ENTRY)
#undef MEDIA_PROBLEM_ENTRY
};

void
media_answer_clear(MediaAnswer *answer)
{
    g_clear_pointer(&answer->body, g_free);
    g_clear_pointer(&answer->location, g_free);
}

void
media_answer_send(MediaAnswer *answer, HttpRequest *request)
{
    if (answer->location)
        http_request_add_header(request, "Location", answer->location);
    if (answer->body)
        http_request_reply_text(request, answer->status, answer->content_type, answer->body);
    else
        http_request_reply(request, answer->status, NULL, NULL);
}

static void
fill(MediaAnswer *answer, const Entry *entry, const char *detail)
{
    json_t *problem = json_pack("{s:s, s:i, s:s, s:s, s:s*}", "code", entry->code, "status", entry->status,
                                "title", entry->en, "title_zh", entry->zh, "detail", detail);
    char *text = json_dumps(problem, JSON_COMPACT);

    media_answer_clear(answer);
    answer->status = entry->status;
    answer->content_type = "application/problem+json";
    answer->body = g_strdup(text);
    free(text);
    json_decref(problem);
}

void
media_answer_problem(MediaAnswer *answer, MediaProblem problem, const char *detail)
{
    fill(answer, &entries[problem], detail);
}

void
media_answer_sdp_error(MediaAnswer *answer, const GError *error)
{
    SdpError code = (SdpError)error->code;
    Entry entry = {sdp_error_code(code), 422, sdp_error_chinese(code), sdp_error_english(code)};

    if (code == SDP_ERROR_TOO_LARGE)
        entry.status = 413;
    else if (code == SDP_ERROR_MALFORMED)
        entry.status = 400;
    fill(answer, &entry, error->message);
}
