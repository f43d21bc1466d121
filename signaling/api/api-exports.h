/**
 * Exports: a recording, or all of a case (一案一档), with what only signaling knows of it. docs/http-api.yaml. Loop thread.
 */
#pragma once

#include "../server.h"

/** `GET /api/cases/{case}/export` */
void api_case_export(HttpRequest *request, gpointer server);
/** `GET /api/recordings/{recording}/export` */
void api_recording_export(HttpRequest *request, gpointer server);
