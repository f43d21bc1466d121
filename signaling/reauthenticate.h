/**
 * Reauthentication — whoever is signed in proves once more, by password, who it is, before something that binds: a signature, a disposal.
 *
 * Failures count as failed sign-ins of the account. Loop thread; the password is checked on a worker.
 */
#pragma once

#include "access.h"
#include "server.h"

/** Runs when the password was right; answers the request. `context` is the caller's and is not freed here. */
typedef void (*ReauthenticatedFunc)(Server *server, HttpRequest *request, gpointer context);

/** Answers the request itself when the password is wrong or too many were. `abandoned` frees `context` then. */
void reauthenticate(Server *server, HttpRequest *request, const StaffUser *user, const char *password, ReauthenticatedFunc then,
                    GDestroyNotify abandoned, gpointer context);
