/**
 * FormDocument — one filled form as everybody in a visit shares it: the server's side of co-form, docs/co-form.md, section 3.
 *
 * The server puts all patches in one order. A patch names the revision of the field on which it was made: an edit of a text that was
 * made on an older one is moved past what came since, a choice that was made on an older one is refused (`form/conflict`) so that its author sees the
 * other's. Every value carries who set it, from what, when; a section carries who confirmed it. Pure: `now` comes in, changes come out.
 * One owner, one thread.
 *
 * A change (`json_t`, a new reference) is what the members are told, as `form-change` of docs/signaling-protocol.md carries it.
 */
#pragma once

#include "form-schema.h"

/* Of edits per field; who is further behind gets the whole document. */
#define FORM_HISTORY_MAX 64
/* Patches per author whose repetition is recognised. A client has at most one under way per field, and nobody edits forty fields in a moment. */
#define FORM_PATCHES_MAX 40
#define FORM_AUTHORS_MAX 32
#define FORM_COMMENTS_MAX 100
#define FORM_COMMENT_CHARS_MAX 500

typedef struct {
    const char *id;   /* participant */
    const char *name;
    gboolean applicant; /* otherwise one who helps: cannot confirm, show, sign, submit */
} FormAuthor;

typedef struct FormDocument FormDocument;

FormDocument *form_document_new(FormSchema *schema, const char *id);
/** As the store gave it; NULL when it does not fit. */
FormDocument *form_document_from_json(FormSchema *schema, json_t *json, GError **error);
void form_document_free(FormDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FormDocument, form_document_free)

/** The whole, for the store; belongs to the document. */
json_t *form_document_json(const FormDocument *document);
FormSchema *form_document_schema(const FormDocument *document);
const char *form_document_id(const FormDocument *document);
gint64 form_document_revision(const FormDocument *document);
gboolean form_document_is_submitted(const FormDocument *document);

/** Values that are known: an object by the `prefill` words of the layout ("case.applicant"). Only empty fields are filled. */
void form_document_prefill(FormDocument *document, const json_t *known, gint64 now);

/** What stands in a draft of an older version, where names are the same and the value may be stored; confirmations and the signature stay behind. */
void form_document_take_over(FormDocument *document, const json_t *old);

/**
 * One patch: {patch, path, base, source} and one of text, value, add (with at), remove. NULL with a problem: nothing happened. A patch that was
 * applied before comes out as {"kind":"repeated"}.
 */
json_t *form_document_patch(FormDocument *document, const json_t *patch, const FormAuthor *author, gint64 now, GError **error);
/** The applicant stands by a section; `how`: "tap" or "voice". */
json_t *form_document_confirm(FormDocument *document, const char *section, const char *how, const FormAuthor *author, gint64 now, GError **error);
/** Shows a sensitive field to those who help, or hides it again. */
json_t *form_document_show(FormDocument *document, const char *path, gboolean shown, const FormAuthor *author, gint64 now, GError **error);
json_t *form_document_comment(FormDocument *document, const char *id, const char *path, const char *text, const FormAuthor *author, gint64 now,
                              GError **error);
json_t *form_document_resolve(FormDocument *document, const char *comment, const FormAuthor *author, gint64 now, GError **error);
/** `signature`: id of the drawing. Demands that all is filled in and confirmed. */
json_t *form_document_sign(FormDocument *document, const char *signature, const FormAuthor *author, gint64 now, GError **error);
json_t *form_document_submit(FormDocument *document, const FormAuthor *author, gint64 now, GError **error);

/* --- reading (form-view.c) --- */
/** Is the field asked for now? */
gboolean form_document_asks(const FormDocument *document, const FormField *field, const char *row);
json_t *form_document_value(const FormDocument *document, const char *path);
/** [{path, fault}] of everything that is not good yet; a new reference. */
json_t *form_document_faults(const FormDocument *document);
/** Sections that are asked for and not confirmed; a new reference. */
json_t *form_document_unconfirmed(const FormDocument *document);
/** What a member sees; helpers get sensitive values that are not shown as {"masked": characters}. A new reference. */
json_t *form_document_view(const FormDocument *document, gboolean applicant);
/** A change for those who help: itself or a masked one; a new reference. */
json_t *form_document_change_for_helper(const FormDocument *document, json_t *change);
/** The filled form as an instance of its JSON Schema; a new reference. */
json_t *form_document_instance(const FormDocument *document);
/** Is this file in a field that is kept from those who help? */
gboolean form_document_hides_file(const FormDocument *document, const char *file);
/** Is what stands at the path kept from those who help? */
gboolean form_document_hides(const FormDocument *document, const char *path);
