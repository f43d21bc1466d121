#include "api-case-import.h"

#include <string.h>

#include "../access.h"
#include "../catalogue.h"
#include "../csv.h"
#include "../model/model-case-import.h"
#include "../rest.h"
#include "bounded-json.h"

/* Field and its heads in a file: ours, and as Chinese spreadsheets have them. */
static const struct {
    const char *field;
    const char *heads[4];
} columns[] = {
    { "case_number", { "case_number", "案号", "办件编号", NULL } }, { "item_code", { "item_code", "事项编码", NULL } },
    { "applicant", { "applicant", "申请人", NULL } },               { "premises", { "premises", "地址", "场所地址", NULL } },
    { "phone", { "phone", "电话", "联系电话", NULL } },
};
static const FieldRule row_rules[] = {
    { "case_number", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL }, { "item_code", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL },
    { "applicant", FIELD_STRING, 0, 1, 200, NULL, NULL, NULL },  { "premises", FIELD_STRING, 0, 0, 200, NULL, NULL, NULL },
    { "phone", FIELD_STRING, FIELD_OPTIONAL, 0, 40, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

static const char *
field_of_head(const char *head)
{
    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++)
        if (g_strv_contains(columns[i].heads, head))
            return columns[i].field;
    return NULL;
}

/* The row as an object for model_case_open(), or with `problem` instead. */
static json_t *
row_json(Server *server, const GPtrArray *head, const GPtrArray *cells, guint number)
{
    json_t *row = json_pack("{s:I, s:s}", "row", (json_int_t) number, "premises", "");
    g_autoptr(GError) error = NULL;
    const json_t *item;

    for (guint i = 0; i < MIN(head->len, cells->len); i++) {
        const char *field = field_of_head(head->pdata[i]), *cell = cells->pdata[i];

        if (field && *cell)
            json_object_set_new(row, field, json_string(cell));
    }
    if (!field_rules_check(row_rules, row, &error)) {
        json_object_set_new(row, "problem", problem_to_http(error));
        return row;
    }
    item = catalogue_item(server->catalogue, field_string(row, "item_code"), server_now(server));
    if (item) {
        json_object_set(row, "item_version", json_object_get(item, "version"));
    } else {
        problem_set(&error, PROBLEM_ITEM_NOT_FOUND, NULL);
        json_object_set_new(row, "problem", problem_to_http(error));
    }
    return row;
}

static gboolean
is_csv(HttpRequest *request)
{
    const char *type = http_request_header(request, "content-type");

    if (type && g_str_has_prefix(type, "text/csv"))
        return TRUE;
    rest_reply_problem(request, PROBLEM_REQUEST_CONTENT_TYPE, "text/csv");
    return FALSE;
}

void
api_case_import(HttpRequest *request, gpointer data)
{
    Server *server = data;
    gsize length;
    const char *text = g_bytes_get_data(http_request_body(request), &length);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = NULL;

    if (!access_require(server, request, ROLE_INSPECTOR | ROLE_HELPER | ROLE_ADMIN) || !access_require_same_origin(request) || !is_csv(request))
        return;
    rows = csv_parse(text ? text : "", length, &error);
    if (rows && rows->len < 2)
        problem_set(&error, PROBLEM_FIELD_INVALID, "a head and at least one row are needed");
    if (error) {
        rest_reply_error(request, error);
        return;
    }

    json_t *list = json_array();

    for (guint i = 1; i < rows->len; i++)
        json_array_append_new(list, row_json(server, rows->pdata[0], rows->pdata[i], i + 1));
    rest_run(server, request, 200, model_case_import, json_pack("{s:o, s:I}", "rows", list, "now", (json_int_t) server_now(server)));
}
