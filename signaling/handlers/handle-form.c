/* Forms that are filled in together: docs/signaling-protocol.md, section 5. */
#include "handlers.h"

#include <string.h>

#include "../forms.h"
#include "bounded-json.h"
#include "field-rules.h"
#include "uuid7.h"

static FormAuthor
author_of(const Call *call, const Room *room)
{
    return (FormAuthor){ call->participant, field_string(room_participant(room, call->participant), "name"),
                         room_role(room, call->participant) == ROLE_APPLICANT };
}

/* Assistance only; who helps has been admitted, the applicant may begin while it waits. */
static gboolean
may_write(Call *call, const Room *room)
{
    if (g_strcmp0(field_string(room_visit_json(room), "kind"), "assistance") != 0)
        call_problem(call, PROBLEM_MESSAGE_VISIT_STATE, "an assistance");
    else if (room_role(room, call->participant) != ROLE_APPLICANT && !room_is_admitted(room, call->participant))
        call_problem(call, PROBLEM_PARTICIPANT_NOT_ADMITTED, NULL);
    else
        return TRUE;
    return FALSE;
}

/* The open document, if it is the one that the message is about. */
static FormDocument *
document_for(Call *call, const Room *room)
{
    FormDocument *document;

    if (!may_write(call, room))
        return NULL;
    document = forms_document(call->server->forms, call->visit);
    if (!document || g_strcmp0(form_document_id(document), field_string(call->message, "form")) != 0)
        call_problem(call, PROBLEM_FORM_NOT_OPEN, NULL);
    else if (form_schema_is_withdrawn(form_document_schema(document)) && !form_document_is_submitted(document))
        call_problem(call, PROBLEM_FORM_WITHDRAWN, NULL);
    else
        return document;
    return NULL;
}

static json_t *
entry_of(const Call *call, const FormDocument *document, const char *type)
{
    const FormSchema *schema = form_document_schema(document);

    return json_pack("{s:s, s:{s:s, s:s, s:I, s:s, s:I}}", "type", type, "data", "form", form_document_id(document), "code", form_schema_code(schema),
                     "version", (json_int_t) form_schema_version(schema), "participant", call->participant, "revision",
                     (json_int_t) form_document_revision(document));
}

static void
finish(Call *call, json_t *change, json_t *entry, const GError *error)
{
    if (!change) {
        json_decref(entry);
        call_error(call, error);
    } else {
        forms_changed(call->server->forms, call, change, entry);
    }
}

static void
send_form(Call *call, json_t *output)
{
    Room *room = rooms_get(call->server->rooms, call->visit);
    Socket *socket = call_socket(call);

    if (room && socket)
        socket_send(socket, forms_message(call->server->forms, room, call->participant));
    call_ok(call, NULL);
}

void
handle_form_sync(Call *call, Room *room)
{
    if (may_write(call, room))
        forms_load(call->server->forms, call, send_form);
}

void
handle_form_open(Call *call, Room *room)
{
    if (may_write(call, room))
        forms_open(call->server->forms, call, field_string(call->message, "form"));
}

void
handle_form_patch(Call *call, Room *room)
{
    FormDocument *document = document_for(call, room);
    g_autoptr(GError) error = NULL;

    if (!document)
        return;

    FormAuthor author = author_of(call, room);
    json_t *change = form_document_patch(document, json_object_get(call->message, "patch"), &author, server_now(call->server), &error);

    /* It has been told before; who asks again after a break reads the document first and finds it there. */
    if (change && g_str_equal(field_string(change, "kind"), "repeated")) {
        json_decref(change);
        call_ok(call, NULL);
        return;
    }
    finish(call, change, NULL, error);
}

void
handle_form_confirm(Call *call, Room *room)
{
    FormDocument *document = document_for(call, room);
    g_autoptr(GError) error = NULL;

    if (!document)
        return;

    FormAuthor author = author_of(call, room);
    const char *section = field_string(call->message, "section");
    const char *how = field_string(call->message, "how");
    json_t *change = form_document_confirm(document, section, how, &author, server_now(call->server), &error);
    json_t *entry = entry_of(call, document, "form-confirm");

    json_object_set_new(json_object_get(entry, "data"), "section", json_string(section));
    json_object_set_new(json_object_get(entry, "data"), "how", json_string(how));
    finish(call, change, entry, error);
}

void
handle_form_show(Call *call, Room *room)
{
    FormDocument *document = document_for(call, room);
    g_autoptr(GError) error = NULL;

    if (!document)
        return;

    FormAuthor author = author_of(call, room);

    finish(call,
           form_document_show(document, field_string(call->message, "path"), field_boolean(call->message, "shown"), &author, server_now(call->server), &error),
           NULL, error);
}

void
handle_form_comment(Call *call, Room *room)
{
    FormDocument *document = document_for(call, room);
    g_autofree char *id = uuid7_new(call->server->clock);
    g_autoptr(GError) error = NULL;

    if (!document)
        return;

    FormAuthor author = author_of(call, room);
    const char *resolve = field_string(call->message, "resolve");
    gint64 now = server_now(call->server);

    if (resolve)
        finish(call, form_document_resolve(document, resolve, &author, now, &error), NULL, error);
    else if (field_string(call->message, "path") && field_string(call->message, "text"))
        finish(call, form_document_comment(document, id, field_string(call->message, "path"), field_string(call->message, "text"), &author, now, &error),
               NULL, error);
    else
        call_problem(call, PROBLEM_FIELD_INVALID, "path and text, or resolve");
}

/* Where somebody is, and where somebody should look: told, not kept. */
void
handle_form_point(Call *call, Room *room)
{
    const json_t *row = room_participant(room, call->participant);
    json_t *path = json_object_get(call->message, "path");

    if (!may_write(call, room))
        return;
    room_send_all(room, json_pack("{s:s, s:s, s:O, s:O, s:O, s:O}", "type", "form-point", "participant", call->participant, "name",
                                  json_object_get(row, "name"), "role", json_object_get(row, "role"), "path", path, "kind",
                                  json_object_get(call->message, "kind")));
    call_ok(call, NULL);
}

/* The strokes of a finger as a path of SVG: only what such a path is made of. */
static gboolean
is_drawing(const char *text)
{
    return *text == 'M' && strspn(text, "MLl0123456789 .") == strlen(text);
}

void
handle_form_sign(Call *call, Room *room)
{
    FormDocument *document = document_for(call, room);
    g_autoptr(GError) error = NULL;

    if (!document)
        return;
    if (!is_drawing(field_string(call->message, "signature"))) {
        call_problem(call, PROBLEM_FIELD_INVALID, "signature: M, L and numbers");
        return;
    }

    FormAuthor author = author_of(call, room);
    json_t *change = form_document_sign(document, field_string(call->message, "signature"), &author, server_now(call->server), &error);

    finish(call, change, entry_of(call, document, "form-sign"), error);
}

void
handle_form_submit(Call *call, Room *room)
{
    FormDocument *document = document_for(call, room);
    g_autoptr(GError) error = NULL;

    if (!document)
        return;

    FormAuthor author = author_of(call, room);
    json_t *change = form_document_submit(document, &author, server_now(call->server), &error);

    finish(call, change, entry_of(call, document, "form-submit"), error);
}
