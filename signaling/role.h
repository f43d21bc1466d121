/**
 * Role — who somebody is, as a bit, so that a table can name several. Plain values, any thread.
 */
#pragma once

#include <glib.h>

typedef enum {
    ROLE_NONE = 0,
    ROLE_APPLICANT = 1,
    ROLE_INSPECTOR = 2,
    ROLE_HELPER = 4,
    ROLE_OBSERVER = 8,
    ROLE_ADMIN = 16,
    ROLE_CAMERA = 32, /* a fixed camera: nobody, so not in ROLE_ANY */
    ROLE_STAFF = ROLE_INSPECTOR | ROLE_HELPER | ROLE_OBSERVER | ROLE_ADMIN,
    ROLE_ANY = ROLE_STAFF | ROLE_APPLICANT,
} Role;

const char *role_name(Role role);
/** ROLE_NONE for a name that is none. */
Role role_from_name(const char *name);
