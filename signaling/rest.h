/**
 * rest — how REST handlers answer: JSON, problems, and the common case "run a work and answer what it returns". Loop thread.
 */
#pragma once

#include <jansson.h>

#include "field-rules.h"
#include "http-server.h"
#include "problem.h"
#include "server.h"

/* Requests carry a few short fields; the longest is a list of fifteen accounts. */
#define REST_BODY_MAX (64 * 1024)

void rest_reply(HttpRequest *request, int status, json_t *json);
void rest_reply_error(HttpRequest *request, const GError *error);
void rest_reply_problem(HttpRequest *request, Problem problem, const char *detail);

/** The body as an object that fits the rules, of the right content type and from our own pages; NULL and answered otherwise. A new reference. */
json_t *rest_body(HttpRequest *request, const FieldRule *rules);
/** The same for a route whose body may be larger. */
json_t *rest_body_up_to(HttpRequest *request, const FieldRule *rules, gsize length_max);
/** "https://host" of the request, for links; NULL when it names none. The caller frees it. */
char *rest_origin(const HttpRequest *request);

/** Answers `status` with the work's output, or its problem. Takes `input` over. */
void rest_run(Server *server, HttpRequest *request, int status, StoreWork work, json_t *input);
/** The same with a turn in between: `then` answers. */
typedef void (*RestThen)(Server *server, HttpRequest *request, json_t *output);
void rest_run_then(Server *server, HttpRequest *request, StoreWork work, json_t *input, RestThen then);

/** A query parameter as an integer in bounds; `fallback` when absent; FALSE and answered when it is none. */
gboolean rest_query_integer(HttpRequest *request, const char *name, gint64 low, gint64 high, gint64 fallback, gint64 *ret_value);
/** "{name}" of the path as an id; NULL and answered 404 with `problem` when it is none. */
const char *rest_path_id(HttpRequest *request, const char *name, Problem problem);
