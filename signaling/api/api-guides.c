#include "api-guides.h"

#include "../catalogue.h"
#include "../record/guide-pdf.h"
#include "../record/record-maker.h"
#include "../rest.h"
#include "bounded-json.h"
#include "log.h"

/* What concerns the applicant; how long it is kept or how often audited does not. */
static const char *const shown[] = { "code",          "version",       "name_zh",  "name_en",  "division_zh", "division_en", "legal_basis_zh",
                                     "exclusions_zh", "exclusions_en", "tools_zh", "tools_en", "modes",       "checkpoints" };

/* The item in effect, or the version that a visit was given; NULL and answered. */
static json_t *
wanted_item(const Server *server, HttpRequest *request)
{
    const char *code = http_request_param(request, "item");
    gint64 version;
    json_t *item;

    if (!rest_query_integer(request, "version", 1, G_MAXINT32, 0, &version))
        return NULL;
    item = version ? catalogue_version(server->catalogue, code, version) : catalogue_item(server->catalogue, code, server_now(server));
    if (!item)
        rest_reply_problem(request, PROBLEM_ITEM_NOT_FOUND, NULL);
    return item;
}

void
api_guide_get(HttpRequest *request, gpointer server)
{
    const json_t *item = wanted_item(server, request);
    g_autoptr(json_t) guide = json_object();

    if (!item)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(shown); i++)
        if (json_object_get(item, shown[i]))
            json_object_set(guide, shown[i], json_object_get(item, shown[i]));
    rest_reply(request, 200, guide);
}

/* --- on paper --- */

typedef struct {
    HttpRequest *request;
    json_t *item;
    char *address;
    gboolean english;
    GBytes *pdf;
} Printing;

static void
print_guide(gpointer data)
{
    Printing *printing = data;
    g_autoptr(GError) error = NULL;

    printing->pdf = guide_pdf(printing->item, printing->address, printing->english, &error);
    if (error)
        log_error("guide", "not drawn: %s", error->message);
}

static void
printed(gpointer data)
{
    Printing *printing = data;

    if (printing->pdf) {
        http_request_add_header(printing->request, "Cache-Control", "no-store");
        http_request_add_header(printing->request, "X-Content-Type-Options", "nosniff");
        http_request_reply(printing->request, 200, "application/pdf", printing->pdf);
        g_bytes_unref(printing->pdf);
    } else {
        rest_reply_problem(printing->request, PROBLEM_INTERNAL, NULL);
    }
    json_decref(printing->item);
    g_free(printing->address);
    g_free(printing);
}

void
api_guide_pdf(HttpRequest *request, gpointer data)
{
    Server *server = data;
    json_t *item = wanted_item(server, request);
    g_autofree char *origin = rest_origin(request);
    Printing *printing;

    if (!item)
        return;
    printing = g_new0(Printing, 1);
    printing->request = request;
    /* A copy of its own: the catalogue's belongs to the loop's thread, counts of references included. */
    printing->item = json_deep_copy(item);
    printing->english = g_strcmp0(http_request_query(request, "lang"), "en") == 0;
    printing->address = origin ? g_strdup_printf("%s/guide?item=%s&version=%d", origin, json_string_value(json_object_get(item, "code")),
                                                 (int) field_integer(item, "version"))
                               : NULL;
    /* Nobody has to sign in for this one: what waits is bounded, more is told to come back. */
    if (!worker_run(record_maker_worker(server->records), print_guide, printed, printing)) {
        rest_reply_problem(request, PROBLEM_BUSY, NULL);
        json_decref(printing->item);
        g_free(printing->address);
        g_free(printing);
    }
}
