/**
 * Outside — one message to another system: a POST, or a mail. The seam to libcurl.
 *
 * Blocking, for a worker's thread; bounded by a timeout. Nothing is followed and nothing that comes back is believed but its status.
 */
#pragma once

#include <glib.h>

#define OUTSIDE_ERROR outside_error_quark()
GQuark outside_error_quark(void);

typedef enum {
    OUTSIDE_ERROR_UNREACHABLE, /* no answer: name, network, certificate or time */
    OUTSIDE_ERROR_REFUSED,     /* an answer that is no success; "http-503", "smtp-550" */
} OutsideError;

/** Once, before any thread is started; and at the end of the process. */
void outside_init(void);
void outside_end(void);

typedef struct {
    const char *url;            /* https, or http to this machine; see outside_url_is_allowed() */
    const char *content_type;
    const char *const *headers; /* "name: value", NULL-terminated; may be NULL */
    GBytes *body;
    const char *ca;             /* PEM file of authorities; NULL = the system's */
    guint timeout_ms;
} OutsidePost;

/** TRUE for 2xx. The error's message is a short code for people who look after it, without anything that the other side wrote. */
gboolean outside_post(const OutsidePost *post, GError **error);

typedef struct {
    const char *url; /* "smtps://mail.example:465", "smtp://…" (STARTTLS where it is offered) */
    const char *user;
    const char *password;
    const char *from;
    const char *to;
    GBytes *message; /* mail_message() */
    const char *ca;
    guint timeout_ms;
} OutsideMail;

gboolean outside_mail(const OutsideMail *mail, GError **error);

/** https://…, or http:// to a loopback name: what is signed but readable must not cross a network. */
gboolean outside_url_is_allowed(const char *url);
