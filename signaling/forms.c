#include "forms.h"

#include <string.h>

#include "bounded-json.h"
#include "catalogue.h"
#include "digest.h"
#include "field-rules.h"
#include "form-catalogue.h"
#include "log.h"
#include "model/model.h"
#include "outbox.h"
#include "room.h"
#include "submission/submission-maker.h"
#include "uuid7.h"

/* What is told when the store has it. */
typedef struct {
    Call *call; /* NULL: nobody asked */
    json_t *for_applicant;
    json_t *for_helper;
} Telling;

/* A visit's document. */
typedef struct {
    char *visit;
    FormDocument *document; /* NULL: the visit has none */
    GQueue waiting;         /* Telling, of changes that are not being written yet */
    GQueue written;         /* Telling, of those that are */
    json_t *entries;        /* ledger entries of the waiting changes */
    gboolean whole;         /* everybody gets the document instead of changes */
    char sha256[DIGEST_HEX_SIZE];
} Table;

struct Forms {
    Server *server;
    FormCatalogue *catalogue;
    GHashTable *tables; /* visit → Table */
    gboolean writing;
};

static void
telling_free(Telling *telling)
{
    json_decref(telling->for_applicant);
    json_decref(telling->for_helper);
    g_free(telling);
}

static void
drop_tellings(GQueue *queue, const GError *error)
{
    Telling *telling;

    while ((telling = g_queue_pop_head(queue))) {
        if (telling->call && error)
            call_error(telling->call, error);
        else if (telling->call)
            call_free(telling->call);
        telling_free(telling);
    }
}

static void
table_free(gpointer data)
{
    Table *table = data;

    drop_tellings(&table->waiting, NULL);
    drop_tellings(&table->written, NULL);
    json_decref(table->entries);
    form_document_free(table->document);
    g_free(table->visit);
    g_free(table);
}

Forms *
forms_new(Server *server, const char *directory, GError **error)
{
    FormCatalogue *catalogue = form_catalogue_new(directory, error);
    Forms *forms;

    if (!catalogue)
        return NULL;
    forms = g_new0(Forms, 1);
    forms->server = server;
    forms->catalogue = catalogue;
    forms->tables = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, table_free);
    return forms;
}

void
forms_free(Forms *forms)
{
    if (!forms)
        return;
    g_hash_table_unref(forms->tables);
    form_catalogue_free(forms->catalogue);
    g_free(forms);
}

json_t *
forms_summary(const Forms *forms)
{
    return form_catalogue_summary(forms->catalogue);
}

FormSchema *
forms_schema(const Forms *forms, const char *code, gint64 version)
{
    return form_catalogue_schema(forms->catalogue, code, version);
}

/* --- telling --- */

static Table *
table_of(const Forms *forms, const char *visit)
{
    return g_hash_table_lookup(forms->tables, visit);
}

FormDocument *
forms_document(const Forms *forms, const char *visit)
{
    const Table *table = table_of(forms, visit);

    return table ? table->document : NULL;
}

static gboolean
sees_all(const Room *room, const char *participant)
{
    return room_role(room, participant) == ROLE_APPLICANT;
}

json_t *
forms_message(const Forms *forms, const Room *room, const char *participant)
{
    const FormDocument *document = forms_document(forms, room_visit(room));

    return json_pack("{s:s, s:o}", "type", "form", "document",
                     document ? form_document_view(document, sees_all(room, participant)) : json_null());
}

typedef struct {
    Forms *forms;
    const Telling *telling; /* NULL: the whole document */
} Round;

static void
tell_member(Room *room, Member *member, gpointer user)
{
    const Round *round = user;
    Forms *forms = round->forms;
    Socket *socket = sockets_find(forms->server->sockets, member->socket);
    gboolean applicant = sees_all(room, member->id);

    if (!socket || (!applicant && !room_is_admitted(room, member->id)))
        return;
    if (!round->telling)
        socket_send(socket, forms_message(forms, room, member->id));
    else
        socket_send(socket, json_pack("{s:s, s:s, s:O}", "type", "form-change", "form", form_document_id(forms_document(forms, room_visit(room))),
                                      "change", applicant ? round->telling->for_applicant : round->telling->for_helper));
}

void
forms_tell_admitted(Forms *forms, Room *room, const char *participant)
{
    Member *member = room_member(room, participant);
    Round round = { forms, NULL };

    if (member && forms_document(forms, room_visit(room)))
        tell_member(room, member, &round);
}

static void
tell(Forms *forms, const char *visit, const Telling *telling)
{
    Room *room = rooms_get(forms->server->rooms, visit);
    Round round = { forms, telling };

    if (room)
        room_each_member(room, tell_member, &round);
}

/* --- writing: whatever has changed goes into one transaction --- */

static void write_next(Forms *forms);

static json_t *
row_of(Table *table)
{
    json_t *document = form_document_json(table->document);
    json_t *row = json_pack("{s:O, s:O, s:O, s:O, s:O, s:o, s:s, s:o}", "id", json_object_get(document, "id"), "code", json_object_get(document, "form"),
                            "version", json_object_get(document, "version"), "state", json_object_get(document, "state"), "revision",
                            json_object_get(document, "revision"), "document", json_deep_copy(document), "visit", table->visit, "entries",
                            table->entries ? table->entries : json_array());

    if (table->sha256[0])
        json_object_set_new(row, "sha256", json_string(table->sha256));
    table->entries = NULL;
    return row;
}

static void
tell_written(Forms *forms, Table *table)
{
    g_autofree char *visit = g_strdup(table->visit);
    Telling *telling;

    if (table->whole) {
        table->whole = FALSE;
        tell(forms, visit, NULL);
    }
    while ((telling = g_queue_pop_head(&table->written))) {
        if (telling->for_applicant)
            tell(forms, visit, telling);
        if (telling->call)
            call_ok(telling->call, NULL);
        telling_free(telling);
    }
    outbox_kick(forms->server->outbox, visit);
    if (table->document && form_document_is_submitted(table->document))
        submission_maker_kick(forms->server->submissions);
}

static void
written(json_t *output, const GError *error, gpointer user)
{
    Forms *forms = user;
    GHashTableIter iter;
    gpointer value;

    forms->writing = FALSE;
    g_hash_table_iter_init(&iter, forms->tables);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Table *table = value;

        if (g_queue_is_empty(&table->written))
            continue;
        if (!error) {
            tell_written(forms, table);
            continue;
        }
        /* The memory is ahead of the store: what the store has counts, everybody reads it anew and sends again what is missing. */
        log_error("forms", "not stored visit=%s: %s", table->visit, problem_entry(problem_of(error))->code);
        drop_tellings(&table->written, error);
        drop_tellings(&table->waiting, error);
        g_hash_table_iter_remove(&iter);
    }
    write_next(forms);
}

static void
write_next(Forms *forms)
{
    GHashTableIter iter;
    gpointer value;
    json_t *rows;

    if (forms->writing)
        return;
    rows = json_array();
    g_hash_table_iter_init(&iter, forms->tables);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Table *table = value;
        Telling *telling;

        if (g_queue_is_empty(&table->waiting) || !table->document)
            continue;
        json_array_append_new(rows, row_of(table));
        while ((telling = g_queue_pop_head(&table->waiting)))
            g_queue_push_tail(&table->written, telling);
    }
    if (json_array_size(rows) == 0) {
        json_decref(rows);
        return;
    }
    forms->writing = TRUE;
    server_store(forms->server, model_forms_save, json_pack("{s:o, s:I}", "forms", rows, "now", (json_int_t) server_now(forms->server)), written, forms);
}

/* What was submitted, as bytes that anybody can digest again: compact JSON with sorted keys. */
static void
seal_submission(Table *table)
{
    g_autoptr(json_t) instance = form_document_instance(table->document);
    char *text = json_dumps(instance, JSON_COMPACT | JSON_SORT_KEYS);

    digest_sha256_hex(text, strlen(text), table->sha256);
    free(text);
}

void
forms_changed(Forms *forms, Call *call, json_t *change, json_t *entry)
{
    Table *table = table_of(forms, call->visit);
    Telling *telling = g_new0(Telling, 1);

    telling->call = call;
    telling->for_applicant = change;
    telling->for_helper = form_document_change_for_helper(table->document, change);
    g_queue_push_tail(&table->waiting, telling);
    if (form_document_is_submitted(table->document) && !table->sha256[0])
        seal_submission(table);
    if (entry) {
        json_t *data = json_object_get(entry, "data");

        if (table->sha256[0])
            json_object_set_new(data, "sha256", json_string(table->sha256));
        if (!table->entries)
            table->entries = json_array();
        json_array_append_new(table->entries, entry);
    }
    write_next(forms);
}

/* --- opening --- */

static Table *
put_on_table(Forms *forms, const char *visit, FormDocument *document)
{
    Table *table = g_new0(Table, 1);

    table->visit = g_strdup(visit);
    table->document = document;
    g_queue_init(&table->waiting);
    g_queue_init(&table->written);
    g_hash_table_replace(forms->tables, table->visit, table);
    return table;
}

static FormDocument *
document_of_row(const Forms *forms, const json_t *row, GError **error)
{
    FormSchema *schema = forms_schema(forms, field_string(row, "code"), field_integer(row, "version"));

    if (!schema) {
        problem_set(error, PROBLEM_FORM_UNKNOWN, NULL);
        return NULL;
    }
    return form_document_from_json(schema, json_object_get(row, "document"), error);
}

static void draft_found(json_t *output, const GError *failed, gpointer user);

/* A draft of a version that was withdrawn moves to the newest one as soon as somebody looks at it. */
static gboolean
must_move(const Forms *forms, const json_t *row)
{
    const FormSchema *schema = json_is_object(row) ? forms_schema(forms, field_string(row, "code"), field_integer(row, "version")) : NULL;

    return schema && form_schema_is_withdrawn(schema) && g_str_equal(field_string(row, "state"), "draft") &&
           forms_schema(forms, form_schema_code(schema), 0);
}

static void
loaded(json_t *output, const GError *failed, gpointer user)
{
    Call *call = user;
    Forms *forms = call->server->forms;
    g_autoptr(GError) error = NULL;
    FormDocument *document = NULL;

    if (failed) {
        call_error(call, failed);
        return;
    }
    if (!table_of(forms, call->visit) && must_move(forms, output)) {
        call->extra = json_incref(json_object_get(output, "code"));
        server_store(forms->server, model_form_draft, json_pack("{s:s, s:O}", "visit", call->visit, "code", call->extra), draft_found, call);
        return;
    }
    /* Two may have asked at once. */
    if (!table_of(forms, call->visit)) {
        if (json_is_object(output) && !(document = document_of_row(forms, output, &error))) {
            call_error(call, error);
            return;
        }
        put_on_table(forms, call->visit, document);
    }
    call->then(call, NULL);
}

void
forms_load(Forms *forms, Call *call, CallThen then)
{
    if (table_of(forms, call->visit)) {
        then(call, NULL);
        return;
    }
    call->then = then;
    server_store(forms->server, model_form_of_visit, json_pack("{s:s}", "visit", call->visit), loaded, call);
}

static json_t *
known_of(const Forms *forms, const json_t *visit, const json_t *case_row)
{
    json_t *item = catalogue_item_of(forms->server->catalogue, visit);

    return json_pack("{s:O, s:O, s:O, s:s}", "case.applicant", json_object_get(case_row, "applicant"), "case.premises",
                     json_object_get(case_row, "premises"), "case.phone", json_object_get(case_row, "phone"), "item.name",
                     item ? field_string(item, "name_zh") : "");
}

static void
draft_found(json_t *output, const GError *failed, gpointer user)
{
    Call *call = user;
    Forms *forms = call->server->forms;
    json_t *draft = json_object_get(output, "draft");
    const char *code = call->extra ? json_string_value(call->extra) : field_string(call->message, "form");
    FormSchema *newest = failed ? NULL : forms_schema(forms, code, 0);
    g_autoptr(GError) error = NULL;
    FormDocument *document = NULL;
    Table *table;

    if (failed) {
        call_error(call, failed);
        return;
    }
    /* Another has looked at it in the same moment. */
    if (call->extra && table_of(forms, call->visit)) {
        call->then(call, NULL);
        return;
    }
    /* A submitted form of whatever version and a draft of the newest stay what they are; a draft of an old version moves to the newest. */
    if (json_is_object(draft) && (g_str_equal(field_string(draft, "state"), "submitted") || field_integer(draft, "version") == form_schema_version(newest))) {
        document = document_of_row(forms, draft, &error);
        if (!document) {
            call_error(call, error);
            return;
        }
    } else {
        g_autofree char *id = uuid7_new(forms->server->clock);
        g_autoptr(json_t) known = known_of(forms, json_object_get(output, "visit"), json_object_get(output, "case"));

        document = form_document_new(newest, id);
        if (json_is_object(draft))
            form_document_take_over(document, json_object_get(draft, "document"));
        form_document_prefill(document, known, server_now(forms->server));
    }
    table = put_on_table(forms, call->visit, document);
    table->whole = TRUE;

    Telling *telling = g_new0(Telling, 1);

    telling->call = call;
    g_queue_push_tail(&table->waiting, telling);
    log_info("forms", "opened visit=%s form=%s code=%s", call->visit, form_document_id(document), form_schema_code(form_document_schema(document)));
    write_next(forms);
}

void
forms_open(Forms *forms, Call *call, const char *code)
{
    Table *table = table_of(forms, call->visit);

    if (!forms_schema(forms, code, 0)) {
        call_problem(call, PROBLEM_FORM_UNKNOWN, NULL);
        return;
    }
    /* What is still being written must not be replaced under the pen. */
    if (table && (!g_queue_is_empty(&table->waiting) || !g_queue_is_empty(&table->written))) {
        call_problem(call, PROBLEM_BUSY, NULL);
        return;
    }
    server_store(forms->server, model_form_draft, json_pack("{s:s, s:s}", "visit", call->visit, "code", code), draft_found, call);
}

void
forms_close(Forms *forms, const char *visit)
{
    Table *table = table_of(forms, visit);

    if (table && g_queue_is_empty(&table->waiting) && g_queue_is_empty(&table->written))
        g_hash_table_remove(forms->tables, visit);
}
