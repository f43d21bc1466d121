/**
 * The part of the data directory that is signaling's (docs/architecture.md): folders, secret, store.
 */
#pragma once

#include "clock.h"
#include "store.h"

/** Makes the folders that are absent, mode 0700. */
gboolean data_directory_prepare(const char *data, GError **error);
/** The 32 bytes of `secret.key`, made when absent. */
GBytes *data_directory_secret(const char *data, GError **error);
/** Opens `store.sqlite` and migrates it. */
Store *data_directory_store(const char *data, const Clock *clock, StorePost post, gpointer owner, GError **error);
