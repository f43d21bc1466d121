/**
 * The routes of the one public port: WebSocket, REST, media and playback, and the pages.
 */
#pragma once

#include "http-server.h"

const HttpRoute *routes_table(gsize *ret_count);
