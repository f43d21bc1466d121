#include "form-document-private.h"

#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "problem.h"
#include "text-op.h"

FormDocument *
form_document_new(FormSchema *schema, const char *id)
{
    FormDocument *document = g_new0(FormDocument, 1);

    document->schema = form_schema_ref(schema);
    document->history = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_decref);
    document->json = json_pack("{s:s, s:s, s:I, s:i, s:s, s:{}, s:{}, s:{}, s:[], s:[], s:n, s:{}}", "id", id, "form", form_schema_code(schema),
                               "version", (json_int_t) form_schema_version(schema), "revision", 1, "state", "draft", "fields", "rows", "sections",
                               "shown", "comments", "signature", "patches");
    return document;
}

static const FieldRule any_object[] = { { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL } };
static const FieldRule any_element = { "element", FIELD_OBJECT, 0, 0, 0, NULL, any_object, NULL };
static const FieldRule path_element = { "path", FIELD_STRING, 0, 1, FORM_PATH_MAX, NULL, NULL, NULL };
static const FieldRule document_rules[] = {
    { "id", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
    { "revision", FIELD_INTEGER, 0, 1, G_MAXINT64, NULL, NULL, NULL },
    { "state", FIELD_STRING, 0, 1, 32, NULL, NULL, NULL },
    { "fields", FIELD_OBJECT, 0, 0, 0, NULL, any_object, NULL },
    { "rows", FIELD_OBJECT, 0, 0, 0, NULL, any_object, NULL },
    { "sections", FIELD_OBJECT, 0, 0, 0, NULL, any_object, NULL },
    { "shown", FIELD_ARRAY, 0, 0, 10000, NULL, NULL, &path_element },
    { "comments", FIELD_ARRAY, 0, 0, FORM_COMMENTS_MAX, NULL, NULL, &any_element },
    { "patches", FIELD_OBJECT, 0, 0, 0, NULL, any_object, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

FormDocument *
form_document_from_json(FormSchema *schema, json_t *json, GError **error)
{
    FormDocument *document;

    if (!field_rules_check(document_rules, json, error))
        return NULL;
    document = g_new0(FormDocument, 1);
    document->schema = form_schema_ref(schema);
    document->history = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_decref);
    document->json = json_incref(json);
    return document;
}

void
form_document_free(FormDocument *document)
{
    if (!document)
        return;
    form_schema_unref(document->schema);
    json_decref(document->json);
    g_hash_table_unref(document->history);
    g_free(document);
}

json_t *
form_document_json(const FormDocument *document)
{
    return document->json;
}

FormSchema *
form_document_schema(const FormDocument *document)
{
    return document->schema;
}

const char *
form_document_id(const FormDocument *document)
{
    return field_string(document->json, "id");
}

gint64
form_document_revision(const FormDocument *document)
{
    return field_integer(document->json, "revision");
}

gboolean
form_document_is_submitted(const FormDocument *document)
{
    return g_str_equal(field_string(document->json, "state"), "submitted");
}

/* --- what every change does --- */

static gint64
next_revision(FormDocument *document)
{
    gint64 revision = form_document_revision(document) + 1;

    json_object_set_new(document->json, "revision", json_integer(revision));
    return revision;
}

static json_t *
change_new(FormDocument *document, const char *kind)
{
    return json_pack("{s:s, s:I}", "kind", kind, "revision", (json_int_t) next_revision(document));
}

static gboolean
is_open(const FormDocument *document, GError **error)
{
    return !form_document_is_submitted(document) || problem_set(error, PROBLEM_FORM_SUBMITTED, NULL);
}

static gboolean
is_applicant(const FormAuthor *author, GError **error)
{
    return author->applicant || problem_set(error, PROBLEM_FORM_APPLICANT_ONLY, NULL);
}

/* What was confirmed and signed was the text before. */
static void
unconfirm(FormDocument *document, const char *section, json_t *change)
{
    if (json_object_del(json_object_get(document->json, "sections"), section) == 0)
        json_object_set_new(change, "unconfirmed", json_string(section));
    if (!json_is_null(json_object_get(document->json, "signature"))) {
        json_object_set_new(document->json, "signature", json_null());
        json_object_set_new(change, "unsigned", json_true());
    }
}

static gssize index_of(const json_t *list, const char *text);

static gboolean
was_applied(const FormDocument *document, const char *patch, const FormAuthor *author)
{
    return index_of(json_object_get(json_object_get(document->json, "patches"), author->id), patch) >= 0;
}

static void
remember_patch(FormDocument *document, const char *patch, const FormAuthor *author)
{
    json_t *authors = json_object_get(document->json, "patches");
    json_t *patches = json_object_get(authors, author->id);

    if (!patches) {
        /* Whoever wrote longest ago is the first of the object: a visit has at most 16 participants, a draft may see several visits. */
        if (json_object_size(authors) >= FORM_AUTHORS_MAX)
            json_object_del(authors, json_object_iter_key(json_object_iter(authors)));
        patches = json_array();
        json_object_set_new(authors, author->id, patches);
    }
    if (json_array_size(patches) >= FORM_PATCHES_MAX)
        json_array_remove(patches, 0);
    json_array_append_new(patches, json_string(patch));
}

/* The field's entry, made on first use: {revision, by, name, role, source, at, value}. */
static json_t *
entry_of(FormDocument *document, const char *path)
{
    json_t *fields = json_object_get(document->json, "fields");
    json_t *entry = json_object_get(fields, path);

    if (!entry) {
        entry = json_pack("{s:i}", "revision", 0);
        json_object_set_new(fields, path, entry);
    }
    return entry;
}

static void
set_origin(json_t *entry, const FormAuthor *author, const char *source, gint64 now)
{
    json_object_set_new(entry, "by", author ? json_string(author->id) : json_null());
    json_object_set_new(entry, "name", json_string(author ? author->name : ""));
    json_object_set_new(entry, "role", json_string(!author ? "system" : author->applicant ? "applicant" : "helper"));
    json_object_set_new(entry, "source", json_string(source));
    json_object_set_new(entry, "at", json_integer(now));
    json_object_set_new(entry, "revision", json_integer(field_integer(entry, "revision") + 1));
}

/* {path, field: {revision, by, name, role, source, at}} of a change. */
static json_t *
field_change(FormDocument *document, const char *kind, const char *path, const json_t *entry)
{
    json_t *change = change_new(document, kind);
    json_t *origin = json_copy((json_t *) entry);

    json_object_del(origin, "value");
    json_object_set_new(change, "path", json_string(path));
    json_object_set_new(change, "field", origin);
    return change;
}

void
form_document_prefill(FormDocument *document, const json_t *known, gint64 now)
{
    for (guint i = 0; i < form_schema_count(document->schema); i++) {
        const FormField *field = form_schema_field(document->schema, i);
        const char *value = field->prefill && !field->group ? field_string(known, field->prefill) : NULL;
        json_t *entry;

        if (!value || !*value || g_utf8_strlen(value, -1) > field->max_count || form_document_value(document, field->name))
            continue;
        entry = entry_of(document, field->name);
        json_object_set_new(entry, "value", json_string(value));
        set_origin(entry, NULL, "prefill", now);
    }
}

/* --- patches --- */

/* Moves an edit that was made on revision `base` past what came since; NULL when too much came. */
static json_t *
brought_up_to_date(const FormDocument *document, const char *path, const json_t *entry, gint64 base, json_t *op, GError **error)
{
    const json_t *history = g_hash_table_lookup(document->history, path);
    gint64 behind = field_integer(entry, "revision") - base;
    gsize known = json_array_size(history);
    json_t *moved = json_incref(op);

    if (behind < 0 || behind > (gint64) known) {
        json_decref(moved);
        problem_set(error, PROBLEM_FORM_STALE, NULL);
        return NULL;
    }
    for (gsize i = known - (gsize) behind; i < known; i++) {
        json_t *further = text_op_transform(moved, json_array_get(history, i), FALSE);

        json_decref(moved);
        moved = further;
    }
    return moved;
}

static void
keep_edit(FormDocument *document, const char *path, json_t *op)
{
    json_t *history = g_hash_table_lookup(document->history, path);

    if (!history) {
        history = json_array();
        g_hash_table_insert(document->history, g_strdup(path), history);
    }
    if (json_array_size(history) >= FORM_HISTORY_MAX)
        json_array_remove(history, 0);
    json_array_append(history, op);
}

static json_t *
patch_text(FormDocument *document, const FormField *field, const json_t *patch, const FormAuthor *author, gint64 now, GError **error)
{
    const char *path = field_string(patch, "path");
    json_t *entry = json_object_get(json_object_get(document->json, "fields"), path);
    const char *text = json_string_value(json_object_get(entry, "value"));
    json_t *op = json_object_get(patch, "text");
    g_autoptr(json_t) moved = NULL;

    if (field->kind != FORM_TEXT) {
        problem_set(error, PROBLEM_FORM_VALUE, "%s: is not a text", field->name);
        return NULL;
    }
    /* What the transformation reads must have the shape of an edit; whether it fits the text is seen after. */
    if (!text_op_check(op, G_MAXINT32, 2 * (glong) G_MAXINT32, error))
        return NULL;
    moved = brought_up_to_date(document, path, entry, field_integer(patch, "base"), op, error);
    if (!moved || !text_op_check(moved, g_utf8_strlen(text ? text : "", -1), (glong) field->max_count, error))
        return NULL;

    g_autofree char *edited = text_op_apply(moved, text ? text : "");

    entry = entry_of(document, path);
    json_object_set_new(entry, "value", json_string(edited));
    set_origin(entry, author, field_string(patch, "source"), now);
    keep_edit(document, path, moved);

    json_t *change = field_change(document, "text", path, entry);

    json_object_set(change, "text", moved);
    return change;
}

static json_t *
patch_value(FormDocument *document, const FormField *field, const json_t *patch, const FormAuthor *author, gint64 now, GError **error)
{
    const char *path = field_string(patch, "path");
    json_t *value = json_object_get(patch, "value");
    json_t *entry = json_object_get(json_object_get(document->json, "fields"), path);

    if (!form_field_accepts(field, value, error))
        return NULL;
    /* Both chose the same: nobody has to look. */
    if (field_integer(patch, "base") != field_integer(entry, "revision") && !json_equal(value, json_object_get(entry, "value"))) {
        problem_set(error, PROBLEM_FORM_CONFLICT, NULL);
        return NULL;
    }
    entry = entry_of(document, path);
    json_object_set(entry, "value", value);
    set_origin(entry, author, field_string(patch, "source"), now);

    json_t *change = field_change(document, "value", path, entry);

    json_object_set(change, "value", value);
    return change;
}

static gssize
index_of(const json_t *list, const char *text)
{
    gsize i;
    json_t *entry;

    json_array_foreach(list, i, entry)
        if (g_strcmp0(json_string_value(entry), text) == 0)
            return (gssize) i;
    return -1;
}

static json_t *
patch_rows(FormDocument *document, const FormField *field, const json_t *patch, const FormAuthor *author, gint64 now, GError **error)
{
    const char *add = field_string(patch, "add");
    const char *remove = field_string(patch, "remove");
    const char *row = add ? add : remove;
    json_t *groups = json_object_get(document->json, "rows");
    json_t *ids = json_object_get(groups, field->name);
    gssize there = index_of(ids, row);

    if (strlen(row) != 8 || !form_row_is_valid(row)) {
        problem_set(error, PROBLEM_FORM_VALUE, "row: eight of a-z and 0-9");
        return NULL;
    }
    if (add && there < 0 && (gint64) json_array_size(ids) >= field->max_count) {
        problem_set(error, PROBLEM_FORM_ROWS, "at most %" G_GINT64_FORMAT, field->max_count);
        return NULL;
    }
    if (!ids) {
        ids = json_array();
        json_object_set_new(groups, field->name, ids);
    }
    if (add && there < 0)
        json_array_insert_new(ids, MIN((gsize) field_integer(patch, "at"), json_array_size(ids)), json_string(row));
    /* What stood in a removed row stays in the document: undoing brings it back. */
    if (remove && there >= 0)
        json_array_remove(ids, (gsize) there);

    json_t *entry = entry_of(document, field->name);

    set_origin(entry, author, field_string(patch, "source"), now);

    json_t *change = field_change(document, "rows", field->name, entry);

    json_object_set_new(change, "rows", json_deep_copy(ids));
    return change;
}

static const FieldRule patch_rules[] = {
    { "patch", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL },
    { "path", FIELD_STRING, 0, 1, FORM_PATH_MAX, NULL, NULL, NULL },
    { "base", FIELD_INTEGER, 0, 0, G_MAXINT64, NULL, NULL, NULL },
    { "source", FIELD_STRING, 0, 1, 32, NULL, NULL, NULL },
    { "add", FIELD_STRING, FIELD_OPTIONAL, 8, 8, NULL, NULL, NULL },
    { "remove", FIELD_STRING, FIELD_OPTIONAL, 8, 8, NULL, NULL, NULL },
    { "at", FIELD_INTEGER, FIELD_OPTIONAL, 0, FORM_ROWS_MAX, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

json_t *
form_document_patch(FormDocument *document, const json_t *patch, const FormAuthor *author, gint64 now, GError **error)
{
    const char *row, *path;
    const FormField *field;
    json_t *change;

    if (!field_rules_check(patch_rules, patch, error) || !is_open(document, error))
        return NULL;
    if (was_applied(document, field_string(patch, "patch"), author))
        return json_pack("{s:s, s:I}", "kind", "repeated", "revision", (json_int_t) form_document_revision(document));
    path = field_string(patch, "path");
    field = form_schema_find(document->schema, path, &row);
    if (!field) {
        problem_set(error, PROBLEM_FORM_FIELD_UNKNOWN, NULL);
        return NULL;
    }
    if (!author->applicant && form_document_hides(document, path)) {
        problem_set(error, PROBLEM_FORM_FIELD_HIDDEN, NULL);
        return NULL;
    }
    if (json_object_get(patch, "text"))
        change = patch_text(document, field, patch, author, now, error);
    else if (field->kind == FORM_GROUP && (field_string(patch, "add") || field_string(patch, "remove")))
        change = patch_rows(document, field, patch, author, now, error);
    else if (json_object_get(patch, "value"))
        change = patch_value(document, field, patch, author, now, error);
    else {
        problem_set(error, PROBLEM_FORM_VALUE, "one of text, value, add, remove");
        return NULL;
    }
    if (!change)
        return NULL;
    json_object_set(change, "patch", json_object_get(patch, "patch"));
    unconfirm(document, field->section, change);
    remember_patch(document, field_string(patch, "patch"), author);
    return change;
}

/* --- what only the applicant does --- */

json_t *
form_document_confirm(FormDocument *document, const char *section, const char *how, const FormAuthor *author, gint64 now, GError **error)
{
    json_t *change, *entry;

    if (!is_open(document, error) || !is_applicant(author, error))
        return NULL;
    if (!form_schema_has_section(document->schema, section)) {
        problem_set(error, PROBLEM_FORM_FIELD_UNKNOWN, "section");
        return NULL;
    }
    change = change_new(document, "confirm");
    entry = json_pack("{s:s, s:s, s:s, s:I, s:I}", "by", author->id, "name", author->name, "how", how, "at", (json_int_t) now, "revision",
                      (json_int_t) form_document_revision(document));
    json_object_set_new(json_object_get(document->json, "sections"), section, entry);
    json_object_set_new(change, "section", json_string(section));
    json_object_set(change, "confirmed", entry);
    return change;
}

json_t *
form_document_show(FormDocument *document, const char *path, gboolean shown, const FormAuthor *author, gint64 now, GError **error)
{
    const char *row;
    const FormField *field = form_schema_find(document->schema, path, &row);
    json_t *list = json_object_get(document->json, "shown");
    gssize there = index_of(list, path);
    json_t *change;

    if (!is_applicant(author, error))
        return NULL;
    if (!field || !field->sensitive) {
        problem_set(error, PROBLEM_FORM_FIELD_UNKNOWN, NULL);
        return NULL;
    }
    if (shown && there < 0)
        json_array_append_new(list, json_string(path));
    if (!shown && there >= 0)
        json_array_remove(list, (gsize) there);
    change = change_new(document, "show");
    json_object_set_new(change, "path", json_string(path));
    json_object_set_new(change, "shown", json_boolean(shown));
    return change;
}

json_t *
form_document_comment(FormDocument *document, const char *id, const char *path, const char *text, const FormAuthor *author, gint64 now,
                      GError **error)
{
    const char *row;
    json_t *comments = json_object_get(document->json, "comments");
    json_t *comment, *change;

    if (!form_schema_find(document->schema, path, &row)) {
        problem_set(error, PROBLEM_FORM_FIELD_UNKNOWN, NULL);
        return NULL;
    }
    if (g_utf8_strlen(text, -1) > FORM_COMMENT_CHARS_MAX) {
        problem_set(error, PROBLEM_FORM_TOO_LONG, "at most %d characters", FORM_COMMENT_CHARS_MAX);
        return NULL;
    }
    if (json_array_size(comments) >= FORM_COMMENTS_MAX) {
        problem_set(error, PROBLEM_FORM_ROWS, "at most %d comments", FORM_COMMENTS_MAX);
        return NULL;
    }
    change = change_new(document, "comment");
    comment = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:b}", "id", id, "path", path, "text", text, "by", author->id, "name", author->name,
                        "role", author->applicant ? "applicant" : "helper", "at", (json_int_t) now, "resolved", 0);
    json_array_append_new(comments, comment);
    json_object_set(change, "comment", comment);
    return change;
}

json_t *
form_document_resolve(FormDocument *document, const char *id, const FormAuthor *author, gint64 now, GError **error)
{
    gsize i;
    json_t *comment;

    json_array_foreach(json_object_get(document->json, "comments"), i, comment)
        if (g_strcmp0(field_string(comment, "id"), id) == 0) {
            json_t *change = change_new(document, "comment");

            json_object_set_new(comment, "resolved", json_true());
            json_object_set(change, "comment", comment);
            return change;
        }
    problem_set(error, PROBLEM_FORM_FIELD_UNKNOWN, "comment");
    return NULL;
}

/* Filled in and confirmed, or the problem that says what is not. */
static gboolean
is_complete(const FormDocument *document, GError **error)
{
    g_autoptr(json_t) faults = form_document_faults(document);
    g_autoptr(json_t) unconfirmed = form_document_unconfirmed(document);

    if (json_array_size(faults) > 0)
        return problem_set(error, PROBLEM_FORM_INCOMPLETE, "%s", field_string(json_array_get(faults, 0), "path"));
    if (json_array_size(unconfirmed) > 0)
        return problem_set(error, PROBLEM_FORM_UNCONFIRMED, "%s", json_string_value(json_array_get(unconfirmed, 0)));
    return TRUE;
}

json_t *
form_document_sign(FormDocument *document, const char *signature, const FormAuthor *author, gint64 now, GError **error)
{
    json_t *change, *entry;

    if (!is_open(document, error) || !is_applicant(author, error) || !is_complete(document, error))
        return NULL;
    change = change_new(document, "sign");
    entry = json_pack("{s:s, s:s, s:s, s:I, s:I}", "id", signature, "by", author->id, "name", author->name, "at", (json_int_t) now, "revision",
                      (json_int_t) form_document_revision(document));
    json_object_set_new(document->json, "signature", entry);
    json_object_set(change, "signature", entry);
    return change;
}

json_t *
form_document_submit(FormDocument *document, const FormAuthor *author, gint64 now, GError **error)
{
    json_t *change;

    if (!is_open(document, error) || !is_applicant(author, error) || !is_complete(document, error))
        return NULL;
    if (json_is_null(json_object_get(document->json, "signature"))) {
        problem_set(error, PROBLEM_FORM_UNSIGNED, NULL);
        return NULL;
    }
    change = change_new(document, "state");
    json_object_set_new(document->json, "state", json_string("submitted"));
    json_object_set_new(document->json, "submitted_at", json_integer(now));
    json_object_set_new(change, "state", json_string("submitted"));
    return change;
}
