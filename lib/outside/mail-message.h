/**
 * mail_message — a plain-text mail in UTF-8 (RFC 5322, 2045, 2047). Pure; any thread.
 */
#pragma once

#include <glib.h>

typedef struct {
    const char *from;      /* an address */
    const char *from_name; /* NULL = none */
    const char *to;
    const char *subject;
    const char *text;
    const char *id;        /* of the delivery; repeats of one message carry the same */
    gint64 at;             /* wall µs */
} MailMessage;

/** With CRLF and lines of at most 76 characters. */
GBytes *mail_message(const MailMessage *mail);
/** local@domain, printable ASCII, at most 254 characters (RFC 5321): nothing that could end a header or a command. */
gboolean mail_address_is_valid(const char *address);
