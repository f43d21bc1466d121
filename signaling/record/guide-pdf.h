/**
 * guide_pdf — the preparation guide of an item on paper (视频踏勘准备指南): what to have at hand, what will be looked at, a QR code to the page. Pure; any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** `address` is behind the QR code; NULL = none. */
GBytes *guide_pdf(const json_t *item, const char *address, gboolean english, GError **error);
