/**
 * `--add-admin ACCOUNT`: the first administrator, before anybody could add one over REST. The password comes on standard input.
 */
#pragma once

#include "clock.h"

/** Adds the account to the store of the data directory; TRUE when it is there after. */
gboolean user_command_add_admin(const char *data, const char *account, const Clock *clock, GError **error);
